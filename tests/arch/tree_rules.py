"""Rules about the tree as a whole, and about words in its files."""

import os
import re

# What is built, stored by a run or kept by tools is not the project's.
_NOT_OURS = {"build", "data", "__pycache__"}
_BINARY = {".eml", ".bin", ".binpb", ".png", ".golden"}

# Written apart, so that this file passes its own rule.
_UNDONE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_SKIP = re.compile(r"\bGTEST_" r"SKIP\b")
# What a skipped test may want for: published cases beside the checkout, or a system's program.
_EXCUSE = re.compile(r"shared/cases|/usr/s?bin|which\(")

# Whatever reads octets that others choose. Each of these headers is driven by some fuzz target.
PARSERS = (
    "app/backup/manifest.h",
    "app/backup/whole_manifest.h",
    "app/cluster/partition_set.h",
    "app/config/config.h",
    "control/jwt/claims.h",
    "control/jwt/jwks.h",
    "control/jwt/jws.h",
    "control/jwt/jwt.h",
    "control/token.h",
    "http/choice.h",
    "http/codec.h",
    "http/range.h",
    "http/target.h",
    "http/trace.h",
    "ingest/wal_scan.h",
    "query/access_subject.h",
    "query/cursor.h",
    "query/exports/job.h",
    "query/feed/place.h",
    "query/partition_list.h",
    "query/peer_parts.h",
    "query/search/parse.h",
    "runtime/dns/rdata.h",
    "relay/door/helo_claim.h",
    "relay/message/header_scan.h",
    "relay/message/needs.h",
    "relay/returnpath/key_ring.h",
    "relay/returnpath/report/dsn_writer.h",
    "relay/returnpath/report/html_text.h",
    "relay/returnpath/report/read_report.h",
    "relay/returnpath/token.h",
    "relay/spam/rspamd_words.h",
    "relay/sts/policy.h",
    "relay/tlsrpt/record.h",
    "relay/smtp/asked.h",
    "relay/smtp/body_reader.h",
    "relay/smtp/client_core.h",
    "relay/smtp/envelope.h",
    "relay/smtp/server_core.h",
    "relay/trust/auth_results.h",
    "relay/trust/authors.h",
    "relay/trust/dkim/canonical.h",
    "relay/trust/dkim/key_record.h",
    "relay/trust/dkim/signature.h",
    "relay/trust/dkim/verify.h",
    "relay/trust/dmarc/record.h",
    "relay/message/header_fields.h",
    "relay/trust/spf/macro.h",
    "relay/trust/spf/record.h",
    "runtime/http_answer.h",
    "runtime/http_base.h",
    "runtime/network.h",
    "runtime/proxy_header.h",
    "schemas/address.h",
    "schemas/envelope.h",
    "schemas/event.h",
    "schemas/return_path.h",
    "schemas/route.h",
    "stream/cursor_file.h",
    "stream/dead_letters.h",
    "stream/mapping/mapping.h",
    "stream/transport/bulk_answer.h",
    "stream/transport/hec_answer.h",
    "stream/transport/otlp_answer.h",
    "stream/transport/relp_frame.h",
)


def files(root):
    """Every file of the project, as paths below the root."""
    for folder, folders, names in os.walk(root):
        at_top = os.path.samefile(folder, root)
        folders[:] = sorted(
            name for name in folders
            if name not in _NOT_OURS and (not name.startswith(".") or at_top and name == ".ci")
        )
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), root)


def is_text(path):
    return os.path.splitext(path)[1] not in _BINARY


def nothing_undone(path, text):
    return [
        f"{path}:{number}: do it or leave it: {line.strip()}"
        for number, line in enumerate(text.split("\n"), 1)
        if _UNDONE.search(line)
    ]


def excused_skips(path, text):
    if _SKIP.search(text) and not _EXCUSE.search(text):
        return [f"{path}: a test may skip only for want of published cases or a system's program"]
    return []


def _table(readme):
    return re.findall(r"^\| *\[?`([a-z_.]+)/`", readme, re.MULTILINE)


def folder_table(readme, folders):
    """The README's table names exactly the folders at the top."""
    named, there = set(_table(readme)), set(folders)
    return [f"README.md: no row for {name}/" for name in sorted(there - named)] + [
        f"README.md: a row for {name}/, which does not exist" for name in sorted(named - there)
    ]


def fuzzed(paths, read):
    """Each parser is there and has a target, and no target drives anything else."""
    targets = [path for path in paths if re.fullmatch(r"tests/fuzz/\w+_fuzz\.cc", path)]
    driven = {path: set(re.findall(r'#include "([^"]+)"', read(path))) for path in targets}
    out = []
    for parser in PARSERS:
        if parser not in paths:
            out.append(f"{parser}: in the table of parsers (tests/arch/tree_rules.py), but gone")
        elif not any(parser in includes for includes in driven.values()):
            out.append(f"{parser}: no target in tests/fuzz includes it")
    for path, includes in driven.items():
        if not includes.intersection(PARSERS):
            out.append(f"{path}: drives nothing of the table of parsers (tests/arch/tree_rules.py)")
    return out
