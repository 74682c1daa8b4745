"""Programs of npm that tests ask for a second opinion. What a lockfile pins, by version and hash,
is kept in build/NAME and never installed; it is fetched when the lockfile has changed.

Run as a program (`python3 -m support.node_packages`), it fetches them all."""

import fcntl
import functools
import pathlib
import shutil
import subprocess
import sys

from support.absence import absent
from support.process import find_program

_ROOT = pathlib.Path(__file__).resolve().parents[3]
_FILES = ("package.json", "package-lock.json")


class NodePackages:
    """`names`: a folder of the tree with package.json and package-lock.json."""

    def __init__(self, name, names):
        self.name = name
        self.path = _ROOT / "build" / name
        self._names = _ROOT / names

    def program(self, name):
        """Its command."""
        return self.path / "node_modules/.bin" / name

    def needed(self, case):
        """For a test, or a class of them, that uses these packages."""
        why = self.fetch()
        return absent(why)(case) if why else case

    @functools.lru_cache(maxsize=None)
    def fetch(self):
        """Why they are not there; None: they are. Of several processes one fetches."""
        missing = [name for name in ("node", "npm") if not find_program(name)]
        if missing:
            return f"not installed: {', '.join(missing)}; `./dev test` installs it"
        self.path.mkdir(parents=True, exist_ok=True)
        with open(self.path / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Written last: it says that all of it is there.
            stamp = self.path / "installed.json"
            wanted = (self._names / "package-lock.json").read_text()
            if stamp.exists() and stamp.read_text() == wanted:
                return None
            complaint = self._install(stamp)
            if complaint:
                return f"{self.name} could not be fetched from npm: {complaint}"
            stamp.write_text(wanted)
        return None

    def _install(self, stamp):
        """Its complaint; None: all went well."""
        stamp.unlink(missing_ok=True)
        shutil.rmtree(self.path / "node_modules", ignore_errors=True)
        for name in _FILES:
            shutil.copy(self._names / name, self.path)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                              cwd=self.path, capture_output=True, text=True, check=False)
        return None if done.returncode == 0 else done.stderr.strip()[-300:] or "npm failed"


CONTRACT = NodePackages("contract", "tests/contract")
SIEM = NodePackages("siem", "tests/siem")


def main():
    complaints = [why for why in (packages.fetch() for packages in (CONTRACT, SIEM)) if why]
    for why in complaints:
        print(f"dev: {why}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
