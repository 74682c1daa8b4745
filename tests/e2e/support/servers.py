"""Servers that scripts/unpack.py brought to build/peers. They are never installed, and an installed
one is not looked at: every machine tests with the same."""

import os
import pathlib
import unittest

from support.absence import absent

PEERS = pathlib.Path(__file__).resolve().parents[3] / "build/peers"


def find_server(name):
    """Its command, which finds the libraries unpacked beside it; None: it is not there."""
    command = PEERS / "bin" / name
    return str(command) if command.exists() else None


def needs_servers(*names, root=False):
    """For a test, or a class of them, that starts these programs."""
    missing = [name for name in names if not find_server(name)]
    if missing:
        return absent(f"not in {PEERS}: {', '.join(missing)}; `./dev test` brings it there")
    if root and os.geteuid() != 0:
        return unittest.skip(f"{names[0]} can be started by root alone")
    return lambda case: case
