"""Redis, where rspamd remembers."""

from support.process import Running, free_port
from support.servers import PEERS

# One program of many names: the package redis-server has no more than a link to it.
PROGRAM = "redis-check-rdb"
_PLACE = PEERS / "redis-tools"


class Redis:
    """Empty at the start; nothing outlasts it."""

    def __init__(self, directory):
        self.directory = directory
        self.port = free_port()
        self._process = None

    def start(self):
        link = self.directory / "redis-server"
        link.symlink_to(_PLACE / "usr/bin" / PROGRAM)
        libraries = sorted({str(path.parent) for path in _PLACE.rglob("lib*.so*")})
        self._process = Running(
            [link, "--bind", "127.0.0.1", "--port", self.port, "--save", "", "--dir",
             self.directory],
            self.directory / "output", env={"LD_LIBRARY_PATH": ":".join(libraries)})
        self._process.wait_for_port(self.port)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None
