"""Rules of coroutines. g++ 12.2 frees twice what it should free once in some of these shapes, and
nobody sees it until the heap is broken: so they are kept out of the source."""

import re

import cpp_source


def plain_awaits(path, text):
    """Around a co_await: names, calls and std::move. No braces, no lambda, no `?:`."""
    code = cpp_source.code_of(text)
    out = []
    for found in cpp_source.awaits(code):
        signs = []
        if "?" in found.text:
            signs.append("?:")
        if "{" in found.text or found.in_braces:
            signs.append("braces")
        for bracket in re.finditer(r"\[", found.text):
            if cpp_source.is_lambda(code, found.begin + bracket.start()):
                signs.append("a lambda")
                break
        if signs:
            line = cpp_source.line_of(code, found.at)
            out.append(f"{path}:{line}: {' and '.join(signs)} in one expression with co_await")
    return out


def no_capturing_coroutines(path, text):
    """A lambda's captures die with the lambda, while its coroutine goes on."""
    code = cpp_source.code_of(text)
    found = cpp_source.lambdas(code)
    out = []
    for outer in found:
        body = list(code[outer.body_begin:outer.body_end])
        for inner in found:
            if outer.body_begin < inner.at < outer.body_end:
                begin = inner.at - outer.body_begin
                end = inner.body_end - outer.body_begin
                body[begin:end] = " " * (end - begin)
        is_coroutine = re.search(r"\bco_(?:await|return|yield)\b", "".join(body))
        if is_coroutine and outer.captures:
            line = cpp_source.line_of(code, outer.at)
            out.append(f"{path}:{line}: a coroutine as a capturing lambda; make it a function")
    return out


def no_loose_ends(path, text):
    """Work belongs to a Scope, threads are joined, other programs are not called."""
    code = cpp_source.code_of(text)
    out = []
    for word in re.finditer(r"\basio::detached\b|\.detach\(|\b(?:system|popen)\(", code):
        line = cpp_source.line_of(code, word.start())
        out.append(f"{path}:{line}: {word.group(0).strip('.(')} has no place here")
    return out
