"""The machine that fails, and those who watch: a load client and a next hop with diaries of their
own, faults, and one checker. Servers, clients and ports are those of tests/e2e/support."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
E2E = HERE.parent / "e2e"
if str(E2E) not in sys.path:
    sys.path.insert(0, str(E2E))
