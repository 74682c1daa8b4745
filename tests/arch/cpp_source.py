"""C++ source as the house rules see it: comments and literals blanked, every place kept.

Not a compiler. It knows as much of C++ as this project writes: raw strings, digit separators,
lambdas, attributes, constructor initialisers. What it does not know it must not be silent about:
rules_test.py holds a bad example of everything that a rule built on this must catch.
"""

import re

_LITERAL = re.compile(
    r"""
      //[^\n]*
    | /\*.*?\*/
    | (?:u8|[uUL])?R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"
    | "(?:[^"\\\n]|\\.)*"
    | (?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = set(_OPEN.values())
# A `[` after one of these words begins a lambda, never a subscript.
_BEFORE_LAMBDA = {"return", "co_return", "co_await", "co_yield", "case", "else"}


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def _blank_literal(match):
    literal = match.group(0)
    if literal.startswith("/"):
        return _blank(literal)
    quote = literal[-1]
    first = literal.index(quote)
    return " " * first + quote + _blank(literal[first + 1:-1]) + quote


def code_of(text):
    """The text with comments blank and literals empty: same length, same lines."""
    return _LITERAL.sub(_blank_literal, text)


def line_of(code, at):
    return code.count("\n", 0, at) + 1


def closing(code, at):
    """Where the bracket that opens at `at` closes; the end of the code if it never does."""
    depth = 0
    for place in range(at, len(code)):
        if code[place] in _OPEN:
            depth += 1
        elif code[place] in _CLOSE:
            depth -= 1
            if depth == 0:
                return place
    return len(code)


def word_before(code, at):
    """The last word or sign before `at`."""
    before = code[:at].rstrip()
    word = re.search(r"(?:[A-Za-z_]\w*|.)\Z", before, re.DOTALL)
    return word.group(0) if word else ""


def is_lambda(code, at):
    """Whether the `[` at `at` begins a lambda: not a subscript, an attribute, a binding."""
    if code.startswith("[[", at) or (at > 0 and code[at - 1] == "["):
        return False
    before = word_before(code, at)
    if before in ("&", "&&") or before == "auto":
        return not re.search(r"\bauto\s*(?:const\s*)?&{0,2}\s*\Z", code[:at])
    if before in _BEFORE_LAMBDA:
        return True
    return not re.match(r"\w|\)|\]|\"|>", before)


class Lambda:
    def __init__(self, code, at):
        self.at = at
        captures_end = closing(code, at)
        self.captures = code[at + 1:captures_end].strip()
        place = captures_end + 1
        while place < len(code) and code[place] not in "{;,)":
            place = closing(code, place) + 1 if code[place] == "(" else place + 1
        found = place < len(code) and code[place] == "{"
        self.body_begin = place if found else captures_end
        self.body_end = closing(code, place) if found else captures_end


def lambdas(code):
    return [Lambda(code, m.start()) for m in re.finditer(r"\[", code) if is_lambda(code, m.start())]


def _opens_block(code, at):
    """Whether the `{` at `at` begins statements rather than a braced value."""
    before = word_before(code, at)
    if before in ("", ")", ";", "{", "}", ":", ">"):
        return True
    if before in {"else", "do", "try", "const", "noexcept", "override", "final", "mutable"}:
        return True
    statement = re.split(r"[;{}]", code[:at])[-1]
    return bool(re.search(r"\)\s*(?:mutable\s*|noexcept\s*)*->[\w\s:<>,*&]+\Z", statement))


class Await:
    """The full expression around one co_await, as far as it must be plain."""

    def __init__(self, code, at):
        self.at = at
        self.begin = self._begin(code, at)
        self.end = self._end(code, at)
        self.text = code[self.begin:self.end]
        self.in_braces = self.end < len(code) and code[self.end] == "}"

    @staticmethod
    def _begin(code, at):
        depth = 0
        for place in range(at - 1, -1, -1):
            sign = code[place]
            if sign == ";" and depth >= 0:
                return place + 1
            if sign in "{}" and _block_edge(code, place):
                return place + 1
            if sign in _CLOSE:
                depth -= 1
            elif sign in _OPEN:
                depth += 1
        return 0

    @staticmethod
    def _end(code, at):
        depth = 0
        for place in range(at, len(code)):
            sign = code[place]
            if sign in _OPEN:
                depth += 1
            elif sign in _CLOSE:
                depth -= 1
                if depth < 0:
                    return place
            elif sign == ";" and depth == 0:
                return place
        return len(code)


def _block_edge(code, at):
    if code[at] == "{":
        return _opens_block(code, at)
    depth = 0
    for place in range(at, -1, -1):
        depth += (code[place] == "}") - (code[place] == "{")
        if depth == 0:
            return _opens_block(code, place)
    return True


def awaits(code):
    return [Await(code, m.start()) for m in re.finditer(r"\bco_await\b", code)]


class Function:
    def __init__(self, code, begin, body_end):
        self.begin = begin
        self.lines = code.count("\n", begin, body_end) + 1


_SCOPE = re.compile(
    r'(?:inline\s+|export\s+|typedef\s+)*(?:namespace|class|struct|union|enum|extern\s*")')


def _plain_header(header):
    header = re.sub(r"\btemplate\s*<[^{}();]*?>(?=\s*[a-zA-Z\[])", "", header)
    header = re.sub(r"\b(?:public|private|protected)\s*:", "", header)
    header = re.sub(r"^\s*#.*$", "", header, flags=re.MULTILINE)
    return header.strip()


def _outside_brackets(text):
    before = None
    while before != text:
        before, text = text, re.sub(r"\([^()]*\)", "", text)
    return text


def functions(code):
    """Every function with a body, outermost first found; lambdas count in their function."""
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: _blank(m.group(0)), code,
                  flags=re.MULTILINE)
    found, place, header_begin = [], 0, 0
    while place < len(code):
        sign = code[place]
        if sign in ";}":
            header_begin = place + 1
        elif sign == "(":
            place = closing(code, place)
        elif sign == "{":
            header = _plain_header(code[header_begin:place])
            outside = _outside_brackets(header)
            if _SCOPE.match(header) and "=" not in outside:
                header_begin = place + 1
            else:
                end = closing(code, place)
                member = re.search(r"\)\s*(?:noexcept\s*)?:(?!:)", header)
                if member and re.search(r"[\w>]\Z", header):
                    place = end + 1  # `: member_{1}` of a constructor; its body is still to come
                    continue
                assigned = "=" in re.sub(r"operator\s*\S+", "", outside)
                if "(" in header and not assigned:
                    begin = header_begin + len(code[header_begin:]) - len(
                        code[header_begin:].lstrip())
                    found.append(Function(code, begin, end))
                    header_begin = end + 1
                place = end
        place += 1
    return found
