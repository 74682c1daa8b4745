"""The doors of mail on a machine as it is: a port below 1024 without root, sockets that systemd
hands over, root that is given up, and both families at once."""

import os
import pathlib
import pwd
import random
import re
import socket
import sys
import unittest

from support.peers_case import PeersCase
from support.process import find_program, free_port
from support.recording_sink import RecordingSink
from support.smtp_client import SmtpClient, message
from support.waybill import Waybill, binary

NOBODY = pwd.getpwnam("nobody")
CAP_NET_BIND_SERVICE = 1 << 10

# Opens a listening socket for each "name address port type" and becomes the program as systemd has
# it (sd_listen_fds(3)).
HAND_OVER = """
import os, socket, sys
sockets, command = sys.argv[1].split(","), sys.argv[2:]
made = []
for one in sockets:
    name, address, port, kind = one.split(" ")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made.append(socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM))
    if kind == "both":
        made[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    made[-1].bind((address, int(port)))
    if kind in ("tcp", "both"):
        made[-1].listen()
spare = [os.dup2(one.fileno(), 100 + i) for i, one in enumerate(made)]
for i, one in enumerate(spare):
    os.dup2(one, 3 + i)
os.closerange(3 + len(spare), 256)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(spare)),
                  LISTEN_FDNAMES=":".join(one.split(" ")[0] for one in sockets))
os.execvp(command[0], command)
"""


def low_port():
    """A port that only the privileged may bind, and that is free."""
    while True:
        port = random.randrange(600, 1000)
        with socket.socket() as tcp:
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def low_ports_are_for_all():
    start = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()
    return int(start) < 600


def status(pid, thread=None):
    """/proc/PID/status as a dictionary of words."""
    path = pathlib.Path(f"/proc/{pid}/task/{thread}/status" if thread else f"/proc/{pid}/status")
    return {name: value.split() for name, _, value in
            (line.partition(":") for line in path.read_text().splitlines())}


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class DoorCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink)

    def domains(self):
        return {"x.test": {"aliases": {"a": f"u@[127.0.0.1]:{self.sink.port}"}}}

    def deliver(self, port, host="127.0.0.1"):
        """One message; the client's address as Received has it."""
        with SmtpClient(port, host) as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", ["a@x.test"], message()).code)
        octets = self.sink.mail()[-1].octets
        return re.search(rb"Received: from [^;]*?\(\[([^\]]+)\]\)", octets).group(1).decode()

    def refused(self, prefix=(), **options):
        """Exit code and words of a start that fails."""
        place = self.directory / f"refused-{random.randrange(10**9)}"
        place.mkdir()
        place.chmod(0o777)
        waybill = Waybill(place, {}, prefix=prefix, **options)
        waybill.write_configuration()
        waybill.spawn()
        return waybill.wait(), waybill.output()


class FamiliesTest(DoorCase):
    def test_ipv4_and_ipv6_have_one_port_beside_each_other(self):
        port = free_port()
        waybill = self.start(Waybill, self.domains(), smtp_port=port, tables={
            "server": {"listen": [f"0.0.0.0:{port}", f"[::]:{port}"]}})
        self.assertEqual("127.0.0.1", self.deliver(port))
        self.assertEqual("IPv6:::1", self.deliver(port, "::1"))
        said = waybill.output()
        for place in (f"0.0.0.0:{port}", f"[::]:{port}"):
            self.assertIn(f"taking mail smtp={place}", said)


class HandedOverTest(DoorCase):
    def handing(self, *sockets):
        return [sys.executable, "-c", HAND_OVER, ",".join(sockets)]

    def test_a_socket_stands_for_the_addresses_of_its_door_alone(self):
        plain, tls, unused = free_port(), free_port(), free_port()
        tables = {"server": {"listen": [f"127.0.0.1:{unused}"]},
                  "tls": {"listen": [f"127.0.0.1:{tls}"]}}
        waybill = self.start(Waybill, self.domains(), smtp_port=plain, tables=tables,
                             prefix=self.handing(f"smtp 127.0.0.1 {plain} tcp"))
        self.deliver(plain)
        said = waybill.output()
        self.assertIn("a socket of the service manager stands for server.listen "
                      f"smtp=127.0.0.1:{plain}", said)
        self.assertIn(f"taking mail smtps=127.0.0.1:{tls}", said)
        self.assertNotIn(f":{unused}", said)

    def test_a_socket_for_both_families_shows_ipv4_as_such(self):
        port = free_port()
        self.start(Waybill, self.domains(), smtp_port=port,
                   prefix=self.handing(f"smtp :: {port} both"))
        self.assertEqual("127.0.0.1", self.deliver(port))
        self.assertEqual("IPv6:::1", self.deliver(port, "::1"))

    def test_what_cannot_be_a_door_is_named(self):
        for sockets, words in (
                (("waybill.socket 127.0.0.1 0 tcp",),
                 'socket waybill.socket of the service manager: FileDescriptorName= has to be'),
                (("smtp 127.0.0.1 0 udp",),
                 'socket smtp of the service manager: it is no TCP socket'),
                (("smtp 127.0.0.1 0 deaf",), "it does not listen (ListenStream=, Accept=no)")):
            with self.subTest(sockets):
                code, said = self.refused(self.handing(*sockets))
                self.assertEqual(3, code, said)
                self.assertIn(words, said)

    @unittest.skipUnless(find_program("systemd-socket-activate"), "systemd is not installed")
    def test_systemd_hands_over_what_it_listens_at(self):
        plain, tls = free_port(), free_port()
        waybill = self.start(
            Waybill, self.domains(), smtp_port=plain,
            tables={"server": {"listen": [f"127.0.0.1:{free_port()}"]}},
            prefix=["systemd-socket-activate", "-l", f"127.0.0.1:{plain}", "-l",
                    f"127.0.0.1:{tls}", "--fdname=smtp:smtps"])
        self.deliver(plain)
        self.assertIn(f"taking mail smtp=127.0.0.1:{plain}", waybill.output())
        self.assertIn(f"taking mail smtps=127.0.0.1:{tls}", waybill.output())


@unittest.skipUnless(os.geteuid() == 0, "only root can start a process as another user")
@unittest.skipIf(low_ports_are_for_all(), "here every port is for everybody")
class PrivilegesTest(DoorCase):
    def as_nobody(self, *capabilities):
        ids = [f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, *(f"{what}=+net_bind_service" for what in capabilities)]

    def place(self, **options):
        """A waybill whose directory is nobody's; its port is a low one."""
        options.setdefault("smtp_port", low_port())
        waybill = self.start(_Nobodys, self.domains(), **options)
        self.deliver(waybill.smtp_port)
        return waybill

    def test_without_the_capability_it_says_what_to_do(self):
        code, said = self.refused(self.as_nobody(), smtp_port=low_port())
        self.assertEqual(3, code, said)
        self.assertRegex(said, r"cannot listen on 127\.0\.0\.1:\d+: Permission denied")
        for way in ("AmbientCapabilities=", "waybill.socket", "server.user", "setcap"):
            self.assertIn(way, said)

    def test_the_ambient_capability_is_enough(self):
        waybill = self.place(prefix=self.as_nobody("--inh-caps", "--ambient-caps"))
        own = status(waybill.pid)
        self.assertEqual(CAP_NET_BIND_SERVICE, int(own["CapEff"][0], 16))
        self.assertNotIn("running as root", waybill.output())
        self.assert_doctor_says(waybill, "runs as nobody, may bind ports below 1024")

    def test_root_is_given_up_once_the_doors_are_bound(self):
        waybill = self.place(tables={"server": {"user": "nobody"}})
        threads = os.listdir(f"/proc/{waybill.pid}/task")
        self.assertGreater(len(threads), 5)
        groups = {str(NOBODY.pw_gid)}
        for thread in threads:
            own = status(waybill.pid, thread)
            self.assertEqual([str(NOBODY.pw_uid)] * 4, own["Uid"])
            self.assertEqual([str(NOBODY.pw_gid)] * 4, own["Gid"])
            self.assertLessEqual(set(own["Groups"]), groups)
            for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                self.assertEqual(0, int(own[kind][0], 16), kind)
            self.assertEqual(["1"], own["NoNewPrivs"])
        for path in waybill.data.rglob("*"):
            self.assertEqual(NOBODY.pw_uid, path.stat().st_uid, path)
        self.assertIn("root is given up user=nobody", waybill.output())
        self.assert_doctor_says(waybill, "runs as nobody, with no capability")
        self.assertEqual(0, waybill.stop())

    def test_root_that_stays_is_told(self):
        waybill = self.place()
        self.assertIn("running as root", waybill.output())
        self.assert_doctor_says(waybill, "runs as root")

    def test_a_user_that_cannot_be_had_is_told_before_anything_is_made(self):
        for user, prefix, words in (
                ("nobody-of-that-name", (), "there is no such user here"),
                ("root", (), "that is root"),
                ("daemon", self.as_nobody(),
                 "this process is nobody: only root can become another user")):
            with self.subTest(user):
                code, said = self.refused(prefix, tables={"server": {"user": user}})
                self.assertEqual(3, code, said)
                self.assertIn(f"server.user = {user}: {words}", said)
                self.assertFalse(list(self.directory.glob("refused-*/data")))

    def assert_doctor_says(self, waybill, words):
        _, said = waybill.run("doctor", "--json")
        self.assertIn(words, said)


class _Nobodys(Waybill):
    """Its data belong to nobody; it may outlive us no longer than the test, though the signal that
    we ask for is forgotten where a process changes its user."""

    def start(self):
        os.chown(self.directory, NOBODY.pw_uid, NOBODY.pw_gid)
        self.directory.chmod(0o755)
        super().start()


if __name__ == "__main__":
    unittest.main()
