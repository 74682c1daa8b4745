"""NameServer: nsd with zones written for one test, and a question to ask it."""

import re
import socket
import struct
import subprocess
import time

from support.process import Running, free_port, wait_until
from support.servers import find_server

TYPES = {"A": 1, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28}
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5

# Seconds. Signatures hold also for a program whose clock is behind.
_SIGNED_BEFORE = 7 * 86400

_ZONE = """\
$ORIGIN {name}.
$TTL 60
@ IN SOA ns.{name}. hostmaster.{name}. 1 3600 600 86400 60
@ IN NS ns.{name}.
ns IN A 127.0.0.1
"""


class NameServer:
    """`zones`: {"y.test": "@ IN MX 10 mx\\nmx IN A 127.0.0.1"}, in the syntax of RFC 1035 5; SOA
    and NS are there already. Those in `signed` are signed by a key of the test's (`anchor`), and
    `damage(name, text)` may change what the signed zone says before it is served."""

    def __init__(self, directory, zones, *, address="127.0.0.1", port=None, signed=(),
                 damage=lambda name, text: text):
        self.directory = directory
        self.address = address
        self.port = port or free_port()
        self._zones = zones
        self._signed = signed
        self._damage = damage
        self._process = None

    def start(self):
        lines = ["server:", f"  ip-address: {self.address}@{self.port}", "  server-count: 1",
                 '  username: ""', '  chroot: ""', '  database: ""',
                 f"  zonesdir: {self.directory}", f"  pidfile: {self.directory}/pid",
                 f"  xfrdfile: {self.directory}/xfrd", f"  zonelistfile: {self.directory}/zones",
                 f"  xfrdir: {self.directory}", "  rrl-ratelimit: 0",
                 "remote-control:", "  control-enable: no"]
        for name, records in self._zones.items():
            zone = self.directory / f"{name}.zone"
            zone.write_text(_ZONE.format(name=name) + records + "\n")
            if name in self._signed:
                self._sign(name, zone)
            lines += ["zone:", f"  name: {name}", f"  zonefile: {zone}"]
        configuration = self.directory / "nsd.conf"
        configuration.write_text("\n".join(lines) + "\n")
        self._process = Running([find_server("nsd"), "-d", "-c", configuration],
                                self.directory / "output")
        self._process.wait_for_port(self.port, self.address)
        for name in self._zones:
            wait_until(lambda name=name: ask(self.port, name, "SOA", self.address)[1] == 1,
                       f"zone {name} served")

    def publish(self, zone, records):
        """Further records of a zone; from now on it answers with them."""
        self._zones[zone] += "\n" + records
        self.stop()
        self.start()

    def anchor(self, name):
        """The file of the key that the zone is signed by."""
        return self.directory / f"{name}.anchor"

    def _sign(self, name, zone):
        def run(command, *arguments):
            return subprocess.run([find_server(command), *arguments], cwd=self.directory,
                                  check=True, capture_output=True, text=True).stdout.strip()
        key = run("ldns-keygen", "-k", "-a", "ECDSAP256SHA256", name)
        run("ldns-signzone", "-i", str(int(time.time()) - _SIGNED_BEFORE), "-o", name, "-f", zone,
            zone, key)
        (self.directory / f"{key}.key").rename(self.anchor(name))
        zone.write_text(self._damage(name, zone.read_text()))

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None


def other_signature(zone, kind):
    """A `damage`: it changes the first octets of each signature over records of that kind."""
    def damage(_name, text):
        return re.sub(rf"(RRSIG\s+{kind}\s.* {re.escape(zone)}\. )(.{{8}})", r"\1AAAAAAAA", text)
    return damage


def txt(server, name):
    """The text of the one TXT record of a name; None: there is none, or there are several."""
    _, answers, octets = ask(server.port, name, "TXT", server.address)
    if answers != 1:
        return None
    # A pointer to the question's name, then type, class and time to live, then length and strings.
    length, = struct.unpack(">H", octets[10:12])
    data, out = octets[12:12 + length], b""
    while data:
        out, data = out + data[1:1 + data[0]], data[1 + data[0]:]
    return out.decode()


def ask(port, name, kind, host="127.0.0.1"):
    """One question over UDP: (response code, number of answers, their octets)."""
    labels = b"".join(struct.pack("B", len(part)) + part.encode() for part in name.split("."))
    question = labels + b"\0" + struct.pack(">HH", TYPES[kind], 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(5)
        udp.connect((host, port))
        udp.send(struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0) + question)
        answer = udp.recv(4096)
    _, flags, _, answers, _, _ = struct.unpack(">HHHHHH", answer[:12])
    return flags & 0xF, answers, answer[12 + len(question):]
