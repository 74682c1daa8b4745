"""Exim: another real mail server. Debian has one at a time installed, and here it is Postfix; so
Exim's package is unpacked below build/, and runs in a root directory of its own."""

import pathlib
import re
import shutil
import subprocess

from support.network import SMTP_PORT
from support.process import Running, find_program

_PACKAGE = "exim4-daemon-light"
_PROGRAM = "usr/sbin/exim4"
_PLACE = pathlib.Path(__file__).resolve().parents[3] / "build/peers" / _PACKAGE
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
  accept
begin routers
behind:
  driver = manualroute
  domains = {domain}
  route_data = {behind}
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


def why_no_exim():
    """Fetches the program where it is not there yet. None: it is."""
    program = _PLACE / _PROGRAM
    if not program.exists():
        _PLACE.mkdir(parents=True, exist_ok=True)
        fetched = subprocess.run(["apt-get", "download", "-q", _PACKAGE], cwd=_PLACE,
                                 capture_output=True, text=True, check=False)
        packages = sorted(_PLACE.glob("*.deb"))
        if fetched.returncode != 0 or not packages:
            return f"{_PACKAGE} cannot be downloaded: {fetched.stderr.strip()}"
        subprocess.run(["dpkg", "-x", packages[-1], _PLACE], check=True)
        program.chmod(0o755)  # it need not be root's in everybody's hands
    missing = re.findall(r"(\S+) => not found", _libraries(program))
    return f"not installed, and Exim needs: {', '.join(missing)}" if missing else None


def _libraries(program):
    return subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout


class Exim:
    """Takes any mail, sends that for `domain` to the address `behind`, and the rest by MX records,
    which it asks of `name_server`. Needs root."""

    def __init__(self, directory, *, address, name_server, host_name, domain, behind):
        self.directory = directory
        self.address = address
        self._resolv_conf = f"nameserver {name_server.address}\n"
        self._configuration = _CONFIGURATION.format(
            user=_USER, host_name=host_name, address=address, port=SMTP_PORT, domain=domain,
            behind=behind)
        self._process = None

    def start(self):
        self._make_root()
        self._process = Running(
            [find_program("chroot"), self.directory, f"/{_PROGRAM}", "-bdf", "-q5s"],
            self.directory / "output")
        self._process.wait_for_port(SMTP_PORT, self.address)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def log(self):
        logs = (self.directory / "spool/log").glob("*log")
        return "".join(path.read_text(errors="replace") for path in sorted(logs))

    def _make_root(self):
        program = _PLACE / _PROGRAM
        for path in [program, *map(pathlib.Path, re.findall(r"(/\S+) \(0x", _libraries(program)))]:
            inside = path.relative_to(_PLACE if path == program else "/")
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
