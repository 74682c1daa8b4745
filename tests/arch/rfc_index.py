"""docs/rfcs.md: every RFC that the project cites, and where. `./dev rfcs` writes the last column
anew; the first three are written by hand, and a row is missing until they are."""

import collections
import re
import sys

import tree_rules

PAGE = "docs/rfcs.md"
# What cites: the code, what others may rely on, and the pages. Published cases of other projects
# cite for themselves, and the history is no statement about today.
_CITING = (".cc", ".h", ".proto", ".py", ".sh", ".yaml", ".md", ".mjs")
_NOT_CITING = (PAGE, "CHANGELOG.md", "LICENSE", "tests/arch/rfc_index.py")
_CITATION = re.compile(r"\bRFC\s(\d{3,5})\b")
_ROW = re.compile(r"^\| (\d{3,5}) \| ([^|]+) \| ([^|]+) \| (.*) \|$", re.MULTILINE)


def place_of(path):
    """The folder that a reader looks in: the library, or the page itself."""
    folders = path.split("/")[:-1]
    if not folders:
        return path
    return path if folders[0] == "docs" and len(folders) == 1 else "/".join(folders)


def citations(paths, read):
    """RFC number -> the places that cite it, in order."""
    out = collections.defaultdict(set)
    for path in paths:
        if path.endswith(_CITING) and path not in _NOT_CITING:
            for number in _CITATION.findall(read(path)):
                out[int(number)].add(place_of(path))
    return {number: sorted(places) for number, places in out.items()}


def _row(number, title, status, places):
    return f"| {number} | {title} | {status} | {', '.join(f'`{place}`' for place in places)} |"


def complaints(page, cited):
    """What is wrong with the page; empty: nothing."""
    rows = {int(number): (title, status, where) for number, title, status, where in
            _ROW.findall(page)}
    out = [f"{PAGE}: RFC {number} is cited in {', '.join(places)} and has no row"
           for number, places in sorted(cited.items()) if number not in rows]
    out += [f"{PAGE}: RFC {number} is cited nowhere" for number in sorted(rows)
            if number not in cited]
    out += [f"{PAGE}: where RFC {number} is cited has changed: ./dev rfcs"
            for number, (title, status, _) in sorted(rows.items())
            if number in cited and _row(number, title, status, cited[number]) not in page]
    if list(rows) != sorted(rows):
        out.append(f"{PAGE}: the rows are in the order of their numbers")
    return out


def renewed(page, cited):
    """The page with its last column as the tree has it, and without rows for what is cited
    nowhere."""
    out = []
    for line in page.splitlines():
        row = _ROW.match(line)
        if not row:
            out.append(line)
        elif int(row.group(1)) in cited:
            number = int(row.group(1))
            out.append(_row(number, row.group(2), row.group(3), cited[number]))
    return "\n".join(out) + "\n"


def main(root):
    def read(path):
        with open(f"{root}/{path}", encoding="utf-8") as file:
            return file.read()

    cited = citations(tree_rules.files(root), read)
    page = renewed(read(PAGE), cited)
    with open(f"{root}/{PAGE}", "w", encoding="utf-8") as file:
        file.write(page)
    return "\n".join(complaints(page, cited))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) or None)
