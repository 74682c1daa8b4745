"""Postgrey: the greylist that Postfix asks as its policy server."""

from support.process import Running, free_port
from support.servers import find_server

# Every Debian has both; Postgrey gives up root for them.
_USER, _GROUP = "nobody", "nogroup"


class Postgrey:
    """Puts off what it does not know by client, sender and recipient until `seconds` after it saw
    them first; no client earns its trust. Its answer has no link to Postgrey's site."""

    def __init__(self, directory, *, seconds):
        self.directory = directory
        self.port = free_port()
        self._seconds = seconds
        self._process = None

    @property
    def restriction(self):
        """For Postfix's smtpd_recipient_restrictions."""
        return f"check_policy_service inet:127.0.0.1:{self.port}"

    def start(self):
        (self.directory / "db").mkdir()
        (self.directory / "db").chmod(0o777)
        self._process = Running(
            [find_server("postgrey"), f"--inet=127.0.0.1:{self.port}",
             f"--dbdir={self.directory}/db", f"--user={_USER}", f"--group={_GROUP}",
             f"--delay={self._seconds}", "--greylist-text=Greylisted, come again in %s seconds",
             "--auto-whitelist-clients=0", "--whitelist-clients=/dev/null",
             "--whitelist-recipients=/dev/null"],
            self.directory / "output")
        self._process.wait_for_port(self.port)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def log(self):
        return self._process.output()
