"""CMakeLists.txt says which library uses which; the includes, and docs/architecture.md, agree."""

import posixpath
import re

import arrow_rules

_CALL = re.compile(r"^waybill_library\(([^)]*)\)", re.MULTILINE)
# A row of the table of arrows: the folder, and what it sees in words.
_ROW = re.compile(r"^\| `([a-z_/]+)` \| (.*) \|$", re.MULTILINE)


def libraries(cmake):
    """Library -> those that it USES, in the order of CMakeLists.txt."""
    out = {}
    for call in _CALL.findall(cmake):
        name, *words = call.split()
        uses = words[words.index("USES") + 1:] if "USES" in words else []
        out[name] = uses[:uses.index("LINKS")] if "LINKS" in uses else uses
    return out


def _included(path, text, known):
    """The libraries that a file of production includes, each with a line."""
    own = posixpath.dirname(path)
    if own not in known or path.endswith("_test.cc"):
        return
    for line, header, _ in arrow_rules.includes(text):
        library = posixpath.dirname(header) if header else ""
        if library in known and library != own:
            yield line, library


def arrows(path, text, known):
    own = posixpath.dirname(path)
    return [f"{path}:{line}: {own} does not say in CMakeLists.txt that it uses {library}"
            for line, library in _included(path, text, known) if library not in known[own]]


def floors(known):
    """Arrows go upwards in the list alone, so there is no circle."""
    names = list(known)
    return [f"CMakeLists.txt: {name} uses {used}, which does not stand above it"
            for at, name in enumerate(names) for used in known[name] if used not in names[:at]]


def idle(paths, read, known):
    """What is said to be used and is not."""
    needed = {name: set() for name in known}
    for path in paths:
        for _, library in _included(path, read(path), known):
            needed[posixpath.dirname(path)].add(library)
    return [f"CMakeLists.txt: {name} does not use {used}"
            for name in known for used in known[name] if used not in needed[name]]


def unknown_folders(paths, known):
    """Sources of production outside of every library; the program's own stand in app/."""
    return sorted({posixpath.dirname(path) for path in paths
                   if path.split("/")[0] in arrow_rules.PRODUCTION
                   and path.endswith(".cc") and posixpath.dirname(path) not in known
                   and posixpath.dirname(path) != "app"})


def prose(page, known):
    """The table of docs/architecture.md names, for each folder, the folders that it uses."""
    rows = dict(_ROW.findall(page))
    out = []
    for folder in arrow_rules.PRODUCTION:
        used = {library.split("/")[0] for name in known if name.split("/")[0] == folder
                for library in known[name]} - {folder}
        words = rows.get(folder)
        if words is None:
            out.append(f"docs/architecture.md: no row for {folder}")
        elif not words.startswith("everything"):
            named = {other for other in arrow_rules.PRODUCTION
                     if re.search(rf"\b{other}\b", words)}
            out += [f"docs/architecture.md: {folder} uses {other}, says CMakeLists.txt"
                    for other in sorted(used - named)]
            out += [f"docs/architecture.md: {folder} does not use {other}"
                    for other in sorted(named - used)]
    return out
