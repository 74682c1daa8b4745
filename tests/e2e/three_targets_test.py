"""One alias, three targets, and not all of them take the mail: the sender hears what is true, and
each target has one copy, whatever is tried again."""

import unittest

from support.network import SMTP_PORT
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.silent_failure_case import ALIAS, AUTHOR, Notice, SilentFailureCase
from support.smtp_client import SmtpClient, message
from support.verdicts import facts
from support.waybill import Waybill

GONE, FULL = "550 5.1.1 No such user", "552 5.2.2 Over quota"


@needs_servers("nsd")
class ThreeTargetsCase(SilentFailureCase):
    """takes@, refuses@ (at RCPT) and full@ (after the body) of one server."""

    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink, address=self.at["bridgehead"])
        host = f"[{self.at['bridgehead']}]"
        self.targets = {name: f"{name}@{host}" for name in ("takes", "refuses", "full")}
        self.sink.at_rcpt[self.targets["refuses"]] = GONE
        self.sink.at_body[self.targets["full"]] = FULL
        self.waybill = self.start(
            Waybill, {"x.test": {"aliases": {"buzz": [
                f"{target}:{self.sink.port}" for target in self.targets.values()]}}},
            address=self.at["relay"], smtp_port=SMTP_PORT, name_server=self.names)

    def copies(self, name):
        """Those that the target has taken."""
        return [kept for kept in self.sink.mail() if kept.recipients == [self.targets[name]]
                and kept.reply.startswith("250")]

    def deliver(self, octets, sender=AUTHOR, come_from="home"):
        with self.waybill.client(source=self.at[come_from]) as client:
            client.hello("mail.s.test")
            return client.deliver(sender, [ALIAS], octets)

    def outcomes(self):
        """How often each target came to each end."""
        ends = {}
        for fact in facts(self.waybill, ALIAS):
            if fact.target:
                key = fact.target.split("@")[0], fact.kind
                ends[key] = ends.get(key, 0) + 1
        return ends


class PartlyRefusedTest(ThreeTargetsCase):
    def test_a_verified_sender_hears_250_and_a_notice_of_each_that_refused(self):
        home = self.start_home_sink()
        reply = self.deliver(message(From=AUTHOR, To=ALIAS))
        self.assertEqual((250, "2.0.0"), (reply.code, reply.enhanced))
        self.assertIn("1 of 3", reply.text)
        self.assertEqual([("", [AUTHOR])] * 2, [(one.sender, one.recipients)
                                                for one in home.mail()])
        notices = [Notice(one.octets) for one in home.mail()]
        self.assertEqual([(f"rfc822; {ALIAS}", "5.1.1"), (f"rfc822; {ALIAS}", "5.2.2")],
                         sorted((one.recipient["Final-Recipient"], one.recipient["Status"])
                                for one in notices))
        for notice in notices:
            self.assertIn("Your mail reached others behind this address.", notice.words)
        named = [word for one in notices for word in (*self.targets, self.at["bridgehead"])
                 if word != "takes" and one.names(f"{word}@")]
        self.assertEqual([], named)
        self.assertEqual(1, len(self.copies("takes")))
        self.assertEqual(1, self.outcomes()["takes", "forwarded"])

    def test_a_sender_who_cannot_be_told_hears_the_refusal_itself(self):
        home = self.start_home_sink()
        for sender, come_from in ((AUTHOR, "cellar"), ("", "home")):
            with self.subTest(sender):
                reply = self.deliver(message(From=AUTHOR, To=ALIAS,
                                             Message_ID=f"<{come_from}@s.test>"), sender, come_from)
                self.assertIn((reply.code, reply.enhanced), ((550, "5.1.1"), (552, "5.2.2")))
        self.assertEqual([], home.mail())
        self.assertEqual(2, len(self.copies("takes")))

    def test_mail_of_the_null_sender_that_is_tried_again_comes_once(self):
        """A receipt or a vacation notice: without a return path, and known again all the same."""
        self.sink.at_body[self.targets["full"]] = "452 4.2.2 Over quota"
        receipt = message(From="bob@t.test", To=ALIAS, Auto_Submitted="auto-replied")
        for _ in range(3):
            self.assertEqual(451, self.deliver(receipt, "").code)
        self.sink.at_body.clear()
        reply = self.deliver(receipt, "")
        self.assertEqual((550, "5.1.1"), (reply.code, reply.enhanced), "nobody could be told")
        self.assertEqual([1, 1], [len(self.copies(name)) for name in ("takes", "full")])
        self.assertEqual({""}, {kept.sender for kept in self.sink.mail()})


@needs_servers("postfix", root=True)
class QueueOfPostfixTest(ThreeTargetsCase):
    def submit(self, home, octets):
        with SmtpClient(home.port, home.address) as client:
            client.hello("desk.s.test")
            self.assertEqual(250, client.deliver(AUTHOR, [ALIAS], octets).code)

    def test_postfix_comes_again_for_one_and_none_of_the_others_has_it_twice(self):
        self.sink.at_body[self.targets["full"]] = "452 4.2.2 Over quota"
        home = self.start_home()
        self.submit(home, message(From=AUTHOR, To=ALIAS))
        wait_until(lambda: self.outcomes().get(("full", "deferred"), 0) >= 2, "Postfix came again")
        self.assertEqual([], home.mail(AUTHOR), "nothing is certain yet")
        self.sink.at_body.clear()
        [told] = home.wait_for_mail(AUTHOR)
        wait_until(lambda: not home.queued(), "Postfix has nothing left to send")
        self.assertEqual("5.1.1", Notice(told).recipient["Status"])
        self.assertEqual(f"rfc822; {ALIAS}", Notice(told).recipient["Final-Recipient"])
        self.assertEqual(1, len(home.mail(AUTHOR)))
        self.assertEqual([1, 1], [len(self.copies(name)) for name in ("takes", "full")])
        paths = {kept.sender for kept in self.sink.mail()
                 if kept.recipients == [self.targets["full"]]}
        self.assertEqual(1, len(paths), "every try has one return path")
        ends = self.outcomes()
        self.assertEqual((1, 1), (ends["takes", "forwarded"], ends["full", "forwarded"]))


class SameWordsTwiceTest(ThreeTargetsCase):
    """A robot that writes neither Date nor Message-ID raised one alarm, which was put off and came
    at the second try. The next alarm, hours later, was taken for a third try: 250, and gone."""
    ALARM = b"From: robot@s.test\r\nSubject: disk full\r\n\r\nThe disk is full.\r\n"

    def test_an_alarm_in_the_words_of_an_earlier_one_arrives(self):
        queued = ("Received: from robot by mail.s.test id {};\r\n"
                  "\tSun, 01 Mar 2026 12:0{}:00 +0000\r\n")
        self.sink.at_rcpt.clear()
        for name, first, second in (
                ("said to us", self.ALARM, self.ALARM),
                ("queued by a server", queued.format("A1", 0).encode() + self.ALARM,
                 queued.format("B2", 5).encode() + self.ALARM)):
            with self.subTest(name):
                before = len(self.copies("full"))
                self.sink.at_body[self.targets["full"]] = "452 4.2.2 Over quota"
                self.assertEqual(451, self.deliver(first).code)
                self.sink.at_body.clear()
                self.assertEqual(250, self.deliver(first).code)
                self.assertEqual(250, self.deliver(second).code)
                self.assertEqual(before + 2, len(self.copies("full")))

    def test_a_retry_of_a_queue_is_known_by_its_trace_where_there_is_no_message_id(self):
        self.sink.at_rcpt.clear()
        self.sink.at_body[self.targets["full"]] = "452 4.2.2 Over quota"
        octets = b"Received: from robot by mail.s.test id A1;\r\n\tnow\r\n" + self.ALARM
        for _ in range(3):
            self.assertEqual(451, self.deliver(octets).code)
        self.assertEqual(1, len(self.copies("takes")))

    def test_an_alarm_that_was_put_off_by_its_only_target_is_no_earlier_one(self):
        alias = "solo@x.test"
        target = f"full@[{self.at['bridgehead']}]"
        self.waybill.set_domains({"x.test": {"aliases": {
            "solo": f"{target}:{self.sink.port}"}}})
        self.waybill.restart()
        self.sink.at_body[target] = "452 4.2.2 Over quota"
        codes = []
        for turn in range(4):
            with self.waybill.client(source=self.at["home"]) as client:
                client.hello("mail.s.test")
                codes.append(client.deliver(AUTHOR, [alias], self.ALARM).code)
            self.sink.at_body.clear()
        self.assertEqual([452, 250, 250, 250], codes)
        self.assertEqual(3, len(self.copies("full")))


if __name__ == "__main__":
    unittest.main()
