"""Which folder may see which (docs/architecture.md), and the one door of each library."""

import fnmatch
import posixpath
import re

import cpp_source

# Everything that ends up in the program. The rest (tests, docker, docs) may see all of it.
PRODUCTION = ("runtime", "schemas", "http", "ingest", "control", "relay", "projector", "query",
              "stream", "app", "tools")

# What a folder may include besides itself: whole folders ("schemas/*") or single headers (ports).
ARROWS = {
    "runtime": [],
    "schemas": ["runtime/result.h", "runtime/failure.h", "runtime/time.h", "runtime/clock.h",
                "runtime/chance.h", "runtime/check.h", "runtime/crypto.h", "runtime/ascii.h",
                "runtime/hex.h", "runtime/version.h", "runtime/endpoint.h"],
    "http": ["schemas/*", "runtime/*"],
    "ingest": ["schemas/*", "runtime/*"],
    "control": ["ingest/event_appender.h", "ingest/recorder.h", "http/*", "schemas/*",
                "runtime/*"],
    "relay": ["ingest/event_appender.h", "ingest/recorder.h", "schemas/*", "runtime/*"],
    "projector": ["ingest/event_stream.h", "schemas/*", "runtime/*"],
    "query": ["projector/history.h", "projector/archive/*", "projector/views/destination.h",
              "projector/views/events_asked.h", "projector/views/event_terms.h",
              "projector/views/messages_key.h", "projector/views/spelling.h",
              "projector/views/terms_key.h",
              "projector/views/timeline_row.h", "ingest/event_appender.h", "ingest/recorder.h",
              "http/*", "schemas/*", "runtime/*"],
    "stream": ["projector/archive/*", "schemas/*", "runtime/*"],
    "app": [f"{folder}/*" for folder in PRODUCTION],
    "tools": ["app/command/*", "app/config/*", "app/dkim/*", "app/gaps/*", "app/return_paths/*",
              "ingest/*", "projector/views/timeline_row.h", "query/render.h", "query/search/*",
              "relay/*", "stream/*", "schemas/*", "runtime/*"],
}

# Folders that are fed octets and give decisions: no socket, no event loop, no clock of their own.
SANS_IO = ("schemas", "relay/smtp", "relay/routes", "projector/rows", "projector/views",
           "control/jwt", "query/search", "stream/mapping")
IO_HEADERS = re.compile(
    r"boost/asio(?!/ip/address)|runtime/(?:asio_|connection|dialer|listener|io_)")

# Adapters are chosen by the composition root, and by nobody who only wants the port.
ADAPTERS = re.compile(
    r"(?:^|/)(?:asio_net|asio_tls|(?:rocksdb_|unbound_|kafka_|memory_)[a-z_]*)\.h$")

# The one door of each third-party library: included from these files alone.
DOORS = {
    "rocksdb/*": ["ingest/*rocksdb*", "projector/*rocksdb*", "runtime/store_log*",
                  "runtime/store_backup*", "runtime/store_files*"],
    "zstd.h": ["projector/zstd_dictionaries*", "runtime/zstd*"],
    "librdkafka/*": ["ingest/*"],
    "spdlog/*": ["runtime/*"],
    "fmt/*": ["runtime/*"],
    "prometheus/*": ["runtime/*"],
    "toml++/*": ["app/config/*"],
    "unbound.h": ["runtime/dns/*"],
    "boost/beast*": ["http/codec*", "runtime/http_answer*"],
    "CLI/*": ["app/command/command_line.cc"],
    "openssl/*": ["runtime/*"],
    "idn2.h": ["schemas/*"],
    "libpsl.h": ["relay/trust/dmarc/*"],
    "gmime/*": ["relay/returnpath/report/mime_parts*"],
    "iconv.h": ["relay/returnpath/report/charset*"],
    "libxml/*": ["relay/returnpath/report/html_text*"],
    "boost/json*": ["schemas/*", "http/*", "control/*", "query/*", "relay/spam/*",
                    "relay/tlsrpt/*", "stream/*", "app/*", "tools/*"],
    "zlib.h": ["runtime/gzip*"],
    "google/protobuf/*": ["schemas/*"],
}

# Clocks and chance have one door too: a run is replayed from its seed or not at all.
_WORLD = re.compile(
    r"\b(?:\w+_clock::now|std::time|gettimeofday|clock_gettime|random_device|mt19937(?:_64)?"
    r"|s?rand|getrandom|getentropy|RAND_(?:priv_)?bytes)\b(?=\s*[({;\s])"
    r"|(?<![\w.>:])(?:::)?time\(\s*(?:nullptr|NULL|0|&\w+)\s*\)"
)
WORLD_DOOR = "runtime/"

# Locks have one door, behind which clang knows what each of them guards.
LOCK_DOOR = "runtime/mutex.h"
_LOCK = re.compile(r"\bstd::(?:\w*mutex|condition_variable\w*|lock_guard"
                   r"|(?:unique|shared|scoped)_lock)\b")
_MUTEX = re.compile(r"\b(?:Shared)?Mutex (\w+);")

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def includes(text):
    for match in _INCLUDE.finditer(text):
        yield cpp_source.line_of(text, match.start()), match.group(1), match.group(2)


def _matches(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _is_test(path):
    return path.startswith("tests/") or path.endswith("_test.cc")


def arrows(path, text):
    folder = path.split("/")[0]
    if folder not in PRODUCTION:
        return []
    allowed = [f"{folder}/*"] + ARROWS[folder]
    if path.endswith("_test.cc"):
        allowed.append("tests/support/*")
    return [
        f"{path}:{line}: {folder} may not include {own}"
        for line, own, _ in includes(text)
        if own and not _matches(own, allowed)
    ]


def ports_only(path, text):
    """An adapter's header is for its own folder, the composition root and tests."""
    folder = path.split("/")[0]
    if folder in ("app", "tools") or folder not in PRODUCTION or _is_test(path):
        return []
    return [
        f"{path}:{line}: {own} is an adapter; ask for its port"
        for line, own, _ in includes(text)
        if own and ADAPTERS.search(own) and posixpath.dirname(own) != posixpath.dirname(path)
    ]


def sans_io(path, text):
    if not path.startswith(tuple(f"{folder}/" for folder in SANS_IO)) or _is_test(path):
        return []
    return [
        f"{path}:{line}: no input or output here, but {own or library} is included"
        for line, own, library in includes(text)
        if IO_HEADERS.match(own or library)
    ]


def deep_io(paths, read):
    """The same through every header of ours that such a folder reads: what is included there."""
    def reaches(header, seen):
        if header in seen or header not in paths:
            return None
        seen.add(header)
        for _, own, library in includes(read(header)):
            if library and IO_HEADERS.match(library):
                return f"{header} includes <{library}>"
            found = own and reaches(own, seen)
            if found:
                return found
        return None

    out = []
    for path in paths:
        if path.startswith(tuple(f"{folder}/" for folder in SANS_IO)) and not _is_test(path):
            found = reaches(path, set())
            if found:
                out.append(f"{path}: no event loop here, but {found}")
    return out


def doors(path, text):
    if path.split("/")[0] not in PRODUCTION:
        return []
    out = []
    for line, _, library in includes(text):
        for pattern, files in DOORS.items():
            if library and fnmatch.fnmatch(library, pattern) and not _matches(path, files):
                out.append(f"{path}:{line}: <{library}> belongs to {', '.join(files)}")
    return out


def locks(path, text):
    """The locks of the program are those of runtime, and each says what it guards."""
    if path.split("/")[0] not in PRODUCTION or _is_test(path) or path == LOCK_DOOR:
        return []
    code = cpp_source.code_of(text)
    out = [
        f"{path}:{cpp_source.line_of(code, found.start())}: {found.group(0)} outside {LOCK_DOOR}"
        for found in _LOCK.finditer(code)
    ]
    return out + [
        f"{path}:{cpp_source.line_of(code, found.start())}: {found.group(1)} guards nothing"
        for found in _MUTEX.finditer(code)
        if f"WAYBILL_GUARDED_BY({found.group(1)})" not in code
    ]


def world(path, text):
    """The time and chance come through runtime's ports; so do those of the simulation."""
    folder = path.split("/")[0]
    if path.startswith(WORLD_DOOR):
        return []
    if folder not in PRODUCTION and not path.startswith("tests/sim/"):
        return []
    code = cpp_source.code_of(text)
    return [
        f"{path}:{cpp_source.line_of(code, found.start())}: {found.group(0)} outside runtime"
        for found in _WORLD.finditer(code)
    ]
