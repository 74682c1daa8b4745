"""Exim: another real mail server. It asks the system for a user that only its installed package
makes, so it runs in a root directory of its own, which has that user."""

import os
import pathlib
import re
import shutil
import subprocess

from support.network import SMTP_PORT
from support.process import Running, find_program
from support.servers import PEERS

_PLACE = PEERS / "exim4-daemon-light"
_PROGRAM = "usr/sbin/exim4"
_USER = "Debian-exim"
_UID = 65534

_CONFIGURATION = """\
exim_user = {user}
exim_group = {user}
primary_hostname = {host_name}
local_interfaces = {address}
daemon_smtp_ports = {port}
spool_directory = /spool
log_file_path = /spool/log/%slog
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
never_users =
disable_ipv6
deliver_drop_privilege
smtp_accept_keepalive
hostlist everybody = 0.0.0.0/0
acl_smtp_rcpt = take_all
begin acl
take_all:
  {verify}
  accept
begin routers
behind:
  driver = manualroute
  route_list = {routes}
  transport = smtp
  self = send
by_name:
  driver = dnslookup
  transport = smtp
  no_more
begin transports
smtp:
  driver = smtp
  port = {port}
  interface = {address}
  hosts_try_fastopen =
"""


def _libraries():
    """Where the program finds them, outside the root directory."""
    unpacked = ":".join(sorted({str(path.parent) for path in _PLACE.rglob("lib*.so*")}))
    told = subprocess.run(["ldd", _PLACE / _PROGRAM], capture_output=True, text=True, check=True,
                          env={**os.environ, "LD_LIBRARY_PATH": unpacked}).stdout
    return [pathlib.Path(path) for path in re.findall(r"(/\S+) \(0x", told)]


class Exim:
    """Takes any mail, sends that for the domains of `routes` to an address and a port, and the rest
    by MX records, which it asks of `name_server`. With `verify` ("sender/callout") it takes what
    this condition holds for. Needs root."""

    def __init__(self, directory, *, routes, host_name, address="127.0.0.1", port=SMTP_PORT,
                 name_server=None, verify=None):
        self.directory = directory
        self.address = address
        self.port = port
        self._resolv_conf = f"nameserver {name_server.address}\n" if name_server else ""
        hosts = (f"{domain} {host}::{its_port}" for domain, (host, its_port) in routes.items())
        self._configuration = _CONFIGURATION.format(
            user=_USER, host_name=host_name, address=address, port=port, routes="; ".join(hosts),
            verify=f"require verify = {verify}" if verify else "")
        self._process = None

    def start(self):
        self._make_root()
        self._process = Running(
            [find_program("chroot"), self.directory, f"/{_PROGRAM}", "-bdf", "-q5s"],
            self.directory / "output")
        self._process.wait_for_port(self.port, self.address)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def log(self):
        logs = (self.directory / "spool/log").glob("*log")
        return "".join(path.read_text(errors="replace") for path in sorted(logs))

    def _make_root(self):
        for path in [_PLACE / _PROGRAM, *_libraries()]:
            inside = path.relative_to(_PLACE if path.is_relative_to(_PLACE) else "/")
            (self.directory / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, self.directory / inside)
            (self.directory / inside).chmod(0o755)
        for folder in ("dev", "etc/exim4", "tmp", "spool/log"):
            (self.directory / folder).mkdir(parents=True)
        for path in (self.directory / "spool").rglob("*"):
            shutil.chown(path, _UID, _UID)
        shutil.chown(self.directory / "spool", _UID, _UID)
        etc = {"passwd": f"root:x:0:0::/:\n{_USER}:x:{_UID}:{_UID}::/spool:\n",
               "group": f"root:x:0:\n{_USER}:x:{_UID}:\n",
               "resolv.conf": self._resolv_conf, "services": f"smtp {SMTP_PORT}/tcp\n",
               "exim4/exim4.conf": self._configuration}
        (self.directory / "dev/null").touch(0o666)
        (self.directory / "dev/null").chmod(0o666)
        for name, text in etc.items():
            (self.directory / "etc" / name).write_text(text)
            (self.directory / "etc" / name).chmod(0o644)
