"""The door: what Waybill asks of clients, with the lists and names of a real name server."""

import configparser
import pathlib
import re
import time
import unittest

from support.name_server import NameServer
from support.peers_case import PeersCase
from support.process import free_port
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import SmtpClient, message
from support.tls_records import trusting
from support.verdicts import history
from support.waybill import Waybill, binary

ALIAS = "a@x.test"
SPAMMER, LIAR, KNOWN, STRANGER = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"
_ZONES = {
    "bl.test": "2.0.0.127 IN A 127.0.0.2",
    "world.test": "* IN A 127.255.255.254",
    "known.test": "4.0.0.127 IN A 127.0.5.2\n2.0.0.127 IN A 127.0.5.2",
    "127.in-addr.arpa": "2.0.0 IN PTR spam.y.test.\n3.0.0 IN PTR liar.y.test.\n"
                        "4.0.0 IN PTR known.y.test.",
    "y.test": "spam IN A 127.0.0.2\nliar IN A 127.0.0.9\nknown IN A 127.0.0.4",
}


_FILTER = pathlib.Path(__file__).resolve().parents[2] / "packaging/fail2ban/waybill.conf"


def banned(output):
    """Whom fail2ban's filter finds in the lines, in their order."""
    reader = configparser.ConfigParser()
    reader.read(_FILTER)
    patterns = [pattern.strip().replace("<ADDR>", r"(?P<client>[0-9a-f.:]+)")
                for pattern in reader["Definition"]["failregex"].splitlines()]
    found = [re.match(pattern, line) for line in output.splitlines() for pattern in patterns]
    return [match["client"] for match in found if match]


@needs_servers("nsd")
@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class DoorTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.names = self.start(NameServer, _ZONES)
        self.sink = self.start(RecordingSink)

    def waybill(self, door, domains=None, **tables):
        target = f"u@[127.0.0.1]:{self.sink.port}"
        return self.start(Waybill, domains or {"x.test": {"aliases": {"a": target}}},
                          name_server=self.names, tables={"door": door, **tables})

    def send(self, waybill, source, sender="ann@s.test", alias=ALIAS):
        with waybill.client(source=source) as client:
            client.hello("client.test")
            return client.deliver(sender, [alias], message())

    def rules(self, waybill, alias=ALIAS):
        return [entry.get("rule", entry["kind"]) for entry in history(waybill, alias)]

    def test_a_listed_client_is_refused_and_the_history_of_the_alias_says_so(self):
        waybill = self.waybill({"lists": {
            "bl.test": {}, "world.test": {},
            "known.test": {"weight": -3, "answers": ["127.0.0-255.1-3"]}},
            "refuse_at": 7})
        reply = self.send(waybill, SPAMMER)
        self.assertEqual((550, "5.7.1"), (reply.code, reply.enhanced))
        self.assertIn("bl.test", reply.text)
        self.assertEqual(250, self.send(waybill, KNOWN).code)
        self.assertEqual(250, self.send(waybill, STRANGER).code)
        waybill.events(ALIAS, ["rejected"])
        self.assertIn("client-listed", self.rules(waybill))
        self.send(waybill, LIAR, alias="nobody@x.test")
        forged = f"info relay: transaction client={LIAR} verdict=rejected rule=syntax x"
        self.assertEqual(250, self.send(waybill, KNOWN, sender=f'"{forged}"@s.test').code)
        self.assertEqual([SPAMMER, LIAR], banned(waybill.output()))
        [line] = [line for line in waybill.output().splitlines() if f"client={STRANGER} " in line]
        self.assertIn(" verdict=accepted ", line)
        self.assertIn(" recipients=1 accepted=1 ", line)
        code, words = waybill.run("doctor")
        self.assertEqual(1, code)
        self.assertIn("world.test", words)
        self.assertIn("127.255.255.254", words)

    def test_a_client_without_a_name_that_leads_back_is_refused(self):
        waybill = self.waybill({"reverse_dns": "confirmed"})
        for source, code, enhanced in ((SPAMMER, 250, "2.0.0"), (LIAR, 550, "5.7.25"),
                                       (STRANGER, 550, "5.7.25")):
            with self.subTest(source):
                reply = self.send(waybill, source)
                self.assertEqual((code, enhanced), (reply.code, reply.enhanced))

    def test_a_name_server_that_is_away_costs_no_mail_and_little_time(self):
        waybill = self.waybill({"lists": {"bl.test": {}}})
        self.names.stop()
        for turn in range(4):
            with waybill.client(source=f"127.0.1.{turn}") as client:
                client.hello()
                client.mail("ann@s.test")
                began = time.monotonic()
                self.assertEqual(250, client.rcpt(ALIAS).code)
        self.assertLess(time.monotonic() - began, 3, "a list that is silent is not waited for")

    def test_a_client_that_speaks_before_the_greeting_is_refused(self):
        waybill = self.waybill({"greeting_delay": "2 s"})
        with waybill.client(greet=False) as client:
            client.send(b"EHLO client.test\r\n")
            self.assertEqual(554, client.read().code)
            self.assertTrue(client.ended())
        with waybill.client(greet=False) as client:
            client.close()  # who leaves is no early talker
        self.assertEqual(["127.0.0.1"], banned(waybill.output()))
        began = time.monotonic()
        self.assertEqual(250, self.send(waybill, STRANGER).code)
        self.assertGreater(time.monotonic() - began, 1.9)

    def test_on_a_port_of_tls_too(self):
        port = free_port()
        waybill = self.waybill({"greeting_delay": "2 s"}, tls={"listen": [f"127.0.0.1:{port}"]})
        began = time.monotonic()
        with SmtpClient(port, greet=False, tls=trusting()) as client:
            client.send(b"EHLO client.test\r\n")
            self.assertEqual(554, client.read().code)
            self.assertTrue(client.ended())
        self.assertLess(time.monotonic() - began, 1.5, "it is told at once")
        self.assertEqual(["127.0.0.1"], banned(waybill.output()))
        with SmtpClient(port, greet=False, tls=trusting()) as client:
            client.read()
            self.assertGreater(time.monotonic() - began, 1.9)
            client.hello("client.test")
            self.assertEqual(250, client.deliver("ann@s.test", [ALIAS], message()).code)
        numbers = waybill.http.get("/metrics").body.decode()
        made = 'waybill_smtp_tls_sessions_total{result="successful",version="TLSv1.3"}'
        self.assertIn(made + " 2", numbers)

    def test_who_was_greylisted_is_taken_after_its_time_whatever_becomes_of_the_process(self):
        waybill = self.waybill({"greylist": True, "greylist_wait": "2 s"})
        reply = self.send(waybill, STRANGER)
        self.assertEqual((451, "4.7.1"), (reply.code, reply.enhanced))
        waybill.kill()
        waybill.start()
        time.sleep(2)
        self.assertEqual(250, self.send(waybill, STRANGER).code)
        waybill.restart()
        self.assertEqual(250, self.send(waybill, STRANGER).code, "it is known")
        self.assertEqual(250, self.send(waybill, "127.0.0.77").code, "and its network")
        self.assertEqual(451, self.send(waybill, STRANGER, sender="ann@t.test").code)
        self.assertEqual(451, self.send(waybill, "127.0.1.5").code)

    def test_a_crowd_of_recipients_is_slowed(self):
        waybill = self.waybill({"recipients_per_client": 3})
        codes = [self.send(waybill, STRANGER).code for _ in range(4)]
        self.assertEqual([250, 250, 250, 451], codes)
        self.assertEqual(250, self.send(waybill, KNOWN).code)

    def test_bounces_come_home_whoever_brings_them(self):
        waybill = self.waybill({"lists": {"bl.test": {}}, "greylist": True, "greylist_wait": "1 s",
                                "reverse_dns": "confirmed", "helo": "strict"})
        self.assertEqual(451, self.send(waybill, KNOWN).code)
        time.sleep(1)
        self.assertEqual(250, self.send(waybill, KNOWN).code)
        [mail] = self.sink.mail()
        with waybill.client(source=SPAMMER) as client:
            client.hello("localhost")
            self.assertEqual(250, client.command("MAIL FROM:<>").code)
            self.assertEqual(250, client.command(f"RCPT TO:<{mail.sender}>").code)
