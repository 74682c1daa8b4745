"""The complaint: mail is forwarded, the target's server takes it and bounces it later, and the
sender never learns that it was lost. Here he does, and nobody else, and the log says all of it."""

import email
import email.policy
import re
import unittest

from support.dkim_signer import DkimSigner
from support.exim import Exim
from support.network import SMTP_PORT
from support.opensmtpd import COMMAND as OPENSMTPD
from support.opensmtpd import OpenSmtpd
from support.peers_case import needs
from support.postfix import Postfix
from support.process import wait_until
from support.servers import needs_servers
from support.silent_failure_case import (ALIAS, AUTHOR, HIDDEN, NOT_TOLD, SIGNER, TOLD, Notice,
                                         SilentFailureCase)
from support.smtp_client import SmtpClient, message

# From the sender's submission to the notice in his mailbox.
SECONDS = 10


def fields_of(header):
    """Of a header: names and values, without their folding."""
    parsed = email.message_from_string(header, policy=email.policy.compat32)
    return [(name, re.sub(r"\s+", " ", value)) for name, value in parsed.items()]


@needs_servers("nsd")
@needs_servers("postfix", root=True)
class RealServersCase(SilentFailureCase):
    # As the bridgehead's log has them.
    queue_id = r"postfix/qmgr\[\d+\]: (\w+): "
    # What the bridgehead says of "550 5.1.1".
    status = "5.1.1"

    def submit(self, home, octets, sender=AUTHOR, parameters="", recipient_parameters=""):
        with SmtpClient(home.port, home.address) as client:
            client.hello("desk.s.test")
            client.mail(sender, parameters)
            client.rcpt(ALIAS, recipient_parameters)
            self.assertEqual(250, client.body(octets).code)

    def check_told(self, home, waybill, bridgehead, sent, author=AUTHOR):
        """The one notice in the author's mailbox, and the log."""
        wait_until(lambda: home.mail(author), "the sender is told", SECONDS)
        [octets] = home.mail(author)
        notice = Notice(octets)
        self.check_notice(notice, author)
        self.check_returned(notice, sent)
        entries = self.story(waybill, *TOLD)
        delivery = self.delivery(waybill, entries)
        self.check_log(delivery, author)
        self.check_hidden(notice, bridgehead)
        return delivery

    def check_notice(self, notice, author):
        told = notice.message
        self.assertEqual("<>", told["Return-Path"])
        self.assertEqual("auto-replied", told["Auto-Submitted"])
        self.assertEqual("multipart/report", told.get_content_type())
        self.assertEqual("delivery-status", told.get_param("report-type"))
        self.assertIn("postmaster@x.test", told["From"])
        self.assertIn(author, told["To"])
        self.assertIn(ALIAS, notice.words)
        self.assertEqual(f"rfc822; {ALIAS}", notice.recipient["Final-Recipient"])
        self.assertEqual("failed", notice.recipient["Action"])
        self.assertEqual("5.1.1", notice.recipient["Status"], "a 5.0.0 told by its words")
        self.assertIn("550 5.1.1 ", notice.recipient["Diagnostic-Code"])

    def check_returned(self, notice, sent):
        """The sender's own server put one field in front of what he wrote."""
        header = sent.split(b"\r\n\r\n")[0].decode() + "\r\n\r\n"
        (name, value), *rest = fields_of(notice.returned)
        self.assertEqual("Received", name)
        self.assertIn("by mail.s.test (Postfix)", value)
        self.assertEqual(fields_of(header), rest)

    def check_log(self, delivery, author):
        self.assertEqual("bounced", delivery["state"])
        self.assertEqual([*TOLD], [event["kind"] for event in delivery["events"]])
        bounced = self.bounced(delivery)
        self.assertEqual(("hard", self.status, "failed", "handed_on", author, HIDDEN),
                         tuple(bounced[key] for key in ("class", "status", "action", "handling",
                                                        "handed_on_to", "final_recipient")))
        accepted, forwarded = self.home_events(delivery)
        self.assertEqual("return-path", accepted["accepted"]["route"])
        self.assertEqual(author, forwarded["forwarded"]["target"])
        self.assertEqual("mail.s.test", forwarded["forwarded"]["next_hop"]["mx_host"])

    def check_hidden(self, notice, bridgehead):
        """The log may name the target; the notice may not, nor its servers, nor their ids."""
        ids = re.findall(self.queue_id, bridgehead.log())
        self.assertGreaterEqual(len(set(ids)), 2, bridgehead.log())
        named = [word for word in self.hidden_words(*ids) if notice.names(word)]
        self.assertEqual([], named, notice.octets.decode())


class PostfixTest(RealServersCase):
    def test_a_sender_verified_by_spf_is_told_of_the_alias_and_of_nothing_behind_it(self):
        self.start_cellar()
        home, bridgehead = self.start_home(), self.start_postfix_bridgehead()
        waybill = self.start_waybill()
        sent = message(From=f"Author <{AUTHOR}>", To=ALIAS, X_Own="as I wrote it",
                       Subject="A subject\r\n that is folded")
        self.submit(home, sent)
        delivery = self.check_told(home, waybill, bridgehead, sent)
        self.assertEqual("SPF passed for s.test", self.bounced(delivery)["handling_reason"])
        self.assertEqual("gatehouse.toybox.test", self.bounced(delivery)["reporting_mta"])

    def test_a_sender_who_asks_is_told_that_it_arrived(self):
        bridgehead = self.start(
            Postfix, [HIDDEN], host_name="gatehouse.toybox.test", address=self.at["bridgehead"],
            port=SMTP_PORT, name_server=self.names)
        home, waybill = self.start_home(), self.start_waybill()
        self.submit(home, message(From=AUTHOR, To=ALIAS), parameters="ENVID=order-7",
                    recipient_parameters="NOTIFY=SUCCESS,FAILURE")
        [octets] = home.wait_for_mail(AUTHOR)
        notice = Notice(octets)
        self.assertEqual(("delivered", "2.0.0", f"rfc822; {ALIAS}"),
                         tuple(notice.recipient[name]
                               for name in ("Action", "Status", "Final-Recipient")))
        self.assertIn("Original-Envelope-Id: order-7", octets.decode())
        self.check_hidden(notice, bridgehead)
        delivery = self.delivery(waybill, self.story(waybill, *TOLD))
        self.assertEqual("delivered", self.bounced(delivery)["class"])
        self.assertEqual("delivered", delivery["state"])
        self.assertEqual(1, len(bridgehead.mail(HIDDEN)))

    def test_of_a_sender_who_is_not_verified_the_bounce_is_on_record_and_nobody_is_told(self):
        self.start_cellar()
        home, _ = self.start_home(), self.start_postfix_bridgehead()
        waybill = self.start_waybill()
        for turn, (sender, come_from, spf) in enumerate(
                ((AUTHOR, "bridgehead", "fail"), (SIGNER, "home", "none")), 1):
            with self.subTest(spf):
                self.write(waybill, sender, come_from=come_from)
                entries = self.story(waybill, *NOT_TOLD * turn)
                delivery = self.delivery(waybill, entries[-5:])
                self.assertEqual("bounced", delivery["state"])
                bounced = self.bounced(delivery)
                self.assertEqual("held", bounced["handling"])
                self.assertIn(f"SPF said {spf}", bounced["handling_reason"])
                self.assertNotIn("handed_on_to", bounced)
                self.assertEqual("report-held", self.home_events(delivery)[-1]["dropped"]["rule"])
        self.assertNotIn("from=<", home.log(), "nothing came to the sender's server")

    def test_a_bridgehead_comes_again_until_the_senders_server_is_back(self):
        self.start_cellar()
        bridgehead = self.start_postfix_bridgehead()
        waybill = self.start_waybill()
        self.write(waybill)
        wait_until(lambda: "status=deferred" in bridgehead.log(), "the report is deferred")
        home = self.start_home_sink()
        wait_until(home.mail, "the sender is told")
        entries = self.story(waybill, "accepted", "forwarded", "accepted", "bounced", "deferred",
                             "accepted", "forwarded")
        self.assertEqual("handed_on",
                         self.bounced(self.delivery(waybill, entries))["handling"])
        wait_until(lambda: not bridgehead.queued(), "the bridgehead has nothing left to report")
        self.assertEqual(1, len(home.mail()))


@needs("openssl")
class SignedTest(RealServersCase):
    def key_record(self):
        self.signer = DkimSigner(self.directory, "signs.test")
        return self.signer.record()

    def test_a_sender_verified_by_dkim_alone_is_told(self):
        self.start_cellar()
        home, bridgehead = self.start_home(), self.start_postfix_bridgehead()
        waybill = self.start_waybill()
        sent = self.signer.signed(message(From=SIGNER, To=ALIAS))
        self.submit(home, sent, SIGNER)
        delivery = self.check_told(home, waybill, bridgehead, sent, SIGNER)
        self.assertEqual("a DKIM signature of signs.test speaks for the author",
                         self.bounced(delivery)["handling_reason"])

    def test_a_signature_that_does_not_fit_the_message_verifies_nobody(self):
        self.start_cellar()
        self.start_postfix_bridgehead()
        home, waybill = self.start_home_sink(), self.start_waybill()
        sent = self.signer.signed(message(From=SIGNER, To=ALIAS))
        self.write(waybill, SIGNER, octets=sent.replace(b"A line", b"Another line"))
        entries = self.story(waybill, *NOT_TOLD)
        self.assertEqual("held", self.bounced(self.delivery(waybill, entries))["handling"])
        self.assertEqual([], home.mail())


@needs_servers("exim4")
@needs("ldd", "chroot")
class EximTest(RealServersCase):
    # Of 16 characters until 4.96, of 23 since.
    queue_id = r"(?m)^\S+ \S+ (\w{6}-\w{6,11}-\w{2,4}) <="
    status = "5.0.0"

    def test_a_bounce_as_exim_writes_it_comes_home_too(self):
        self.start_cellar()
        home, waybill = self.start_home(), self.start_waybill()
        bridgehead = self.start(
            Exim, address=self.at["bridgehead"], name_server=self.names,
            host_name="gatehouse.toybox.test",
            routes={"toybox.test": (self.at["cellar"], SMTP_PORT)})
        sent = message(From=AUTHOR, To=ALIAS)
        self.submit(home, sent)
        self.check_told(home, waybill, bridgehead, sent)


@needs_servers(OPENSMTPD)
@needs("ldd", "chroot")
class OpenSmtpdTest(RealServersCase):
    # Of a message; its envelopes' ids begin with it.
    queue_id = r" msgid=([0-9a-f]{8}) "
    status = "5.0.0"

    def test_a_bounce_as_opensmtpd_writes_it_comes_home_too(self):
        # It calls its report multipart/mixed, and says why in the text alone.
        self.start_cellar()
        home, waybill = self.start_home(), self.start_waybill()
        bridgehead = self.start(
            OpenSmtpd, address=self.at["bridgehead"], name_server=self.names,
            host_name="gatehouse.toybox.test", domain="toybox.test", behind=self.at["cellar"])
        sent = message(From=AUTHOR, To=ALIAS)
        self.submit(home, sent)
        self.check_told(home, waybill, bridgehead, sent)


if __name__ == "__main__":
    unittest.main()
