"""The shape of one file: sizes, names, guards."""

import os
import re

import cpp_source

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 70
MAX_COLUMNS = 100

# Names that say nothing of what is inside.
EMPTY_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "impl", "misc"}


def file_size(path, text):
    lines = text.count("\n")
    return [f"{path}: {lines} lines, at most {MAX_FILE_LINES}"] if lines > MAX_FILE_LINES else []


def columns(path, text):
    return [
        f"{path}:{number}: {len(line)} columns, at most {MAX_COLUMNS}"
        for number, line in enumerate(text.split("\n"), 1)
        if len(line) > MAX_COLUMNS and not _unbreakable(path, line)
    ]


def _unbreakable(path, line):
    # A string from the outside world cannot always be broken: a URL may stand alone.
    if re.search(r"https?://\S{60,}", line):
        return True
    # A table of Markdown has a row a line; the target of a link is not what a reader sees.
    return path.endswith(".md") and (
        line.lstrip().startswith("|")
        or len(re.sub(r"\]\([^)]*\)", "]", line)) <= MAX_COLUMNS)


def function_sizes(path, text):
    code = cpp_source.code_of(text)
    return [
        f"{path}:{cpp_source.line_of(code, found.begin)}: a function of {found.lines} lines, "
        f"at most {MAX_FUNCTION_LINES}"
        for found in cpp_source.functions(code)
        if found.lines > MAX_FUNCTION_LINES
    ]


def kinds_are_named(path, text):
    """A switch over kinds of events names them all: the compiler then finds a new one's places."""
    code = cpp_source.code_of(text)
    out = []
    for found in re.finditer(r"\bswitch \(", code):
        head = cpp_source.closing(code, found.end() - 1)
        body = code[head:cpp_source.closing(code, code.index("{", head))]
        over_kinds = "body_case()" in code[found.end():head] or re.search(
            r"\bcase (schemas::)?(Event::k\w+(?<!FieldNumber):|Kind::)", body)
        if over_kinds and "default:" in body:
            out.append(f"{path}:{cpp_source.line_of(code, found.start())}: a `default` in a switch "
                       "over kinds of events: name every kind")
    return out


def guards(path, text):
    if not path.endswith(".h"):
        return []
    code = cpp_source.code_of(text)
    first = next((line for line in code.split("\n") if line.strip()), "")
    if first.strip() != "#pragma once":
        return [f"{path}: must begin with #pragma once (after its opening comment)"]
    return []


def file_name(path, _text=""):
    stem = os.path.basename(path).split(".")[0]
    bad = EMPTY_NAMES.intersection(re.split(r"[_\-]", stem.lower()))
    out = [f"{path}: '{word}' says nothing of what is inside" for word in sorted(bad)]
    if path.endswith((".h", ".cc", ".py")) and not re.fullmatch(r"[a-z0-9_]+", stem):
        out.append(f"{path}: file names are snake_case")
    return out


def opening_comment(path, text):
    """A header is the contract: it begins with what the thing is."""
    if path.endswith(".h") and not text.startswith("//"):
        return [f"{path}: must open with a comment that says what it is"]
    return []
