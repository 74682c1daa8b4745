"""Signatures of our own: keys made by the command, published by a real name server, and held
against what leaves here by dkimpy and by Exim, which know nothing of our code."""

import re
import signal
import unittest

from support.dkimpy import needs_dkimpy, verdicts
from support.exim import Exim
from support.name_server import txt
from support.network import SMTP_PORT
from support.peers_case import needs
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.silent_failure_case import AUTHOR, Notice, SilentFailureCase
from support.smtp_client import message

_ZONE_LINE = re.compile(r"^\S+ IN TXT \(\n(?:    \"[^\"]*\"(?: \))?\n)+", re.M)
BOTH = [("rsa-sha256", "x.test", "k-rsa", True), ("ed25519-sha256", "x.test", "k-ed25519", True)]


@needs_dkimpy
@needs_servers("nsd")
class DkimCase(SilentFailureCase):
    def setUp(self):
        super().setUp()
        self.bridgehead = self.start_taking_bridgehead()

    def run_keys(self, waybill, *arguments, code=0):
        got, said = waybill.run("keys", "dkim", "x.test", *arguments)
        self.assertEqual(code, got, said)
        return said

    def make_keys(self, waybill, selector="k"):
        """Made, published and put in force."""
        said = self.run_keys(waybill, "--selector", selector)
        self.names.publish("x.test", "".join(_ZONE_LINE.findall(said)))
        self.run_keys(waybill, "--activate")
        waybill.signal(signal.SIGHUP)
        wait_until(lambda: "reloaded" in waybill.output(), "it says that it reloaded")

    def judged(self, octets):
        return verdicts(octets, lambda name: txt(self.names, name))


class NoticeTest(DkimCase):
    def bounce(self, waybill):
        self.write(waybill)
        issued = self.bridgehead.mail()[-1].sender
        self.assertEqual((250, "2.0.0"), self.report(waybill, issued))

    def test_both_signatures_of_a_notice_hold_once_the_keys_are_in_force(self):
        home, waybill = self.start_home_sink(), self.start_waybill()
        said = self.run_keys(waybill, "--selector", "k")
        self.bounce(waybill)
        self.assertEqual([], self.judged(home.mail()[-1].octets), "keys that wait do not sign")
        refused = self.run_keys(waybill, "--activate", code=3)
        self.assertIn("k-ed25519._domainkey.x.test is not in DNS; nothing has changed", refused)
        self.names.publish("x.test", "".join(_ZONE_LINE.findall(said)))
        self.run_keys(waybill, "--activate")
        # Unasked: a look every ten seconds.
        wait_until(lambda: "the DKIM keys of a domain have changed" in waybill.output(),
                   "they are taken up", 20)
        self.bounce(waybill)
        notice = home.mail()[-1].octets
        self.assertEqual(BOTH, self.judged(notice))
        self.assertIn("postmaster@x.test", Notice(notice).message["From"])
        altered = notice.replace(b"Subject: Your", b"Subject: YOUR", 1)
        self.assertEqual([False, False], [verdict[-1] for verdict in self.judged(altered)])

    @needs("ldd", "chroot")
    @needs_servers("exim4", root=True)
    def test_a_server_of_another_make_finds_that_both_hold(self):
        mailbox = self.start(RecordingSink)
        home = self.start(Exim, address=self.at["home"], port=SMTP_PORT, host_name="mail.s.test",
                          routes={"s.test": ("127.0.0.1", mailbox.port)}, name_server=self.names)
        waybill = self.start_waybill()
        self.make_keys(waybill)
        self.bounce(waybill)
        wait_until(lambda: mailbox.mail(), "the author has it", 20)
        for algorithm, _, selector, _ in BOTH:
            self.assertRegex(home.log(), rf"DKIM: d=x\.test s={selector} c=relaxed/relaxed "
                                         rf"a={algorithm} .*\[verification succeeded\]")
        # What Exim put in front, and passed on, changes nothing.
        self.assertEqual(BOTH, self.judged(mailbox.mail()[-1].octets))

    def test_check_and_doctor_look_at_keys_and_records(self):
        waybill = self.start_waybill()
        self.make_keys(waybill)
        code, said = waybill.run("check")
        self.assertEqual(0, code, said)
        self.assertIn("x.test signs with k-rsa._domainkey.x.test", said)
        _, said = waybill.run("doctor")
        self.assertRegex(said, r"k-rsa\._domainkey\.x\.test\s+is in DNS, and fits the key")
        key = waybill.data / "dkim/x.test/k-rsa.pem"
        key.chmod(0o644)
        code, said = waybill.run("check")
        self.assertEqual(3, code)
        self.assertIn("k-rsa.pem may be read by others", said)
        key.chmod(0o600)
        self.run_keys(waybill, "--rotate", "--selector", "n")
        self.run_keys(waybill, "--activate", "--force")
        code, said = waybill.run("doctor")
        self.assertEqual(1, code)
        self.assertRegex(said, r"n-rsa\._domainkey\.x\.test\s+is not in DNS, and its key signs")

    def test_keys_are_made_once_and_never_written_over(self):
        waybill = self.start_waybill()
        self.run_keys(waybill, "--selector", "k", "--algorithm", "ed25519")
        key = waybill.data / "dkim/x.test/k.pem.next"
        before = key.read_text()
        for arguments in ((), ("--rotate",), ("--selector", "k"), ("--rotate", "--selector", "k")):
            self.run_keys(waybill, *arguments, code=3)
        self.run_keys(waybill, "--activate", "--force")
        self.run_keys(waybill, code=3)
        self.run_keys(waybill, "--rotate", "--selector", "k", "--algorithm", "ed25519", code=3)
        self.assertEqual(before, (waybill.data / "dkim/x.test/k.pem").read_text())
        code, said = waybill.run("keys", "dkim", "other.test")
        self.assertEqual(2, code)
        self.assertIn("no domain of the configuration", said)


class ForwardedTest(DkimCase):
    def setUp(self):
        super().setUp()
        self.waybill = self.start_waybill(sign_forwarded=True)

    def forwarded(self, octets, parameters="", chunked=False):
        with self.waybill.client(source=self.at["home"]) as client:
            client.hello("mail.s.test")
            client.mail(AUTHOR, parameters)
            client.rcpt("buzz@x.test")
            if chunked:
                client.send(f"BDAT {len(octets)} LAST\r\n".encode() + octets)
                self.assertEqual(250, client.read().code)
            else:
                self.assertEqual(250, client.body(octets).code)
        return self.bridgehead.mail()[-1]

    def test_what_is_handed_on_is_signed_and_no_octet_of_it_changes(self):
        self.make_keys(self.waybill)
        for name, octets in (
                ("plain", message(From=AUTHOR, To="buzz@x.test")),
                ("dots", message(From=AUTHOR, text=".\r\n..\r\n.a\r\n\r\n.\r\n")),
                ("no body", message(From=AUTHOR, text="")),
                ("white space", message(From=AUTHOR, text=" \t \r\n\r\na  b \r\n\r\n\r\n")),
                ("8bit", message(From=AUTHOR, text="d\u00e9j\u00e0 vu\r\n")),
                ("long header", message(From=AUTHOR, X_Long="x " * 400, References="<a@b> " * 100)),
                ("list", message(From=AUTHOR, List_Id="<l.s.test>", Reply_To="l@s.test")),
                ("forged", b"Authentication-Results: mx.x.test; dkim=pass\r\n" +
                 message(From=AUTHOR))):
            with self.subTest(name):
                kept = self.forwarded(octets, "BODY=8BITMIME" if name == "8bit" else "")
                self.assertEqual(BOTH, self.judged(kept.octets))
                rest = re.sub(rb"(?s)\ADKIM-Signature.*?\r\n(?=Authentication-Results)", b"",
                              kept.octets, count=1)
                sent = octets.split(b"dkim=pass\r\n")[-1]
                kept.octets = rest
                self.assertEqual(sent, kept.behind_our_header())

    def test_a_last_line_without_its_end_is_signed_as_it_arrives(self):
        self.make_keys(self.waybill)
        kept = self.forwarded(message(From=AUTHOR, text="the end"), chunked=True)
        self.assertTrue(kept.octets.endswith(b"the end\r\n"))
        self.assertEqual(BOTH, self.judged(kept.octets))

    def test_a_message_of_the_largest_size_is_signed_from_its_spool_file(self):
        self.make_keys(self.waybill)
        line = b"word  word\t\xe9 " * 6 + b"\r\n"
        octets = message(From=AUTHOR) + line * (45_000_000 // len(line)) + b"\r\n" * 5
        kept = self.forwarded(octets, "BODY=8BITMIME")
        self.assertEqual(BOTH, self.judged(kept.octets))

    def test_without_keys_it_goes_on_unsigned(self):
        kept = self.forwarded(message(From=AUTHOR))
        self.assertEqual([], self.judged(kept.octets))



if __name__ == "__main__":
    unittest.main()
