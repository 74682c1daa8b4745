"""What others do to a relay without meaning well, or anything: loops, lists of addresses to try,
sessions that stay."""

import threading
import time
import unittest

from support.name_server import NameServer
from support.peers_case import PeersCase
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.verdicts import facts
from support.waybill import Waybill, binary


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class LoopTest(PeersCase):
    @needs_servers("nsd")
    def test_two_relays_that_point_at_each_other_end_at_the_first_question(self):
        relays = {"a.test": ("127.0.0.2", free_port()), "b.test": ("127.0.0.3", free_port())}
        names = self.start(NameServer, {domain: f"@ IN MX 10 mx\nmx IN A {address}"
                                        for domain, (address, _) in relays.items()})
        started = {}
        for here, there in (("a.test", "b.test"), ("b.test", "a.test")):
            address, port = relays[here]
            # A list in a list: without an end it would be a tree.
            targets = [f"{name}@{there}:{relays[there][1]}" for name in ("u", "v")]
            started[here] = self.start(
                Waybill, {here: {"aliases": {"u": targets, "v": targets}}}, name_server=names,
                host_name=f"mx.{here}", address=address, smtp_port=port)
        with started["a.test"].client() as client:
            client.hello()
            client.mail("s@s.test")
            client.send(b"RCPT TO:<u@a.test>\r\n")
            reply = client.read()
        self.assertEqual((554, "5.4.6"), (reply.code, reply.enhanced), reply)
        for domain, waybill in started.items():
            met = [fact for name in ("u", "v") for fact in facts(waybill, f"{name}@{domain}")]
            self.assertTrue(0 < len(met) < 20, met)


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class CrowdTest(PeersCase):
    def waybill(self, **limits):
        return self.start(Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}},
                          tables={"limits": limits})

    def test_who_tries_addresses_out_is_slowed_turned_away_and_told_as_one_event(self):
        waybill = self.waybill(max_refusals=12, max_refusals_per_client=20)
        began = time.monotonic()
        refused = self.try_addresses_out(waybill)
        self.assertEqual(12, refused)
        self.assertGreater(time.monotonic() - began, 0.9, "the eleventh waits a second")
        self.assertEqual(8, self.try_addresses_out(waybill), "what is left of the hour")
        for _ in range(30):
            with waybill.client() as client:
                self.assertEqual((421, "4.7.0"), (client.greeting.code, client.greeting.enhanced))
        counted = 'waybill_events_total{verdict="deferred"}'

        def deferred():
            lines = waybill.http.get("/metrics").body.decode().splitlines()
            return next((float(line.split()[-1]) for line in lines if line.startswith(counted)), 0)
        wait_until(lambda: deferred() == 3, "two sessions that were ended, and one sum of 30", 30)

    def try_addresses_out(self, waybill):
        """How many were refused until the session ended."""
        refused = 0
        with waybill.client() as client:
            client.hello()
            client.mail("s@s.test")
            while True:
                client.send(b"RCPT TO:<nobody%d@x.test>\r\n" % refused)
                reply = client.read()
                if reply.code == 421:
                    return refused
                self.assertEqual(550, reply.code)
                refused += 1

    def test_an_alias_of_more_targets_than_connections_reaches_each_of_them(self):
        # One that is asked still holds a connection, and is not among those that wait for the body.
        sink = self.start(RecordingSink, before_rcpt=lambda to: time.sleep(to.startswith("t0@")))
        targets = [f"t{number}@[127.0.0.1]:{sink.port}" for number in range(60)]
        waybill = self.start(Waybill, {"x.test": {"aliases": {"all": targets}}}, tables={
            "limits": {"max_connections_per_hop": 20, "max_connections_per_client": 20}})
        began = time.monotonic()
        with waybill.client() as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", ["all@x.test"], message()).code)
        self.assertLess(time.monotonic() - began, 5, "in rounds, and nobody waits for leave")
        self.assertEqual(60, len({mail.recipients[0] for mail in sink.mail()}))
        self.assertEqual(60, len(sink.mail()))

    def test_replies_of_a_group_do_not_wait_for_a_slow_next_hop(self):
        release = threading.Event()
        sink = self.start(RecordingSink, before_rcpt=lambda _: release.wait(20))
        waybill = self.start(Waybill, {"x.test": {"aliases": {
            "slow": f"t@[127.0.0.1]:{sink.port}"}}})
        self.addCleanup(release.set)
        with waybill.client() as client:
            client.hello()
            client.send(b"MAIL FROM:<s@s.test>\r\nRCPT TO:<nobody@x.test>\r\n"
                        b"RCPT TO:<slow@x.test>\r\nNOOP\r\n")
            self.assertEqual([250, 550], [client.read().code for _ in range(2)])
            self.assertFalse(release.is_set())
            release.set()
            self.assertEqual([250, 250], [client.read().code for _ in range(2)])

    def test_a_session_that_is_idle_behind_mail_does_not_hold_up_a_stop(self):
        waybill = self.waybill()
        with waybill.client() as client:
            client.hello()
            client.mail("s@s.test")
            began = time.monotonic()
            self.assertEqual(0, waybill.stop())
            self.assertLess(time.monotonic() - began, 10)
            reply = client.read()
            self.assertEqual((421, "4.3.2"), (reply.code, reply.enhanced))

    def test_a_message_that_never_fails_to_come_takes_no_more_memory_than_there_is(self):
        waybill = self.waybill(max_memory="1 MiB", memory_per_message="256 KiB")
        clients = []
        for _ in range(3):
            client = waybill.client()
            self.addCleanup(client.close)
            client.hello()
            client.mail("s@s.test")
            client.send(b"RCPT TO:<void@x.test>\r\n")
            client.read()
            client.send(b"DATA\r\n")
            client.read()
            client.send(b"From: x@y.test\r\n\r\n" + b"a line of it\r\n" * 30000)
            clients.append(client)
        time.sleep(0.5)
        codes = []
        for client in clients:
            client.send(b".\r\n")
            codes.append(client.read().code)
        self.assertEqual([250, 250, 452], sorted(codes))
        with waybill.client() as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", ["void@x.test"], message()).code)


if __name__ == "__main__":
    unittest.main()
