"""The files of docker/, and what checks them."""

import os
import re
import pathlib
import subprocess
import sys
import unittest

try:
    import yaml  # for those who import it from here
except ImportError:
    yaml = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/e2e"))  # how programs are found there, they are found here
DOCKER = ROOT / "docker"


def binary():
    """The program: WAYBILL_BIN, or the release build."""
    return pathlib.Path(os.environ.get("WAYBILL_BIN", ROOT / "build/release/waybill"))


def need_yaml():
    """Skips the file where Python has no yaml."""
    if yaml is None:
        raise unittest.SkipTest("not installed for this python3: yaml (python3-yaml)")


def run(*command, **options):
    """Exit code and all that was said."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
                          env={**os.environ, "PATH": path}, **options)
    return done.returncode, done.stdout


def sources():
    """The program's own source, without its tests."""
    cmake = (ROOT / "CMakeLists.txt").read_text()
    for folder in sorted(set(re.findall(r"waybill_library\((\w+)", cmake))):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".cc", ".h") and not path.name.endswith("_test.cc"):
                yield path
