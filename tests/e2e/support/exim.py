"""Exim: another real mail server, in a root directory of its own."""

import shutil

from support.network import SMTP_PORT
from support.own_root import make_own_root
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
log_selector = +dkim_verbose
{tls}
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
  {authenticated}
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
begin authenticators
{authenticators}
begin retry
* * F,1h,1s
"""


_TLS = """\
tls_advertise_hosts = *
tls_certificate = /etc/exim4/chain
tls_privatekey = /etc/exim4/key
auth_advertise_hosts = ${if def:tls_in_cipher{*}{}}
"""

# On these ports TLS comes before the greeting (RFC 8314 3.3).
_TLS_AT_ONCE = "tls_on_connect_ports = {port}\n"

_BY_PASSWORD = """\
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
"""

# RFC 7628 3.1, and XOAUTH2: what a client says is known to the octet.
_BY_TOKEN = """\
oauthbearer:
  driver = plaintext
  public_name = OAUTHBEARER
  server_prompts = :
  server_condition = ${{if eq{{$auth1}}{{n,a={user},\\x01host={host_name}\\x01port={port}\\x01\
auth=Bearer {token}\\x01\\x01}}}}
  server_set_id = {user}
xoauth2:
  driver = plaintext
  public_name = XOAUTH2
  server_prompts = :
  server_condition = ${{if eq{{$auth1}}{{user={user}\\x01auth=Bearer {token}\\x01\\x01}}}}
  server_set_id = {user}
"""


class Exim:
    """Takes any mail, sends that for the domains of `routes` to an address and a port, and the rest
    by MX records, which it asks of `name_server`; what was put off goes again at each run of its
    queue. With `verify` ("sender/callout") it takes what this condition holds for. With `login`
    (user, password) or `token_of` (user, token) it takes mail of that user alone, under TLS by
    `certificate` (chain, key), which comes first where `tls_at_once` is set. Needs root."""

    def __init__(self, directory, *, routes, host_name, address="127.0.0.1", port=SMTP_PORT,
                 name_server=None, verify=None, login=None, token_of=None,
                 certificate=None, tls_at_once=False):
        self.directory = directory
        self.address = address
        self.port = port
        self._resolv_conf = f"nameserver {name_server.address}\n" if name_server else ""
        hosts = (f"{domain} {host}::{its_port}" for domain, (host, its_port) in routes.items())
        self._configuration = _CONFIGURATION.format(
            user=_USER, host_name=host_name, address=address, port=port, routes="; ".join(hosts),
            verify=f"require verify = {verify}" if verify else "",
            tls=((_TLS + (_TLS_AT_ONCE.format(port=port) if tls_at_once else ""))
                 if certificate else "tls_advertise_hosts ="),
            authenticated="require authenticated = *" if login or token_of else "",
            authenticators="".join(
                text.format(user=known[0], password=known[1], token=known[1], host_name=host_name,
                            port=port)
                for text, known in ((_BY_PASSWORD, login), (_BY_TOKEN, token_of)) if known))
        self._certificate = dict(zip(("exim4/chain", "exim4/key"),
                                     (path.read_text() for path in certificate or ())))
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
        make_own_root(self.directory, _PLACE, _PROGRAM, users={_USER: _UID},
                      etc={"resolv.conf": self._resolv_conf,
                           "exim4/exim4.conf": self._configuration, **self._certificate})
        for folder in ("spool", "spool/log"):
            (self.directory / folder).mkdir()
            shutil.chown(self.directory / folder, _UID, _UID)
