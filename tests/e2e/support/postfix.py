"""Postfix: a real mail server with a configuration and a queue of its own, as next hop or as
sender. It runs from where it was unpacked, and needs root, as Postfix's master does."""

import email
import email.policy
import grp
import os
import pwd
import time

from support.process import Running, free_port, listening, wait_until
from support.servers import PEERS, find_server

# Should a test run be cut off, no master stays behind for longer than this.
MASTER_SECONDS = 900
# Who owns the mailboxes; they live in the test's directory.
MAIL_UID = 65534
# Debian's package makes two names of its own, which are not here. Postfix asks for names of the
# system that nothing else of it runs as; these two every Debian has, and no process uses them.
MAIL_OWNER, SUBMITTERS = "news", "uucp"

_PLACE = PEERS / "postfix"

_QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
           "private", "saved", "trace")

_MASTER = """\
{address}:{port} inet n - n - - smtpd
pickup    unix-dgram n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
tlsmgr    unix  - - n 1000? 1 tlsmgr
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - {jail} - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

_MAIN = """\
compatibility_level = 3.6
daemon_directory = {place}/usr/lib/postfix/sbin
command_directory = {place}/usr/sbin
shlib_directory = {place}/usr/lib/postfix
meta_directory = {place}/etc/postfix
import_environment = MAIL_CONFIG LD_LIBRARY_PATH
mail_owner = {owner}
setgid_group = {submitters}
queue_directory = {dir}/queue
data_directory = {dir}/data
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = {host_name}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {dir}/mail
virtual_mailbox_maps = texthash:{dir}/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
relayhost = {relayhost}
{dns}
smtpd_peername_lookup = no
smtpd_client_restrictions =
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{dir}/at_rcpt, {relay}
smtpd_data_restrictions = check_recipient_access texthash:{dir}/at_data
smtpd_end_of_data_restrictions = check_recipient_access texthash:{dir}/at_body
minimal_backoff_time = 2s
maximal_backoff_time = 2s
queue_run_delay = 2s
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
bounce_queue_lifetime = 1d
smtpd_error_sleep_time = 0
"""

_BY_ADDRESS = "smtp_dns_support_level = disabled"
_BY_NAME = """\
smtp_dns_support_level = enabled
smtp_bind_address = {address}"""


class Postfix:
    """`mailboxes` are kept as maildirs; any other address of their domains is refused at RCPT. The
    tables at_rcpt, at_data and at_body answer for an address with a reply of their own choice, at
    that point of the transaction: {"busy@y.test": "450 4.2.1 Mailbox busy"}. With `relayhost`
    ("[127.0.0.1]:2525") it takes mail from loopback for anyone, queues it and sends it there. With
    `name_server`, which answers on port 53, it sends by MX records, from its own address."""

    def __init__(self, directory, mailboxes=(), *, at_rcpt=None, at_data=None, at_body=None,
                 relayhost="", host_name="mail.peer.test", extra=None,
                 address="127.0.0.1", port=None, name_server=None):
        self.directory = directory
        self.address = address
        self.port = port or free_port()
        self._name_server = name_server
        self._mailboxes = list(mailboxes)
        self._tables = {"at_rcpt": at_rcpt, "at_data": at_data, "at_body": at_body}
        self._relayhost = relayhost
        self._host_name = host_name
        self._extra = extra or {}
        self._process = None

    def start(self):
        """Again after stop(): the same server, with its mail and its queue."""
        if not (self.directory / "main.cf").exists():
            self._write_configuration()
        self._process = Running(
            [find_server("master"), "-c", self.directory, "-s", "-e", MASTER_SECONDS],
            self.directory / "output", env={"MAIL_CONFIG": str(self.directory)})
        try:
            self._process.wait_for_port(self.port, self.address)
        except (RuntimeError, TimeoutError) as failure:
            raise RuntimeError(f"{failure}\n{self.log()}") from failure

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None
            # The master's last word to its daemons takes them a moment.
            wait_until(lambda: not listening(self.port, self.address),
                       "smtpd has let go of its port")

    @property
    def pid(self):
        """Of the master."""
        return self._process.pid

    def log(self):
        log = self.directory / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def mail(self, mailbox):
        """The messages in a mailbox, as octets, oldest first."""
        new = self.directory / "mail" / mailbox / "new"
        if not new.exists():
            return []
        found = sorted(new.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))
        return [path.read_bytes() for path in found]

    def wait_for_mail(self, mailbox, count=1):
        wait_until(lambda: len(self.mail(mailbox)) >= count, f"{count} messages in {mailbox}")
        return self.mail(mailbox)

    def parsed(self, mailbox):
        return [email.message_from_bytes(octets, policy=email.policy.SMTP)
                for octets in self.mail(mailbox)]

    def queued(self):
        """Files in the queue: messages that are still on their way."""
        queues = ("maildrop", "incoming", "active", "deferred")
        return [path for name in queues for path in (self.directory / "queue" / name).rglob("*")
                if path.is_file()]

    def _write_configuration(self):
        place = self.directory
        (place / "mail").mkdir()
        os.chown(place / "mail", MAIL_UID, MAIL_UID)
        self._make_queue()
        domains = sorted({mailbox.rsplit("@", 1)[1] for mailbox in self._mailboxes})
        self._table("mailboxes", {mailbox: f"{mailbox}/" for mailbox in self._mailboxes})
        for name, rows in self._tables.items():
            self._table(name, rows or {})
        sends = self._relayhost or self._name_server
        main = _MAIN.format(
            dir=place, place=_PLACE, owner=MAIL_OWNER, submitters=SUBMITTERS,
            host_name=self._host_name, domains=" ".join(domains), uid=MAIL_UID,
            relayhost=self._relayhost, address=self.address,
            dns=_BY_NAME.format(address=self.address) if self._name_server else _BY_ADDRESS,
            relay="permit_mynetworks" if sends else "reject_unauth_destination")
        main += "".join(f"{name} = {value}\n" for name, value in self._extra.items())
        _write_old(place / "main.cf", main)
        _write_old(place / "master.cf", _MASTER.format(
            address=self.address, port=self.port, jail="y" if self._name_server else "n"))

    def _make_queue(self):
        """As `postfix check` would (postfix-files), which takes seconds."""
        owner = pwd.getpwnam(MAIL_OWNER)
        submitters = grp.getgrnam(SUBMITTERS).gr_gid
        queue = self.directory / "queue"
        for folder in (queue, queue / "pid"):
            folder.mkdir()
            folder.chmod(0o755)
        for folder in [self.directory / "data", *(queue / name for name in _QUEUES)]:
            folder.mkdir()
            os.chown(folder, owner.pw_uid, -1)
            folder.chmod(0o700)
        for name, mode in (("public", 0o710), ("maildrop", 0o730)):
            (queue / name).mkdir()
            os.chown(queue / name, owner.pw_uid, submitters)
            (queue / name).chmod(mode)
        if self._name_server:
            # The SMTP client lives in the queue, and looks for its name server there.
            (queue / "etc").mkdir()
            (queue / "etc/resolv.conf").write_text(f"nameserver {self._name_server.address}\n")

    def _table(self, name, rows):
        _write_old(self.directory / name,
                   "".join(f"{key} {value}\n" for key, value in rows.items()))


def _write_old(path, text):
    """Postfix waits until a file was not changed for a second or two before it believes it."""
    path.write_text(text)
    minute_ago = time.time() - 60
    os.utime(path, (minute_ago, minute_ago))
