"""Programs of PyPI that tests ask for a second opinion. What a file of names pins, by version and
hash, is kept in build/NAME/python and never installed; it is fetched when the names or the Python
that they are for have changed.

Run as a program (`python3 -m support.python_packages`), it fetches them all."""

import fcntl
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig

from support.absence import absent

_ROOT = pathlib.Path(__file__).resolve().parents[3]


class PythonPackages:
    """`names`: a file of the tree with what pip installs. `makers`: what builds those of them that
    are published as source alone; pip by itself would fetch for it whatever is newest."""

    def __init__(self, name, names, makers=None):
        self.name = name
        self.path = _ROOT / "build" / name / "python"
        self._kept = self.path.parent
        self._names = _ROOT / names
        self._makers = makers and _ROOT / makers

    def needed(self, case):
        """For a test, or a class of them, that uses these packages."""
        why = self.fetch()
        return absent(why)(case) if why else case

    @functools.lru_cache(maxsize=None)
    def fetch(self):
        """Why they are not there; None: they are. Of several processes one fetches."""
        self._kept.mkdir(parents=True, exist_ok=True)
        with open(self._kept / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Written last: it says that all of it is there.
            stamp = self._kept / "installed"
            wanted = self._wanted()
            if stamp.exists() and stamp.read_text() == wanted:
                return None
            complaint = self._install()
            if complaint:
                return f"{self.name} could not be fetched from PyPI: {complaint}"
            stamp.write_text(wanted)
        return None

    def _wanted(self):
        """Modules in C are of one Python on one kind of machine."""
        files = [path.read_text() for path in (self._names, self._makers) if path]
        return f"{sys.implementation.cache_tag} {sysconfig.get_platform()}\n" + "".join(files)

    def _install(self):
        """Its complaint; None: all went well."""
        (self._kept / "installed").unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)
        if not self._makers:
            return _pip(self._names, self.path)
        makers = self._kept / "makers"
        shutil.rmtree(makers, ignore_errors=True)
        return _pip(self._makers, makers) or _pip(
            self._names, self.path, "--no-build-isolation", environment={"PYTHONPATH": str(makers)})


def _pip(names, target, *options, environment=None):
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "--upgrade",
         "--disable-pip-version-check", "--no-warn-script-location", "--root-user-action=ignore",
         *options, "-r", names, "--target", target],
        capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})})
    return None if done.returncode == 0 else done.stderr.strip()[-300:] or "pip failed"


DKIMPY = PythonPackages("dkimpy", "tests/dkim/requirements.txt")
SSLYZE = PythonPackages("sslyze", "tests/tls/requirements.txt", "tests/tls/makers.txt")
SCHEMATHESIS = PythonPackages("schemathesis", "tests/contract/requirements.txt")
OPENAPI_CLIENT = PythonPackages("openapi_client", "tests/contract/python_client.txt")
OCSF = PythonPackages("ocsf", "tests/siem/requirements.txt")


def main():
    wanted = (DKIMPY, SSLYZE, SCHEMATHESIS, OPENAPI_CLIENT, OCSF)
    complaints = [why for why in (packages.fetch() for packages in wanted) if why]
    for why in complaints:
        print(f"dev: {why}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
