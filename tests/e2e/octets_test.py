"""The octets of a message: what goes through unharmed, and what does not go through."""

import unittest

from support.peers_case import PeersCase
from support.recording_sink import RecordingSink
from support.smtp_client import dot_stuffed, message
from support.verdicts import Fact, facts, said
from support.waybill import Waybill, binary

HEADER = b"From: s@s.test\r\nMessage-ID: <%s@s.test>\r\nSubject: x\r\n"


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class OctetsTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink)
        self.waybill = self.start(
            Waybill, {"x.test": {"aliases": {"a": f"u@[127.0.0.1]:{self.sink.port}"}}})

    def session(self):
        client = self.waybill.client()
        self.addCleanup(client.close)
        client.hello()
        return client

    def test_every_octet_arrives_behind_our_trace_fields(self):
        cases = {
            "dots": b"\r\n.\r\n..\r\n.a\r\n. \r\n...\r\n",
            "empty lines at the end": b"\r\nA.\r\n\r\n\r\n",
            "eight bits": b"\r\n" + bytes(set(range(1, 256)) - {10, 13}) + b"\r\n",
            "null octets": b"\r\na\0b\0\r\n",
            "no body": b"",
            "empty body": b"\r\n",
            "a long line": b"\r\n" + b"x" * 100_000 + b"\r\n",
            "many short lines": b"\r\n" + b"y\r\n" * 50_000,
            "larger than memory_per_message": b"\r\n" + b"0123456789abcde\r\n" * 40_000,
            "trailing spaces and tabs": b"\r\n \t \r\nx \t\r\n",
            "other trace fields":
                b"Received: by other.test\r\nReturn-Path: <x@y.test>\r\n\r\nA.\r\n",
        }
        client = self.session()
        sent = [HEADER % str(i).encode() + rest for i, rest in enumerate(cases.values())]
        for name, octets in zip(cases, sent):
            with self.subTest(name):
                self.assertEqual(250, client.deliver("s@s.test", ["a@x.test"], octets).code)
        kept = [mail.behind_our_header() for mail in self.sink.mail()]
        self.assertEqual(len(sent), len(kept))
        for name, octets, arrived in zip(cases, sent, kept):
            with self.subTest(name):
                self.assertTrue(octets == arrived, f"{octets[:300]} became {arrived[:300]}")

    def test_a_null_octet_before_a_line_goes_through_or_is_refused_by_ourselves(self):
        """Servers that drop it see another line, maybe a hidden dot. To blame the next hop would be
        a lie, and 4xx would have the sender try for days."""
        client = self.session()
        reply = client.deliver("s@s.test", ["a@x.test"], HEADER % b"null" + b"\r\n\0a\r\n")
        self.assertIn(reply.code // 100, (2, 5), reply)
        last = facts(self.waybill, "a@x.test")[-1]
        self.assertEqual(said(reply), last.reply)
        if reply.code // 100 == 5:
            self.assertEqual(("rejected", "policy"), (last.kind, last.by))

    def test_octets_in_any_pieces_are_the_same_message(self):
        octets = HEADER % b"pieces" + b"\r\n.\r\n..x\r\nA.\r\n"
        client = self.session()
        for size in (1, 2, 3, 7):
            client.mail("s@s.test")
            client.rcpt("a@x.test")
            client.command("DATA")
            wire = dot_stuffed(octets)
            for at in range(0, len(wire), size):
                client.send(wire[at:at + size])
            self.assertEqual(250, client.read().code)
        self.assertEqual([octets] * 4, [mail.behind_our_header() for mail in self.sink.mail()])

    def test_a_message_of_chunks_arrives_whole(self):
        octets = HEADER % b"chunks" + b"\r\n.\r\n..x\r\nA.\r\n"
        client = self.session()
        client.mail("s@s.test")
        client.rcpt("a@x.test")
        client.send(b"BDAT 30\r\n" + octets[:30])
        client.send(b"BDAT %d LAST\r\n" % (len(octets) - 30) + octets[30:])
        self.assertEqual([250, 250], [client.read().code, client.read().code])
        self.assertEqual([octets], [mail.behind_our_header() for mail in self.sink.mail()])

    def test_the_loop_ends_at_the_51st_received_field(self):
        client = self.session()
        trace = b"Received: from a.test by b.test; Sun, 01 Mar 2026 12:00:00 +0000\r\n"
        passes = client.deliver("s@s.test", ["a@x.test"], trace * 50 + message())
        self.assertEqual(250, passes.code)
        stops = client.deliver("s@s.test", ["a@x.test"], trace * 51 + message())
        self.assertEqual((554, "5.4.6"), (stops.code, stops.enhanced))
        self.assertEqual(Fact("rejected", "", "policy", "body", "hop-count", said(stops)),
                         facts(self.waybill, "a@x.test")[-1])
        self.assertEqual(1, len(self.sink.mail()))

    def test_a_bare_line_end_is_refused_and_the_session_stays_in_step(self):
        client = self.session()
        refused = []
        for text in (b"one\ntwo\r\n", b"one\rtwo\r\n", b"one\n\r\n", b"\none\r\n", b"one\r\r\n"):
            with self.subTest(text):
                reply = client.deliver("s@s.test", ["a@x.test"], HEADER % b"bare" + b"\r\n" + text)
                self.assertEqual(550, reply.code)
                self.assertEqual("5.6.0", reply.enhanced)
                self.assertEqual(250, client.command("NOOP").code)
                refused.append(reply)
        reply = client.deliver("s@s.test", ["a@x.test"], message())
        self.assertEqual(250, reply.code)
        found = facts(self.waybill, "a@x.test")
        self.assertEqual(
            [Fact("rejected", "", "policy", "body", "bare-line-end", said(one)) for one in refused],
            found[:-2])
        self.assertEqual(["accepted", "forwarded"], [fact.kind for fact in found[-2:]])
        self.assertEqual(1, len(self.sink.mail()))

    def test_no_end_of_data_but_the_one_of_the_standard(self):
        """What other servers have taken for an end hides a second transaction in a message."""
        hidden = b"MAIL FROM:<evil@x.test>\r\nRCPT TO:<a@x.test>\r\nDATA\r\nEvil.\r\n.\r\n"
        for end in (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r",
                    b"\r\n\0.\r\n", b"\r\n.\0\r\n"):
            with self.subTest(end):
                arrived = len(self.sink.mail())
                client = self.session()
                client.mail("s@s.test")
                client.rcpt("a@x.test")
                client.command("DATA")
                client.send(HEADER % b"smuggled" + b"\r\nGood." + end + hidden)
                reply = client.read()
                self.assertEqual(250, client.command("NOOP").code)
                self.assertEqual([354, reply.code, 250], [r.code for r in client.replies[-3:]])
                mail = self.sink.mail()[arrived:]
                self.assertEqual(1 if reply.code == 250 else 0, len(mail))
                if b"\0" not in end:
                    self.assertEqual((550, "5.6.0"), (reply.code, reply.enhanced))
        senders = {event["kind"] for event in self.waybill.http.history(
            "evil@x.test", role="sender").json["entries"]}
        self.assertEqual(set(), senders)

    def test_a_stuffed_second_message_arrives_once_and_inside_the_first(self):
        octets = HEADER % b"stuffed" + (b"\r\nGood.\r\n.\r\nMAIL FROM:<evil@x.test>\r\n"
                                        b"RCPT TO:<a@x.test>\r\nDATA\r\nEvil.\r\n.\r\n")
        client = self.session()
        self.assertEqual(250, client.deliver("s@s.test", ["a@x.test"], octets).code)
        self.assertEqual([octets], [mail.behind_our_header() for mail in self.sink.mail()])

    def test_a_message_above_the_limit_is_refused_by_its_announced_and_its_true_size(self):
        client = self.session()
        self.assertEqual(552, client.mail("s@s.test", "SIZE=99999999999").code)
        self.assertEqual(250, client.mail("s@s.test", "SIZE=1000").code)
        client.command("RSET")
        self.assertEqual([], self.sink.mail())


if __name__ == "__main__":
    unittest.main()
