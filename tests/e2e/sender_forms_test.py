"""What senders write into MAIL: VERP, BATV, the SRS of others, a return path of another Waybill, an
alias of ours, nothing. What comes back goes to that very address, and to no other."""

import re
import unittest

from support.network import SMTP_PORT
from support.postfix import Postfix
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.return_paths import delivery_of, report
from support.servers import needs_servers
from support.silent_failure_case import (ALIAS, AUTHOR, HIDDEN, NOT_TOLD, TOLD, Notice,
                                         SilentFailureCase)
from support.smtp_client import SmtpClient, message
from support.verdicts import history
from support.waybill import Waybill

LIST = "List-Bounces@s.test"


class SenderFormsCase(SilentFailureCase):
    def deliver(self, waybill, sender, octets=None, recipient=ALIAS, parameters=""):
        """From the sender's own server, which SPF vouches for: the reply that ends it."""
        octets = octets or message(From=AUTHOR, To=recipient)
        with waybill.client(source=self.at["home"]) as client:
            client.hello("mail.s.test")
            reply = client.mail(sender, parameters)
            if reply.code == 250:
                reply = client.rcpt(recipient)
            return client.body(octets) if reply.code == 250 else reply

    def trace(self, waybill, delivery_id):
        return waybill.trace("--delivery", delivery_id)


@needs_servers("nsd")
class FormTest(SenderFormsCase):
    def check(self, waybill, home, sender, alias=ALIAS):
        """A mail of this sender comes back, and the notice goes to him octet for octet."""
        before = len(home.mail())
        reply = self.deliver(waybill, sender, recipient=alias)
        self.assertEqual(250, reply.code, reply)
        issued = self.bridgehead.mail()[-1].sender
        self.assertRegex(issued, r"^b\.[a-z2-7]{47}@x\.test$")
        self.assertEqual((250, "2.0.0"), self.report(waybill, issued))
        self.assertEqual([("", [sender])], [(one.sender, one.recipients)
                                            for one in home.mail()[before:]])
        notice = Notice(home.mail()[-1].octets)
        self.assertEqual(f"rfc822; {alias}", notice.recipient["Final-Recipient"])
        delivery = delivery_of(issued)
        wait_until(lambda: self.state(waybill, delivery) == "bounced", "the views have the bounce")
        self.assertIn(sender, self.trace(waybill, delivery))
        found = waybill.http.delivery(delivery).json
        self.assertEqual(sender, found["events"][0]["sender"])
        self.assertEqual(sender, self.bounced(found)["handed_on_to"])
        kinds = [entry["kind"] for entry in history(waybill, sender, role="sender")]
        self.assertEqual(["accepted", "forwarded"], [kind for kind in kinds if kind != "bounced"])

    def state(self, waybill, delivery):
        answer = waybill.http.delivery(delivery)
        return answer.json.get("state") if answer.status == 200 else None

    def test_a_bounce_goes_to_the_envelope_senders_own_form(self):
        self.bridgehead, home = self.start_taking_bridgehead(), self.start_home_sink()
        waybill = self.start_waybill()
        for sender in (
                "List-Bounces+Buzz=x.test@s.test",  # VERP, as Postfix and Mailman write it
                "list-return-17-buzz=x.test@s.test",  # VERP, as ezmlm does
                "prvs=2824a1b2c3=Author@s.test",  # BATV (draft-levine-smtp-batv)
                "SRS0=HHhh=TT=origin.test=Ann@s.test",
                "SRS0+HHhh-TT-origin.test-Ann@s.test",
                "SRS1=GGgg=fw.test==HHhh=TT=origin.test=Ann@s.test",
                "author+caf_=buzz=x.test@s.test",  # a big provider's, where a filter forwards
                "0100018d5e7a-3b9f8c2e-11aa-4d2b-000000@s.test",
                "msprvs1=20059-_zq9K=bounces-208-1@s.test",
                "bounces+1-a/b?c{d}|e~f!g#h$i%j&k*l^m`n'o@s.test",
                '"John Doe"@s.test',
                '"a@b \\" c"@s.test',
                "x" * 300 + "=buzz=x.test@s.test"):  # longer than RFC 5321 4.5.3.1.1 promises
            with self.subTest(sender):
                self.check(waybill, home, sender)
        # A mailing list knows its member by the address that it wrote to.
        self.check(waybill, home, "lists@s.test", "buzz+list@x.test")

    def test_a_sender_outside_of_ascii_hears_of_it_in_his_own_letters(self):
        self.bridgehead = self.start_taking_bridgehead()
        sender = "jörg+buzz=x.test@s.test"
        home = self.start(Postfix, ["jörg@s.test"], host_name="mail.s.test",
                          address=self.at["home"], port=SMTP_PORT,
                          extra={"recipient_delimiter": "+"})
        waybill = self.start_waybill()
        reply = self.deliver(waybill, sender, parameters="SMTPUTF8")
        self.assertEqual(250, reply.code, reply)
        issued = self.bridgehead.mail()[-1].sender
        self.assertTrue(issued.isascii(), issued)
        self.assertEqual((250, "2.0.0"), self.report(waybill, issued))
        [kept] = home.wait_for_mail("jörg@s.test")
        self.assertIn(f"X-Original-To: {sender}\n".encode(), kept)
        self.assertIn(b"Content-Type: message/global-delivery-status", kept)

    def test_an_answering_machine_behind_the_alias_answers_nobody(self):
        """Whatever it says of itself: no loop between it and whom it answers, and no bounce."""
        self.bridgehead, home = self.start_taking_bridgehead(), self.start_home_sink()
        waybill = self.start_waybill()
        self.assertEqual(250, self.deliver(waybill, AUTHOR, message(
            From=AUTHOR, To=ALIAS, Precedence="bulk", List_Id="<list.s.test>")).code)
        issued = self.bridgehead.mail()[-1].sender
        for turn in range(12):
            answer = message(From=HIDDEN, To=issued, Subject="Away", Precedence="bulk",
                             Auto_Submitted="auto-replied", Message_ID=f"<{turn}@toybox.test>")
            reply = self.report(waybill, issued, answer)
            self.assertEqual((250, "2.0.0") if turn < 8 else (550, "5.7.1"), reply, turn)
        self.assertEqual([], home.mail())
        self.assertEqual(1, len(self.bridgehead.mail()))


@needs_servers("nsd")
@needs_servers("postfix", root=True)
class VerpOfPostfixTest(SenderFormsCase):
    def test_a_list_of_postfix_learns_which_of_its_members_are_gone(self):
        self.start_cellar()
        self.start_postfix_bridgehead()
        home = self.start(Postfix, [LIST.lower()], host_name="mail.s.test", address=self.at["home"],
                          port=SMTP_PORT, name_server=self.names,
                          extra={"smtpd_authorized_verp_clients": "127.0.0.0/8",
                                 "recipient_delimiter": "+"})
        members = [ALIAS, "Buzz+team@x.test"]
        self.start_waybill()
        with SmtpClient(home.port, home.address) as client:
            client.hello("desk.s.test")
            self.assertEqual(250, client.mail(LIST, "XVERP").code)
            for member in members:
                self.assertEqual(250, client.rcpt(member).code)
            self.assertEqual(250, client.body(message(
                From=AUTHOR, To="list@s.test", Precedence="list")).code)
        told = home.wait_for_mail(LIST.lower(), 2)
        said = {re.search(rb"(?m)^X-Original-To: (.*)$", octets).group(1).decode():
                Notice(octets).recipient["Final-Recipient"] for octets in told}
        self.assertEqual({
            "List-Bounces+buzz=x.test@s.test": "rfc822; buzz@x.test",
            "List-Bounces+Buzz+team=x.test@s.test": "rfc822; buzz+team@x.test"}, said)


@needs_servers("nsd")
class OnTheSameServerTest(SenderFormsCase):
    """The sender's address is an alias here, too: its mail goes where the alias goes."""

    def setUp(self):
        super().setUp()
        self.names.publish("x.test", f'@ IN TXT "v=spf1 ip4:{self.at["home"]} -all"')
        self.bridgehead, self.home = self.start_taking_bridgehead(), self.start_home_sink()
        self.waybill = self.start(
            Waybill, {"x.test": {"aliases": {
                "buzz": HIDDEN, "boss": AUTHOR, "both": [AUTHOR, "second@s.test"],
                "hole": {"drop": True}, "no": {"reject": True}}}},
            address=self.at["relay"], smtp_port=SMTP_PORT, name_server=self.names)

    def bounce(self, sender):
        """Of a mail by this sender; what came home of it."""
        before = len(self.home.mail())
        reply = self.deliver(self.waybill, sender, message(From=sender, To=ALIAS))
        self.assertEqual(250, reply.code, reply)
        issued = self.bridgehead.mail()[-1].sender
        self.assertEqual((250, "2.0.0"), self.report(self.waybill, issued))
        return [(one.sender, one.recipients) for one in self.home.mail()[before:]]

    def test_a_bounce_goes_through_the_alias(self):
        self.assertEqual([("", [AUTHOR])], self.bounce("boss@x.test"))
        self.assertEqual([("", [AUTHOR])], self.bounce("Boss+tag@x.test"))
        self.assertEqual([("", [AUTHOR]), ("", ["second@s.test"])], self.bounce("both@x.test"))

    def test_an_alias_without_a_mailbox_behind_it_is_on_record(self):
        for sender in ("hole@x.test", "no@x.test", "nobody@x.test"):
            with self.subTest(sender):
                self.assertEqual([], self.bounce(sender))
                issued = self.bridgehead.mail()[-1].sender
                told = wait_until(lambda issued=issued: self.end_of(issued), "the end is in views")
                self.assertEqual("rejected", told["kind"])

    def end_of(self, issued):
        """What became of the report on it."""
        answer = self.waybill.http.delivery(delivery_of(issued))
        ends = [one for one in self.home_events(answer.json) if one["kind"] != "accepted"]
        return ends[-1] if ends else None

    def test_mail_that_forges_the_alias_it_goes_to_makes_no_circle(self):
        """The notice goes where the mail went, from nobody: what refuses it has the last word."""
        before = len(self.bridgehead.mail())
        self.assertEqual([], self.bounce(ALIAS))
        came = [(one.sender, one.recipients) for one in self.bridgehead.mail()[before + 1:]]
        self.assertEqual([("", [HIDDEN])], came)


@needs_servers("nsd")
class ChainTest(SenderFormsCase):
    """author@s.test -> buzz@x.test, of one Waybill -> zurg@toybox.test, of another -> the cellar"""

    def start_relay(self, host, domain, aliases):
        return self.start(Waybill, {domain: {"aliases": aliases}}, address=self.at[host],
                          smtp_port=SMTP_PORT, name_server=self.names,
                          host_name="mx.x.test" if host == "relay" else "gatehouse.toybox.test",
                          tables={"server": {"source": [self.at[host]]}})

    def test_a_bounce_finds_its_way_back_through_two_relays(self):
        for host, domain in (("relay", "x.test"), ("bridgehead", "toybox.test")):
            self.names.publish(domain, f'@ IN TXT "v=spf1 ip4:{self.at[host]} -all"')
        home = self.start_home_sink()
        cellar = self.start(RecordingSink, address=self.at["cellar"], port=SMTP_PORT)
        target = f"zurg@[{self.at['cellar']}]:{SMTP_PORT}"
        first = self.start_relay("relay", "x.test", {"buzz": HIDDEN})
        second = self.start_relay("bridgehead", "toybox.test", {"zurg": target})
        self.assertEqual(250, self.deliver(first, "prvs=2824a1b2c3=author@s.test").code)
        [kept] = cellar.mail()
        self.assertRegex(kept.sender, r"^b\.[a-z2-7]{47}@toybox\.test$")
        with second.client(source=self.at["cellar"]) as client:
            client.hello("cellar.toybox.test")
            reply = client.deliver("", [kept.sender], report(
                kept.sender, f"zurg@[{self.at['cellar']}]", host="cellar.toybox.test"))
            self.assertEqual(250, reply.code, reply)
        [told] = home.mail()
        self.assertEqual(("", ["prvs=2824a1b2c3=author@s.test"]), (told.sender, told.recipients))
        notice = Notice(told.octets)
        self.assertEqual(f"rfc822; {ALIAS}", notice.recipient["Final-Recipient"])
        self.assertEqual(("failed", "5.1.1"),
                         (notice.recipient["Action"], notice.recipient["Status"]))
        self.assertEqual([], [word for word in self.hidden_words() if notice.names(word)])
        self.assertIn("Message-ID: <1@s.test>", notice.returned)
        self.story(first, *TOLD)
        behind = self.delivery(second, history(second, HIDDEN))
        self.assertEqual("handed_on", self.bounced(behind)["handling"])
        self.assertRegex(self.bounced(behind)["handed_on_to"], r"^b\.[a-z2-7]{47}@x\.test$")


if __name__ == "__main__":
    unittest.main()
