"""The address of this host that mail leaves from, by the domain that it goes to."""

import contextlib
import socket
import threading
import unittest

from support.name_server import NameServer
from support.peers_case import PeersCase
from support.process import free_port
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.waybill import Waybill, binary


class Passage:
    """In front of a sink at an address of its own: passes connections on and notes where each came
    from."""

    def __init__(self, _directory, address, sink):
        self._address, self._sink = address, sink
        self.port = free_port()
        self.came_from = []
        self._sockets = []

    def start(self):
        self._listener = socket.create_server(
            (self._address, self.port),
            family=socket.AF_INET6 if ":" in self._address else socket.AF_INET)
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        # Its thread is in accept(): only this ends that.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for one in (self._listener, *self._sockets):
            one.close()

    def _serve(self):
        while True:
            try:
                client, peer = self._listener.accept()
            except OSError:
                return
            self.came_from.append(peer[0])
            sink = socket.create_connection(("127.0.0.1", self._sink.port))
            self._sockets += [client, sink]
            for one, other in ((client, sink), (sink, client)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one, other):
        try:
            while octets := one.recv(65536):
                other.sendall(octets)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class SourceTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink)

    def test_mail_leaves_from_the_source_of_its_family(self):
        v4 = self.start(Passage, "127.0.0.1", self.sink)
        aliases = {name: f"{name}@[127.0.0.1]:{v4.port}" for name in ("plain", "again")}
        waybill = self.start(Waybill, {"x.test": {"aliases": aliases}}, tables={
            "server": {"source": ["127.0.0.20", "::1"]}})
        self.deliver(waybill, "plain", "again")
        self.assertEqual(["127.0.0.20"], v4.came_from, "one connection carries both")

    @needs_servers("nsd")
    def test_two_domains_of_one_host_are_left_for_from_two_addresses(self):
        passage = self.start(Passage, "127.0.0.1", self.sink)
        names = self.start(NameServer, {"y.test": "@ IN MX 10 mx\nmx IN A 127.0.0.1",
                                        "bank.test": "@ IN MX 10 mx.y.test."})
        aliases = {"one": "u@y.test", "two": "u@bank.test"}
        waybill = self.start(Waybill, {"x.test": {"aliases": aliases}}, name_server=names, tables={
            "server": {"source": "127.0.0.20", "next_hop_port": passage.port},
            "next_hops": {"bank.test": {"source": "127.0.0.21"}}})
        for _ in range(2):
            self.deliver(waybill, "one", "two")
        self.assertEqual(["127.0.0.20", "127.0.0.21"], sorted(passage.came_from))

    @needs_servers("nsd")
    def test_the_doctor_goes_out_as_a_relay_would(self):
        passage = self.start(Passage, "127.0.0.1", self.sink)
        names = self.start(NameServer, {"y.test": "@ IN MX 10 mx\nmx IN A 127.0.0.1"})
        waybill = self.start(Waybill, {"x.test": {}}, name_server=names, tables={
            "server": {"source": "127.0.0.20", "next_hop_port": passage.port}})
        _, said = waybill.run("doctor", "--outbound", "y.test")
        self.assertIn(f"mx.y.test at 127.0.0.1:{passage.port}", said)
        self.assertIn("greets this host, from 127.0.0.20", " ".join(said.split()))
        self.assertEqual(["127.0.0.20"], passage.came_from)
        passage.stop()
        code, said = waybill.run("doctor", "--outbound", "y.test")
        self.assertEqual(1, code)
        self.assertIn("mail to next hops gets 451", " ".join(said.split()))

    def test_ipv6_has_a_source_of_its_own_and_ipv4_may_have_none(self):
        passage = self.start(Passage, "::1", self.sink)
        waybill = self.start(
            Waybill, {"x.test": {"aliases": {"a": f"a@[::1]:{passage.port}"}}},
            tables={"server": {"source": ["::1"]}})
        self.deliver(waybill, "a")
        self.assertEqual(["::1"], passage.came_from)

    def test_a_source_that_is_not_ours_is_told_and_its_mail_put_off(self):
        waybill = self.start(
            Waybill, {"x.test": {"aliases": {"a": f"a@[127.0.0.1]:{self.sink.port}"}}},
            tables={"server": {"source": "192.0.2.10"}})
        with waybill.client() as client:
            client.hello()
            client.mail("s@s.test")
            self.assertEqual(451, client.rcpt("a@x.test").code)
        self.assertIn("a source is no address of this host: mail from there gets 451 "
                      "source=192.0.2.10", waybill.output())
        self.assertIn("192.0.2.10 (source) is no address of this host", waybill.run("check")[1])
        code, said = waybill.run("doctor")
        self.assertEqual(1, code)
        self.assertIn("192.0.2.10 is no address of this host", " ".join(said.split()))

    def deliver(self, waybill, *aliases):
        with waybill.client() as client:
            client.hello()
            for alias in aliases:
                reply = client.deliver("s@s.test", [f"{alias}@x.test"], message())
                self.assertEqual(250, reply.code, reply)


if __name__ == "__main__":
    unittest.main()
