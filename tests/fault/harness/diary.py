"""Diary: what one party saw, a line of JSON each, appended before the party says the next word. It
lies outside of what an experiment breaks."""

import json
import os
import threading


class Diary:
    """One write each, so that lines of several threads never mix and the last one of a process
    that is killed is whole."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._lock = threading.Lock()

    def write(self, kind, **facts):
        line = json.dumps({"k": kind, **facts}).encode() + b"\n"
        with self._lock:
            if os.write(self._file, line) != len(line):
                raise OSError("a diary has no room: nothing can be proved")


def read(path):
    """Every line, oldest first."""
    with open(path, encoding="utf-8") as file:
        return [parse(line) for line in file]


def parse(line):
    return json.loads(line)


class Reader:
    """Follows a diary that grows: `new` gives the lines since the last call."""

    def __init__(self, path):
        self._path = path
        self._at = 0

    def new(self):
        with open(self._path, "rb") as file:
            file.seek(self._at)
            octets = file.read()
        whole = octets[:octets.rfind(b"\n") + 1]
        self._at += len(whole)
        return [json.loads(line) for line in whole.splitlines()]
