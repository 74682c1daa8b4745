"""Signatures of our own: keys made by the command, published by a real name server, and held
against what leaves here by dkimpy and by Exim, which know nothing of our code."""

import email
import email.policy
import re
import signal
import unittest

from support.dkim_signer import DkimSigner
from support.dkimpy import needs_dkimpy, verdicts
from support.exim import Exim
from support.name_server import txt
from support.network import SMTP_PORT
from support.peers_case import needs
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.silent_failure_case import ALIAS, AUTHOR, HIDDEN, Notice, SilentFailureCase
from support.smtp_client import message
from support.verdicts import history
from support.waybill import Waybill

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

    def forwarded(self, octets, parameters="", chunked=False):
        with self.waybill.client(source=self.at["home"]) as client:
            client.hello("mail.s.test")
            client.mail(AUTHOR, parameters)
            client.rcpt(ALIAS)
            if chunked:
                client.send(f"BDAT {len(octets)} LAST\r\n".encode() + octets)
                self.assertEqual(250, client.read().code)
            else:
                self.assertEqual(250, client.body(octets).code)
        return self.bridgehead.mail()[-1]


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


class RescueTest(DkimCase):
    def setUp(self):
        super().setUp()
        self.signer = DkimSigner(self.directory, "s.test")
        self.names.publish("s.test", '_dmarc IN TXT "v=DMARC1; p=reject"\n' + self.signer.record())
        self.waybill = self.start_waybill(rescue="rewrite-from")

    def accepted(self):
        entry = [one for one in history(self.waybill, ALIAS) if one["kind"] == "accepted"][-1]
        return self.waybill.http.message(entry["message_id"]).json["events"][0]["accepted"]

    def test_mail_that_spf_alone_vouches_for_goes_on_as_the_alias_with_a_signature(self):
        self.make_keys(self.waybill)
        author = f'"Doe, Jane" <{AUTHOR}>'
        text = "d\u00e9j\u00e0  vu\r\n.\r\n\r\n"
        octets = (b"Authentication-Results: mx.x.test; dkim=pass\r\n" +
                  message(From=author, X_Original_From="ceo@bank.test", text=text))
        kept = self.forwarded(octets, "BODY=8BITMIME")
        self.assertEqual(BOTH, self.judged(kept.octets))
        got = email.message_from_bytes(kept.octets, policy=email.policy.default)
        [mailbox] = got["From"].addresses
        self.assertEqual((ALIAS, "Doe, Jane via buzz"), (mailbox.addr_spec, mailbox.display_name))
        self.assertEqual([author], got.get_all("X-Original-From"))
        self.assertEqual(AUTHOR, got["Reply-To"].addresses[0].addr_spec)
        self.assertTrue(kept.octets.endswith(b"\r\n\r\n" + text.encode()))
        self.assertNotIn(b"dkim=pass\r\n", kept.octets)
        accepted = self.accepted()
        self.assertEqual("rewrite-from", accepted["rescue"])
        self.assertEqual(author, accepted["header_from"])

    def test_mail_that_its_author_signed_goes_on_as_it_came(self):
        octets = self.signer.signed(message(From=AUTHOR, To=ALIAS))
        kept = self.forwarded(octets)
        self.assertEqual(octets, kept.behind_our_header())
        self.assertNotIn("rescue", self.accepted())

    def test_a_bounce_of_rescued_mail_goes_home(self):
        home = self.start_home_sink()
        kept = self.forwarded(message(From=AUTHOR, To=ALIAS))
        self.assertIn(b" via buzz <buzz@x.test>\r\n", kept.octets)
        self.assertEqual((250, "2.0.0"), self.report(self.waybill, kept.sender))
        self.assertEqual([[AUTHOR]], [notice.recipients for notice in home.mail()])

    def test_a_large_message_is_rescued_from_its_spool_file(self):
        self.make_keys(self.waybill)
        line = b"word  word\t " * 6 + b"\r\n"
        kept = self.forwarded(message(From=AUTHOR) + line * (3_000_000 // len(line)))
        self.assertEqual(BOTH, self.judged(kept.octets))
        self.assertEqual(3_000_000 // len(line), kept.octets.count(line))

    def test_a_copy_that_finds_no_room_puts_the_delivery_off(self):
        self.waybill.stop()
        small = self.start(
            Waybill, {"x.test": {"aliases": {"buzz": HIDDEN}, "rescue": "rewrite-from"}},
            address=self.at["relay"], smtp_port=SMTP_PORT, name_server=self.names,
            tables={"limits": {"max_spool": "4 MiB", "max_message_size": "4 MiB"}})
        with small.client(source=self.at["home"]) as client:
            client.hello("mail.s.test")
            reply = client.deliver(AUTHOR, [ALIAS], message(From=AUTHOR, text="x" * 70 + "\r\n")
                                   + (b"y" * 70 + b"\r\n") * 45_000)
        self.assertEqual(4, reply.code // 100, reply)
        self.assertEqual([], self.bridgehead.mail())


if __name__ == "__main__":
    unittest.main()
