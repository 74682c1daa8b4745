"""Trap: a process ends by SIGKILL at a system call that a Point names, and says that it did. The
product has no word of it: kill_at.c is preloaded, and looks at what each call is about."""

import os
import pathlib
import re
import subprocess
import time
from typing import NamedTuple

import harness

_MESSAGE_ID = re.compile(rb"<([a-z]+\d+)\.(\d+)@load\.test>")
# In a record the length stands before them, and the next field's tag, which may be a digit, behind.
_WORDS = re.compile(rb"(?s)(.?)(Seen as \w+)")


class Call(NamedTuple):
    """System calls: "write", "pwrite64", "send", "recv", "sync" (fsync or fdatasync), "rename",
    "unlink". `on`: part of the place: a path, "FROM -> TO", "local:PORT peer:PORT.". `has`: octets
    in what is written or read, None for any one of them; `where`: anywhere, or at its head or tail.
    """
    names: str
    on: str
    has: bytes = b""
    where: str = "any"


class Hit(NamedTuple):
    """What the process was at when it was killed."""
    call: str
    side: str
    place: str
    octets: bytes

    def tries(self):
        """(id, try) of the mails that it was about."""
        return {(name.decode(), int(number)) for name, number in _MESSAGE_ID.findall(self.octets)}

    def words(self):
        """The next hop's replies in it."""
        return {(words[:size[0]] if b"" < size < b" " else words).decode()
                for size, words in _WORDS.findall(self.octets)}


def library(directory):
    """kill_at.c, compiled."""
    out = directory / "kill_at.so"
    source = pathlib.Path(harness.__file__).parent / "kill_at.c"
    subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", out,
                    source, "-ldl"], check=True)
    return out


def _hex(call):
    if not call.has:
        return "-"
    return "".join(".." if octet is None else f"{octet:02x}" for octet in call.has)


class Trap:
    """One process has `env`. `arm`ed, it ends at the call; `spring` waits for that."""

    def __init__(self, built, directory):
        self._file = directory / "kill-at"
        self._hit = directory / "kill-at.hit"
        self.env = {"LD_PRELOAD": str(built), "WAYBILL_TEST_KILL_AT": str(self._file)}

    def whole_env(self):
        """For a process that is started without ours."""
        return {**os.environ, **self.env}

    def arm(self, call, side, *, first=None, nth=1):
        """`side`: "before" or "after". `first`: the call comes next after that one, on the same
        descriptor; the octets are that one's then."""
        self.disarm()
        lines = [call.names + ",", side, call.on, str(nth), call.where, _hex(call)]
        lines += [first.names + ",", first.where, _hex(first)] if first else ["-", "any", "-"]
        part = self._file.with_suffix(".part")
        part.write_text("\n".join(lines) + "\n")
        os.replace(part, self._file)

    def disarm(self):
        """What was hit; None where nothing was."""
        self._file.unlink(missing_ok=True)
        if not self._hit.exists():
            return None
        call, side, place, octets = self._hit.read_text().split("\n")
        self._hit.unlink()
        return Hit(call, side, place, bytes.fromhex(octets))

    def spring(self, runs, seconds):
        """Waits until `runs()` is false, for so long; then as `disarm`."""
        until = time.monotonic() + seconds
        while runs() and time.monotonic() < until:
            time.sleep(0.02)
        return self.disarm()
