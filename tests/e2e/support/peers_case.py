"""PeersCase: a test case with a directory of its own and peers that end with it."""

import pathlib
import shutil
import tempfile
import unittest

from support.absence import absent
from support.process import find_program


def needs(*programs):
    """For a test, or a class of them, that runs these programs of the system."""
    missing = [name for name in programs if not find_program(name)]
    if missing:
        return absent(f"not installed: {', '.join(missing)}; `./dev test` installs it")
    return lambda case: case


class PeersCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="waybill-e2e-"))
        self.directory.chmod(0o755)  # daemons give up root and still have to get in
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self._peers = 0

    def start(self, kind, *args, **kwargs):
        """Starts a peer in a directory of its own; it is stopped when the test ends."""
        self._peers += 1
        place = self.directory / f"{self._peers}-{kind.__name__.lower()}"
        place.mkdir()
        place.chmod(0o755)
        peer = kind(place, *args, **kwargs)
        self.addCleanup(peer.stop)
        peer.start()
        return peer
