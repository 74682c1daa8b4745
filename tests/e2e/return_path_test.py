"""What a return path takes, from whom and until when; and what becomes of each report."""

import re
import signal
import time
import unittest

from support.process import wait_until
from support.return_paths import delivery_begun, key_id_of, keys_of, report, return_path
from support.servers import needs_servers
from support.silent_failure_case import (ALIAS, AUTHOR, HIDDEN, NOT_TOLD, TOLD, Notice,
                                         SilentFailureCase)
from support.smtp_client import message

HOUR = 3600
UNREPORTED = ("accepted", "forwarded")
# relay/policy/limits.h, kReportsPerReturnPath
REPORTS = 8

COMPLAINT = b"""\
From: feedback@toybox.test\r
Subject: A complaint\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=feedback-report; boundary="edge"\r
\r
--edge\r
Content-Type: text/plain\r
\r
Somebody complained.\r
--edge\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: abuse\r
User-Agent: gatehouse/1\r
Version: 1\r
--edge\r
Content-Type: text/rfc822-headers\r
\r
From: author@s.test\r
--edge--\r
"""
ABSENT = message(Subject="Away until Monday", text="Gone fishing.\r\n",
                 Auto_Submitted="auto-replied")
NO_FORM = message(From="robot@toybox.test", Subject="Number 17", text="Please see number 17.\r\n")


@needs_servers("nsd")
class ReturnPathCase(SilentFailureCase):
    """The bridgehead keeps what it is given; the test reports in its name."""

    def forward_one(self, waybill, sender=AUTHOR):
        """A mail to the alias: the return path that the bridgehead saw."""
        self.write(waybill, sender)
        return self.bridgehead.mail()[-1].sender

    def setUp(self):
        super().setUp()
        self.bridgehead = self.start_taking_bridgehead()


class WhoMayReportTest(ReturnPathCase):
    def check_refused(self, waybill, recipient, reply, rule, sender=""):
        self.assertEqual(reply, self.report(waybill, recipient, sender=sender))
        [entry] = waybill.events(recipient, ["rejected"])
        self.assertEqual(("policy", "rcpt", rule, reply[0]),
                         (entry["by"], entry["stage"], entry["rule"], entry["reply"]["code"]))

    def test_the_key_makes_the_path_and_nobody_without_it(self):
        waybill = self.start_waybill()
        issued = self.forward_one(waybill)
        [entry, _] = self.story(waybill, *UNREPORTED)
        [key] = keys_of(waybill)
        self.assertEqual(issued, return_path(key, "x.test", entry["delivery_id"]))
        letter = "c" if issued[20] != "c" else "d"
        for forged in (issued[:20] + letter + issued[21:],
                       return_path(key._replace(secret=bytes(32)), "x.test", entry["delivery_id"]),
                       return_path(key._replace(id=(key.id + 1) % 32), "x.test",
                                   entry["delivery_id"])):
            with self.subTest(forged):
                self.check_refused(waybill, forged, (550, "5.1.1"), "return-path-forged")
        self.story(waybill, *UNREPORTED)

    def test_a_path_of_one_domain_is_none_of_another(self):
        waybill = self.start_waybill()
        waybill.set_domains({"x.test": {"aliases": {"buzz": HIDDEN}}, "w.test": {}})
        waybill.restart()
        issued = self.forward_one(waybill)
        self.check_refused(waybill, issued.replace("@x.test", "@w.test"), (550, "5.1.1"),
                           "return-path-forged")

    def test_it_takes_reports_from_the_null_sender_alone_and_by_themselves(self):
        waybill = self.start_waybill()
        issued = self.forward_one(waybill)
        with waybill.client() as client:
            client.hello()
            self.assertEqual((550, "5.7.1"), _codes(client.deliver("any@s.test", [issued],
                                                                   message(Subject="lunch?"))))
        [entry] = waybill.events(ALIAS, ["rejected"])
        self.assertEqual(("policy", "body", "return-path-sender"),
                         (entry["by"], entry["stage"], entry["rule"]))
        with waybill.client() as client:
            client.hello()
            client.mail("")
            self.assertEqual(250, client.rcpt(issued).code)
            self.assertEqual((452, "4.5.3"), _codes(client.rcpt(ALIAS)))
            client.command("RSET")
            client.mail("")
            self.assertEqual(250, client.rcpt(ALIAS).code)
            self.assertEqual((452, "4.5.3"), _codes(client.rcpt(issued)))

    def test_a_path_whose_time_is_over_is_refused(self):
        waybill = self.start_waybill(bounce_window="1 h")
        [key] = keys_of(waybill)
        for age, reply, rule in ((HOUR + 60, (550, "5.7.1"), "return-path-expired"),
                                 (400 * 24 * HOUR, (550, "5.7.1"), "return-path-expired")):
            with self.subTest(age):
                old = return_path(key, "x.test", delivery_begun(time.time() - age))
                self.check_refused(waybill, old, reply, rule)
        unknown = return_path(key, "x.test", delivery_begun(time.time() - HOUR + 60))
        self.assertEqual(451, self.report(waybill, unknown)[0], "in time, but of no delivery")

    def test_letters_may_change_their_case_on_the_way_and_quotes_may_come(self):
        home, waybill = self.start_home_sink(), self.start_waybill()
        for change in (str.upper, lambda path: '"{}"@{}'.format(*path.split("@"))):
            issued = self.forward_one(waybill)
            self.assertEqual((250, "2.0.0"), self.report(waybill, change(issued)))
        self.assertEqual([[AUTHOR], [AUTHOR]], [kept.recipients for kept in home.mail()])

    def test_a_fresh_key_signs_and_the_one_before_is_believed(self):
        home, waybill = self.start_home_sink(), self.start_waybill()
        before = self.forward_one(waybill)
        code, output = waybill.run("keys", "rotate")
        self.assertEqual(0, code, output)
        waybill.signal(signal.SIGHUP)
        wait_until(lambda: "reloaded" in waybill.output(), "it says that it reloaded")
        after = self.forward_one(waybill)
        fresh, old = keys_of(waybill)
        self.assertEqual([old.id, fresh.id], [key_id_of(before), key_id_of(after)])
        for issued in (before, after):
            self.assertEqual((250, "2.0.0"), self.report(waybill, issued))
        self.assertEqual(2, len(home.mail()))
        waybill.restart()
        self.assertEqual((250, "2.0.0"), self.report(waybill, before))


class WhoIsToldTest(ReturnPathCase):
    def reported(self, waybill, *kinds):
        """A mail forwarded and reported on: its delivery."""
        issued = self.forward_one(waybill)
        self.assertEqual((250, "2.0.0"), self.report(waybill, issued))
        return self.delivery(waybill, self.story(waybill, *kinds))

    def test_nobody_where_bounces_are_absorbed(self):
        home, waybill = self.start_home_sink(), self.start_waybill(bounces="absorb")
        delivery = self.reported(waybill, *NOT_TOLD)
        self.assertEqual("bounced", delivery["state"])
        self.assertEqual("absorbed", self.bounced(delivery)["handling"])
        self.assertEqual("report-absorbed", self.home_events(delivery)[-1]["dropped"]["rule"])
        self.assertEqual([], home.mail())

    def test_the_owner_where_the_alias_has_one_whoever_wrote(self):
        home = self.start_home_sink()
        waybill = self.start_waybill({"forward": [HIDDEN], "bounces": "owner@s.test"})
        self.write(waybill, come_from="bridgehead")
        self.report(waybill, self.bridgehead.mail()[-1].sender)
        delivery = self.delivery(waybill, self.story(waybill, *TOLD))
        self.assertFalse(delivery["events"][0]["accepted"].get("originator_verified", False))
        self.assertEqual("owner@s.test", self.bounced(delivery)["handed_on_to"])
        [kept] = home.mail()
        self.assertEqual(("", ["owner@s.test"]), (kept.sender, kept.recipients))
        self.assertIn("owner@s.test", Notice(kept.octets).message["To"])
        # A metric has the target's domain, and none that anybody chose for the way home.
        numbers = waybill.http.get("/metrics").body.decode()
        domains = set(re.findall(r'waybill_target_answers_total{.*domain="([^"]*)"', numbers))
        self.assertEqual({HIDDEN.split("@")[1].split(":")[0]}, domains)

    def test_the_whole_of_it_where_nothing_is_redacted(self):
        home, waybill = self.start_home_sink(), self.start_waybill(redact=False)
        words = f"zurg is unknown on cellar.toybox.test ({self.at['cellar']})"
        octets = report(ALIAS, HIDDEN, host="gatehouse.toybox.test", words=words)
        self.assertEqual((250, "2.0.0"), self.report(waybill, self.forward_one(waybill), octets))
        [kept] = home.mail()
        notice = Notice(kept.octets)
        self.assertIn(words, " ".join(notice.recipient["Diagnostic-Code"].split()))
        self.assertEqual(f"rfc822; {ALIAS}", notice.recipient["Final-Recipient"])


    def test_of_failures_and_of_nothing_else_that_comes_back(self):
        home, waybill = self.start_home_sink(), self.start_waybill()
        failed, delayed = [report(ALIAS, HIDDEN, host="gatehouse.toybox.test", status=status,
                                  action=action)
                           for status, action in (("4.4.1", "failed"), ("4.4.1", "delayed"))]
        kinds = []
        for kind, handling, octets in (
                ("soft", "handed_on", failed), ("delayed", "held", delayed),
                ("complaint", "held", COMPLAINT), ("auto_reply", "held", ABSENT),
                ("unrecognised", "handed_on", NO_FORM)):
            with self.subTest(kind):
                issued = self.forward_one(waybill)
                self.assertEqual((250, "2.0.0"), self.report(waybill, issued, octets))
                kinds += TOLD if handling == "handed_on" else NOT_TOLD
                latest = self.story(waybill, *kinds)[-len(TOLD):]
                bounced = self.bounced(self.delivery(waybill, latest))
                self.assertEqual((kind, handling), (bounced["class"], bounced["handling"]))
        self.assertEqual(2, len(home.mail()))
        delivery = self.delivery(waybill, latest)
        self.assertEqual("not_understood", delivery["state"])
        self.assertIn("not_understood", [step["step"] for step in delivery["story"]])
        notice = home.mail()[-1].octets
        self.assertIn(b"not understood", notice)
        for false in (b"Action:", b"failed", b"5.0.0"):
            self.assertNotIn(false, notice)

    def test_relayed_to_who_asked_for_success_where_the_next_hop_gives_no_notice(self):
        home, waybill = self.start_home_sink(), self.start_waybill()
        with waybill.client(source=self.at["home"]) as client:
            client.hello("mail.s.test")
            client.command(f"MAIL FROM:<{AUTHOR}> RET=HDRS ENVID=QQ314159")
            client.rcpt(ALIAS, "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;original@s.test")
            self.assertEqual(250, client.body(message(From=AUTHOR, To=ALIAS)).code)
        wait_until(home.mail, "the notice comes behind the reply")
        [kept] = home.mail()
        notice = Notice(kept.octets)
        self.assertEqual(("", [AUTHOR]), (kept.sender, kept.recipients))
        self.assertEqual("relayed", notice.recipient["Action"])
        self.assertEqual(f"rfc822; {ALIAS}", notice.recipient["Final-Recipient"])
        self.assertEqual("rfc822; original@s.test", notice.recipient["Original-Recipient"])
        self.assertNotIn(HIDDEN.encode(), kept.octets)
        delivery = self.delivery(waybill, self.story(waybill, *TOLD))
        self.assertEqual("forwarded", delivery["state"], "relayed is not delivered")
        self.assertEqual("relayed", self.bounced(delivery)["class"])


class WhatBecomesOfItTest(ReturnPathCase):
    def test_a_report_that_comes_twice_is_told_once(self):
        home, waybill = self.start_home_sink(), self.start_waybill()
        issued = self.forward_one(waybill)
        octets = report(issued, HIDDEN, host="gatehouse.toybox.test")
        for _ in range(2):
            self.assertEqual((250, "2.0.0"), self.report(waybill, issued, octets))
        delivery = self.delivery(waybill, self.story(waybill, *TOLD, "accepted", "dropped"))
        self.assertEqual("handed_on", self.bounced(delivery)["handling"])
        self.assertEqual("report-again", self.home_events(delivery)[-1]["dropped"]["rule"])
        self.assertEqual(1, len(home.mail()))

    def test_a_report_that_comes_by_two_ways_at_one_time_is_told_once(self):
        home, waybill = self.start_home_sink(), self.start_waybill()
        issued = self.forward_one(waybill)
        octets = report(issued, HIDDEN, host="gatehouse.toybox.test")
        with waybill.client() as other:
            other.hello()
            other.mail("")
            self.assertEqual(250, other.rcpt(issued).code)
            self.assertEqual((250, "2.0.0"), self.report(waybill, issued, octets))
            self.assertEqual((250, "2.0.0"), _codes(other.body(octets)))
        self.story(waybill, *TOLD, "accepted", "dropped")
        self.assertEqual(1, len(home.mail()))

    def test_other_reports_on_the_same_delivery_are_told_too_but_not_without_end(self):
        home, waybill = self.start_home_sink(), self.start_waybill()
        issued = self.forward_one(waybill)

        def another(identity):
            return self.report(waybill, issued, report(
                issued, HIDDEN, host="gatehouse.toybox.test", identity=identity))
        for number in range(REPORTS):
            self.assertEqual((250, "2.0.0"), another(number))
        self.assertEqual((550, "5.7.1"), another(REPORTS))
        entries = self.story(waybill, "accepted", "forwarded",
                             *REPORTS * ("accepted", "bounced", "forwarded"), "rejected")
        self.assertEqual("return-path-used-up", entries[-1]["rule"])
        self.assertEqual(REPORTS, len(home.mail()))

    def test_a_home_that_is_busy_gets_it_when_the_reporter_comes_again(self):
        for at in ("at_rcpt", "at_body"):
            with self.subTest(at):
                home = self.start_home_sink(**{at: {AUTHOR: "451 4.2.1 Busy now"}})
                waybill = self.start_waybill()
                issued = self.forward_one(waybill)
                octets = report(issued, HIDDEN, host="gatehouse.toybox.test")
                for _ in range(2):
                    self.assertEqual(451, self.report(waybill, issued, octets)[0])
                getattr(home, at).clear()
                self.assertEqual((250, "2.0.0"), self.report(waybill, issued, octets))
                delivery = self.delivery(waybill, self.story(
                    waybill, "accepted", "forwarded", "accepted", "bounced", "deferred",
                    "accepted", "deferred", "accepted", "forwarded"))
                self.assertEqual("bounced", delivery["state"])
                self.assertEqual("handed_on", self.bounced(delivery)["handling"])
                self.assertEqual(
                    ["accepted", "deferred", "accepted", "deferred", "accepted", "forwarded"],
                    [event["kind"] for event in self.home_events(delivery)])
                self.assertEqual(1, len([kept for kept in home.mail()
                                         if kept.reply.startswith("250")]))
                waybill.stop()
                home.stop()

    def test_a_home_that_refuses_it_is_on_record_and_the_reporter_is_done(self):
        for at in ("at_rcpt", "at_body"):
            with self.subTest(at):
                home = self.start_home_sink(**{at: {AUTHOR: "550 5.7.1 No notices here"}})
                waybill = self.start_waybill()
                issued = self.forward_one(waybill)
                octets = report(issued, HIDDEN, host="gatehouse.toybox.test")
                self.assertEqual((250, "2.0.0"), self.report(waybill, issued, octets))
                delivery = self.delivery(waybill, self.story(
                    waybill, "accepted", "forwarded", "accepted", "bounced", "rejected"))
                self.assertEqual("bounced", delivery["state"])
                [_, rejected] = self.home_events(delivery)
                self.assertEqual((AUTHOR, "next_hop", 550, "No notices here"),
                                 (rejected["rejected"]["target"], rejected["rejected"]["by"],
                                  rejected["rejected"]["reply"]["code"],
                                  rejected["rejected"]["reply"]["text"]))
                self.assertEqual((250, "2.0.0"), self.report(waybill, issued, octets))
                self.story(waybill, "accepted", "forwarded", "accepted", "bounced", "rejected",
                           "accepted", "dropped")
                waybill.stop()
                home.stop()


def _codes(reply):
    return reply.code, reply.enhanced


if __name__ == "__main__":
    unittest.main()
