"""What becomes of a test that lacks a program."""

import os
import unittest


def absent(why):
    """Skips a test, or a class of them. In CI it fails: `./dev` could have brought what it lacks,
    and a test that nobody misses proves nothing."""
    if not os.environ.get("CI"):
        return unittest.skip(why)

    def fail(*_):
        raise AssertionError(why)

    def failing(case):
        if not isinstance(case, type):
            return fail
        case.setUpClass = classmethod(fail)
        return case
    return failing
