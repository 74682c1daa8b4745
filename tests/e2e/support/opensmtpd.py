"""OpenSMTPD: the mail server of OpenBSD, in a root directory of its own."""

from support.network import SMTP_PORT
from support.own_root import make_own_root
from support.process import Running, find_program
from support.servers import PEERS

# The command by which it is asked for: Postfix has an smtpd too.
COMMAND = "smtpctl"
_PLACE = PEERS / "opensmtpd"
_PROGRAM = "usr/sbin/smtpd"
# Numbers that no process of the system is likely to have.
_USERS = {"opensmtpd": 64921, "opensmtpq": 64922}

_CONFIGURATION = """\
listen on {address} port {port} hostname {host_name}
action "behind" relay host smtp://{behind}:{port} src {address} helo {host_name}
action "by_name" relay src {address} helo {host_name}
match from any for domain "{domain}" action "behind"
match from any for any action "by_name"
"""


class OpenSmtpd:
    """Takes any mail, sends that for `domain` to the address `behind`, and the rest by MX records,
    which it asks of `name_server`. Needs root."""

    def __init__(self, directory, *, address, name_server, host_name, domain, behind):
        self.directory = directory
        self.address = address
        self._resolv_conf = f"nameserver {name_server.address}\n"
        self._configuration = _CONFIGURATION.format(
            address=address, port=SMTP_PORT, host_name=host_name, domain=domain, behind=behind)
        self._process = None

    def start(self):
        make_own_root(self.directory, _PLACE, _PROGRAM, users=_USERS,
                      etc={"resolv.conf": self._resolv_conf, "smtpd.conf": self._configuration,
                           # OpenSMTPD 7 does not start without the file.
                           "ssl/certs/ca-certificates.crt": ""})
        for folder in ("var/lib/opensmtpd/empty", "var/spool", "var/run"):
            (self.directory / folder).mkdir(parents=True)
        self._process = Running(
            [find_program("chroot"), self.directory, f"/{_PROGRAM}", "-d"],
            self.directory / "output")
        self._process.wait_for_port(SMTP_PORT, self.address)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def log(self):
        return (self.directory / "output").read_text(errors="replace")
