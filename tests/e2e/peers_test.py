"""The peers themselves: each does what the tests of Waybill take for granted."""

import os
import unittest
from unittest import mock

from support.name_server import NOERROR, NXDOMAIN, NameServer, ask
from support.peers_case import PeersCase
from support.postfix import Postfix
from support.servers import needs_servers
from support.smtp_client import SmtpClient, dot_stuffed, message
from support.smtp_tools import SmtpSink, smtp_source


@needs_servers("postfix", root=True)
class PostfixTest(PeersCase):
    def test_delivers_octet_for_octet(self):
        postfix = self.start(Postfix, ["a@y.test"])
        sent = message(text="One.\r\n.two\r\n..three\r\n")
        with SmtpClient(postfix.port) as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", ["a@y.test"], sent).code)
        [kept] = postfix.wait_for_mail("a@y.test")
        self.assertTrue(kept.endswith(sent.replace(b"\r\n", b"\n")), kept)

    def test_refuses_where_it_is_told_to(self):
        postfix = self.start(
            Postfix, ["a@y.test", "busy@y.test", "data@y.test", "body@y.test"],
            at_rcpt={"busy@y.test": "450 4.2.1 Busy now"},
            at_data={"data@y.test": "550 5.7.1 Not at DATA"},
            at_body={"body@y.test": "550 5.6.0 Not this body"})
        with SmtpClient(postfix.port) as client:
            client.hello()
            client.mail("s@s.test")
            self.assertEqual((550, "5.1.1"), _codes(client.rcpt("nobody@y.test")))
            self.assertEqual((450, "4.2.1"), _codes(client.rcpt("busy@y.test")))
            self.assertEqual((554, "5.7.1"), _codes(client.rcpt("a@elsewhere.test")))
            client.command("RSET")
            client.mail("s@s.test")
            self.assertEqual(250, client.rcpt("data@y.test").code)
            self.assertEqual((550, "5.7.1"), _codes(client.command("DATA")))
            client.command("RSET")
            reply = client.deliver("s@s.test", ["body@y.test"], message())
            self.assertEqual((550, "5.6.0"), _codes(reply))
            self.assertEqual(550, client.replies[-1].code)
            self.assertEqual(354, client.replies[-2].code)

    def test_queues_and_sends_to_its_relay_host(self):
        hop = self.start(Postfix, ["a@y.test"])
        sender = self.start(Postfix, relayhost=f"[127.0.0.1]:{hop.port}")
        with SmtpClient(sender.port) as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", ["a@y.test"], message()).code)
        hop.wait_for_mail("a@y.test")

    def test_pipelined_commands_are_answered_in_order(self):
        postfix = self.start(Postfix, ["a@y.test"])
        with SmtpClient(postfix.port) as client:
            client.hello()
            replies = client.pipeline(
                ["MAIL FROM:<>", "RCPT TO:<no@y.test>", "RCPT TO:<a@y.test>", "RSET", "QUIT"])
            self.assertEqual([250, 550, 250, 250, 221], [reply.code for reply in replies])
            self.assertTrue(client.ended())

    def test_leaves_nothing_behind(self):
        postfix = self.start(Postfix, ["a@y.test"])
        postfix.stop()
        with self.assertRaises(ConnectionRefusedError):
            SmtpClient(postfix.port)


@needs_servers("nsd")
class NameServerTest(PeersCase):
    def test_answers_for_its_zones(self):
        server = self.start(NameServer, {
            "y.test": "@ IN MX 10 mx\nmx IN A 127.0.0.1\nalias IN CNAME mx",
            "z.test": "@ IN MX 0 ."})
        code, answers, octets = ask(server.port, "y.test", "MX")
        self.assertEqual((NOERROR, 1), (code, answers))
        self.assertIn(b"\x02mx", octets)
        self.assertEqual(2, ask(server.port, "alias.y.test", "A")[1])
        self.assertEqual((NOERROR, 0), ask(server.port, "mx.y.test", "AAAA")[:2])
        self.assertEqual((NXDOMAIN, 0), ask(server.port, "no.y.test", "A")[:2])
        self.assertEqual(1, ask(server.port, "z.test", "MX")[1])


@needs_servers("smtp-sink", "smtp-source")
class SmtpToolsTest(PeersCase):
    def test_the_sink_takes_what_the_source_sends(self):
        sink = self.start(SmtpSink, keep=True)
        self.assertEqual("", smtp_source(sink.port, messages=20, sessions=4))
        self.assertEqual(20, len(sink.mail()))

    def test_the_sink_refuses_as_told(self):
        soft = self.start(SmtpSink, ["-r", "rcpt"])
        with SmtpClient(soft.port) as client:
            client.hello()
            self.assertEqual(4, client.deliver("s@s.test", ["a@y.test"], message()).code // 100)
        hard = self.start(SmtpSink, ["-f", "."])
        with SmtpClient(hard.port) as client:
            client.hello()
            self.assertEqual(5, client.deliver("s@s.test", ["a@y.test"], message()).code // 100)

    def test_the_source_complains_when_refused(self):
        sink = self.start(SmtpSink, ["-f", "rcpt"])
        self.assertNotEqual("", smtp_source(sink.port, messages=1))


class AbsenceTest(unittest.TestCase):
    def run_without(self, environment):
        """The result of a case that needs a server which is not there."""
        with mock.patch.dict(os.environ, environment):
            @needs_servers("waybill-none")
            class Case(unittest.TestCase):
                def test_something(self):
                    pass
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
        return result

    def test_what_lacks_a_program_is_skipped(self):
        [(_, why)] = self.run_without({"CI": ""}).skipped
        self.assertIn("waybill-none", why)

    def test_in_ci_it_fails(self):
        result = self.run_without({"CI": "true"})
        self.assertFalse(result.wasSuccessful())
        [(_, why)] = result.errors
        self.assertIn("waybill-none; `./dev test` brings it there", why)


class SmtpClientTest(unittest.TestCase):
    def test_stuffs_dots_at_the_beginning_of_lines_alone(self):
        self.assertEqual(b"..a\r\n..b.\r\n....\r\n.\r\n",
                         dot_stuffed(b".a\r\n.b.\r\n...\r\n"))
        self.assertEqual(b"a\r\n.\r\n", dot_stuffed(b"a"))


def _codes(reply):
    return reply.code, reply.enhanced


if __name__ == "__main__":
    unittest.main()
