"""Reports about TLS (RFC 8460): what a day's sessions were, sent by mail and by HTTPS to where a
domain's record wants them."""

import copy
import os
import re
import time
import unittest

from support.certificates import Authority, tlsa
from support.clock_off import clock_off
from support.dkimpy import needs_dkimpy, verdicts
from support.name_server import NameServer, other_signature, txt
from support.peers_case import PeersCase, needs
from support.policy_host import PolicyHost, policy
from support.postfix import Postfix
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.tls_report import Mailed, unpacked, wrong
from support.waybill import Waybill, binary
from support.web_server import WebServer

# Mail goes so long before the report, in seconds: from then on it is due, whatever time it is.
BEFORE = 36 * 3600
_ZONE_LINE = re.compile(r"^\S+ IN TXT \(\n(?:    \"[^\"]*\"(?: \))?\n)+", re.M)


class TlsReportCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)
        self.take_reports()

    def take_reports(self):
        """From now on at others, which have none yet."""
        self.mailbox = self.start(RecordingSink)  # of r.test
        self.web = self.start(WebServer, self.authority.issue("web.r.test"))

    def uris(self):
        return f"mailto:tls@r.test,https://web.r.test:{self.web.port}/v1"

    def waybill(self, target, *, record=None, report=None, tables=None,
                extra="", mta_sts=False, signed=False, **name_server):
        """Mail to a@x.test goes to `target`; y.test has the record."""
        record = record if record is not None else f"v=TLSRPTv1; rua={self.uris()}"
        zone = ("@ IN MX 10 mx\nmx IN A 127.0.0.1\n"
                + (f'_smtp._tls IN TXT "{record}"\n' if record else "") + extra)
        self.names = self.start(NameServer, {
            "y.test": zone, "x.test": "@ IN A 127.0.0.1\n",
            "r.test": "@ IN MX 10 mx\nmx IN A 127.0.0.1\nweb IN A 127.0.0.1\n"},
            signed=("y.test",) if signed else (), **name_server)
        dns = {"dnssec": True, "trust_anchor": str(self.names.anchor("y.test"))} if signed else {}
        settings = {"contact": "postmaster@x.test", "private_networks": ["127.0.0.0/8"],
                    **(report or {})}
        settings = {key: value for key, value in settings.items() if value is not None}
        return self.start(
            Waybill, {"x.test": {"aliases": {"a": target}, "redact": False}},
            name_server=self.names, env=clock_off(self.directory, -BEFORE),
            tables={"server": {"next_hop_port": self.mailbox.port},
                    "tls": {"ca": str(self.authority.file), "mta_sts": mta_sts,
                            "report": settings},
                    "dns": dns, **(tables or {})})

    def say(self, waybill, code):
        with waybill.client() as client:
            client.hello()
            self.assertEqual(code, client.deliver("s@s.test", ["a@x.test"], message()).code)

    def next_day(self, waybill):
        """Started again when the day has ended, and its reports are due."""
        waybill.stop()
        waybill.set_environment({})
        waybill.start()

    def reports(self, waybill):
        """The reports that came: by mail, by HTTPS."""
        wait_until(lambda: self.mailbox.mail() and self.web.taken,
                   f"reports come:\n{waybill.output()[-3000:]}", 30)
        for words in [*(Mailed(mail.octets).wrong() for mail in self.mailbox.mail()),
                      *(wrong(unpacked(body)) for _, _, body in self.web.taken)]:
            self.assertEqual([], words)
        return self.mailbox.mail(), self.web.taken

    def metric(self, waybill, line):
        return line in waybill.http.get("/metrics").body.decode()

    def postfix(self, port, files, level="may"):
        """In place of the one before."""
        chain, key = files
        if getattr(self, "running", None):
            self.running.stop()
        self.running = self.start(Postfix, ["good@y.test"], port=port, extra={
            "smtpd_tls_security_level": level, "smtpd_tls_chain_files": f"{key}, {chain}"})

    def day(self, waybill):
        """The policies of the report of the day that has ended."""
        self.next_day(waybill)
        return Mailed(self.reports(waybill)[0][0].octets).report["policies"]


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl", "cc")
@needs_servers("nsd")
class TlsReportTest(TlsReportCase):
    def test_a_session_in_clear_is_reported_by_mail_and_by_https(self):
        sink = self.start(RecordingSink)
        waybill = self.waybill(f"good@y.test:{sink.port}", report={"organization": "Ours & Co"})
        self.say(waybill, 250)
        self.assertTrue(self.metric(
            waybill, 'waybill_tls_sessions_total{policy="no-policy-found",result="failed"} 1'))
        self.next_day(waybill)
        mail, posts = self.reports(waybill)
        mailed = Mailed(mail[0].octets)
        self.assertEqual("postmaster@x.test", mail[0].sender)
        self.assertEqual(["tls@r.test"], mail[0].recipients)
        head = mailed.message
        self.assertEqual("multipart/report", head.get_content_type())
        self.assertEqual("tlsrpt", head.get_param("report-type"))
        self.assertEqual(("y.test", "x.test", "No"),
                         tuple(head[name] for name in ("TLS-Report-Domain", "TLS-Report-Submitter",
                                                       "TLS-Required")))
        report = mailed.report
        self.assertEqual(f"Report Domain: y.test Submitter: x.test Report-ID: "
                         f"<{report['report-id']}>", head["Subject"])
        self.assertEqual("application/tlsrpt+gzip", mailed.parts[1].get_content_type())
        self.assertRegex(mailed.parts[1].get_filename(),
                         r"^x\.test!y\.test!\d+!\d+![-.0-9a-f]+\.json\.gz$")
        self.assertEqual(("Ours & Co", "postmaster@x.test"),
                         (report["organization-name"], report["contact-info"]))
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - BEFORE))
        self.assertEqual({"start-datetime": f"{day}T00:00:00Z",
                          "end-datetime": f"{day}T23:59:59Z"}, report["date-range"])
        self.assertEqual([{
            "policy": {"policy-type": "no-policy-found", "policy-domain": "y.test"},
            "summary": {"total-successful-session-count": 0, "total-failure-session-count": 1},
            "failure-details": [{
                "result-type": "starttls-not-supported", "sending-mta-ip": "127.0.0.1",
                "receiving-mx-hostname": "mx.y.test", "receiving-ip": "127.0.0.1",
                "failed-session-count": 1}]}], report["policies"])
        path, fields, body = posts[0]
        self.assertEqual(("/v1", "application/tlsrpt+gzip", f"web.r.test:{self.web.port}"),
                         (path, fields["Content-Type"], fields["Host"]))
        self.assertEqual(report, unpacked(body))
        for line in ('waybill_tls_reports_total{by="mail",result="sent"} 1',
                     'waybill_tls_reports_total{by="https",result="sent"} 1',
                     # The sessions that carried the report are in no report.
                     'waybill_tls_sessions_total{policy="no-policy-found",result="failed"} 0'):
            wait_until(lambda line=line: self.metric(waybill, line), line, 10)
        # Once: also not after the next restart.
        waybill.restart()
        time.sleep(3)
        self.assertEqual((1, 1), (len(self.mailbox.mail()), len(self.web.taken)))

    @needs_servers("postfix", root=True)
    def test_a_wrong_certificate_and_a_right_one_are_told_apart(self):
        right, wrong = self.authority.issue("mx.y.test"), self.authority.issue("mx.other.test")
        port = free_port()
        self.postfix(port, wrong)
        waybill = self.waybill(f"good@y.test:{port}", tables={"next_hops": {
            "y.test": {"tls": "verified"}}})
        self.say(waybill, 451)
        self.say(waybill, 451)
        self.postfix(port, right)
        self.say(waybill, 250)
        policies, = self.day(waybill)
        self.assertEqual({"total-successful-session-count": 1, "total-failure-session-count": 2},
                         policies["summary"])
        failure, = policies["failure-details"]
        self.assertEqual(("certificate-host-mismatch", 2),
                         (failure["result-type"], failure["failed-session-count"]))
        self.assertIn("mismatch", failure["failure-reason-code"])

    def test_a_session_is_held_against_a_policy_that_cannot_be_fetched(self):
        sink = self.start(RecordingSink)
        waybill = self.waybill(f"good@y.test:{sink.port}", mta_sts=True,
                               extra='_mta-sts IN TXT "v=STSv1; id=1;"\n')
        self.say(waybill, 250)
        one, = self.day(waybill)
        # Of two failures a session has the one that it met on its own way.
        self.assertEqual({"policy-type": "sts", "policy-domain": "y.test"}, one["policy"])
        failure, = one["failure-details"]
        self.assertEqual("starttls-not-supported", failure["result-type"])

    @needs_dkimpy
    def test_a_report_by_mail_is_signed_by_its_domain(self):
        sink = self.start(RecordingSink)
        waybill = self.waybill(f"good@y.test:{sink.port}")
        code, said = waybill.run("keys", "dkim", "x.test", "--selector", "k")
        self.assertEqual(0, code, said)
        self.names.publish("x.test", "".join(_ZONE_LINE.findall(said)))
        code, said = waybill.run("keys", "dkim", "x.test", "--activate")
        self.assertEqual(0, code, said)
        self.say(waybill, 250)
        self.next_day(waybill)
        octets = self.reports(waybill)[0][0].octets
        judged = verdicts(octets, lambda name: txt(self.names, name))
        self.assertEqual([("x.test", True)] * 2, [(one[1], one[3]) for one in judged])
        self.assertRegex(octets, rb"h=[^;]*TLS-Report-Domain:\s*TLS-Report-Submitter")

    def test_what_cannot_be_brought_is_kept_and_tried_again_under_its_id(self):
        sink = self.start(RecordingSink)
        waybill = self.waybill(f"good@y.test:{sink.port}")
        self.mailbox.at_rcpt["tls@r.test"] = "451 4.3.0 Not now"
        self.web.status = 503
        self.say(waybill, 250)
        self.next_day(waybill)
        wait_until(lambda: self.web.taken and "Not now" in waybill.output(), "both were asked", 30)
        first = unpacked(self.web.taken[0][2])
        self.mailbox.at_rcpt.clear()
        self.web.status = 200
        waybill.restart()
        mail, posts = self.reports(waybill)
        wait_until(lambda: len(posts) == 2, "it comes again", 30)
        self.assertEqual(first, Mailed(mail[0].octets).report)
        self.assertEqual(first, unpacked(posts[1][2]))

    def test_nobody_makes_us_dial_what_is_not_public(self):
        sink = self.start(RecordingSink)
        waybill = self.waybill(f"good@y.test:{sink.port}", report={"private_networks": None})
        self.say(waybill, 250)
        self.next_day(waybill)
        wait_until(lambda: waybill.output().count("a report about TLS was not taken") == 2,
                   "both are refused", 30)
        self.assertEqual(([], []), (self.mailbox.mail(), self.web.taken))

    def test_without_a_record_or_without_a_contact_nothing_is_sent(self):
        for record, report in (("", {}), (None, {"contact": None, "private_networks": None})):
            with self.subTest(record=record):
                sink = self.start(RecordingSink)
                waybill = self.waybill(f"good@y.test:{sink.port}", record=record, report=report)
                self.say(waybill, 250)
                waybill.stop()
                kept = waybill.data / "tls_reports.days"
                self.assertEqual(record == "", kept.exists())
                self.next_day(waybill)
                time.sleep(3)
                waybill.stop()
                self.assertEqual(([], []), (self.mailbox.mail(), self.web.taken))
                if record == "":
                    self.assertEqual("", kept.read_text(), "the day is done with")


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl", "cc")
@needs_servers("nsd", "ldns-signzone")
@needs_servers("postfix", root=True)
class OfDaneTest(TlsReportCase):
    def setUp(self):
        super().setUp()
        self.right = self.authority.issue("mx.other.test")
        self.wrong = self.authority.issue("mx.y.test")
        self.port = free_port()

    def signed(self, *records, **more):
        """y.test is signed, and has these TLSA records."""
        return self.waybill(f"good@y.test:{self.port}", signed=True, extra="".join(
            f"_{self.port}._tcp.mx IN TLSA {record}\n" for record in records), **more)

    def test_a_key_that_no_record_names_and_one_that_a_record_names(self):
        records = sorted(["3 1 1 " + 64 * "0", tlsa(3, self.right[0])])
        self.postfix(self.port, self.wrong)
        waybill = self.signed(*records)
        self.say(waybill, 451)
        self.say(waybill, 451)
        self.postfix(self.port, self.right)
        self.say(waybill, 250)
        self.say(waybill, 250)  # by the same connection, which is what is counted
        one, = self.day(waybill)
        self.assertEqual({"policy-type": "tlsa", "policy-string": records,
                          "policy-domain": "mx.y.test"}, one["policy"])
        self.assertEqual({"total-successful-session-count": 1, "total-failure-session-count": 2},
                         one["summary"])
        failure, = one["failure-details"]
        self.assertTrue(failure.pop("failure-reason-code"))
        self.assertEqual({"result-type": "certificate-not-trusted", "sending-mta-ip": "127.0.0.1",
                          "receiving-mx-hostname": "mx.y.test", "receiving-ip": "127.0.0.1",
                          "failed-session-count": 2}, failure)

    def test_each_way_in_which_records_are_missed(self):
        usable, unusable = tlsa(3, self.right[0]), "1 1 1 " + 64 * "0"
        cases = (
            # The level, which signatures are forged, the reply to the sender.
            ("starttls-not-supported", [usable], None, None, 451),
            ("tlsa-invalid", [unusable], None, None, 250),
            ("tlsa-invalid", [unusable], "dane", None, 451),
            ("dane-required", [], "dane", None, 451),
            ("dnssec-invalid", [usable], None, "TLSA", 451))
        for result, records, level, forged, code in cases:
            with self.subTest(result=result, level=level):
                self.take_reports()
                self.postfix(self.port, self.right, "none" if "starttls" in result else "may")
                more = {"tables": {"next_hops": {"y.test": {"tls": level}}}} if level else {}
                if forged:
                    more["damage"] = other_signature("y.test", forged)
                waybill = self.signed(*records, **more)
                self.say(waybill, code)
                one, = self.day(waybill)
                self.assertEqual(("tlsa", "mx.y.test"),
                                 (one["policy"]["policy-type"], one["policy"]["policy-domain"]))
                # Records that nobody has in hand are not told.
                self.assertEqual([] if forged else records, one["policy"].get("policy-string", []))
                self.assertEqual(
                    {"total-successful-session-count": 0, "total-failure-session-count": 1},
                    one["summary"])
                failure, = one["failure-details"]
                self.assertEqual((result, "mx.y.test"),
                                 (failure["result-type"], failure["receiving-mx-hostname"]))
                dialled = "starttls" in result or code == 250
                self.assertEqual("127.0.0.1" if dialled else None, failure.get("receiving-ip"))


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@unittest.skipUnless(os.geteuid() == 0, "port 443 is root's")
@needs("openssl", "cc")
@needs_servers("nsd")
@needs_servers("postfix", root=True)
class OfMtaStsTest(TlsReportCase):
    def published(self, host, files):
        """y.test has a policy at that host, and one mail exchange with these files."""
        port = free_port()
        self.postfix(port, files)
        return self.waybill(f"good@y.test:{port}", mta_sts=True, extra=(
            f'_mta-sts IN TXT "v=STSv1; id=1;"\nmta-sts IN A {host.address}\n'))

    def test_each_way_in_which_a_policy_is_missed(self):
        right = self.authority.issue("mta-sts.y.test")
        exchange = self.authority.issue("mx.y.test")
        unknown = Authority(self.directory, "unknown").issue("mta-sts.y.test", under="unknown-web")
        other = self.authority.issue("other.y.test")
        good = policy("enforce")
        for result, files, text, status in (
                ("sts-policy-fetch-error", right, good, None),  # nobody is there
                ("sts-policy-fetch-error", right, good, 404),
                ("sts-policy-fetch-error", right, good, 301),
                ("sts-policy-fetch-error", right, good + "x: " + 65536 * "y" + "\r\n", 200),
                ("sts-webpki-invalid", unknown, good, 200),
                ("sts-webpki-invalid", other, good, 200),
                ("sts-policy-invalid", right, "version: STSv1\r\nmode: perhaps\r\n", 200),
                ("sts-policy-invalid", right, "version: STSv1\r\nmode: enforce\r\n"
                                              "max_age: 86400\r\n", 200),  # no host is named
                ("sts-policy-invalid", right, "<html>\r\n", 200)):
            with self.subTest(result=result, web=files[0].stem, text=text[:60], status=status):
                self.take_reports()
                host = self.start(PolicyHost, files, text)
                host.status = status
                if not status:
                    host.stop()
                waybill = self.published(host, exchange)
                self.say(waybill, 250)
                one, = self.day(waybill)
                self.assertEqual({"policy-type": "sts", "policy-domain": "y.test"}, one["policy"])
                self.assertEqual(
                    {"total-successful-session-count": 0, "total-failure-session-count": 1},
                    one["summary"])
                failure, = one["failure-details"]
                self.assertEqual((result, "mx.y.test"),
                                 (failure["result-type"], failure["receiving-mx-hostname"]))

    def test_a_policy_that_is_kept_and_one_that_is_missed_in_testing(self):
        for mode, wrong_code in (("enforce", 451), ("testing", 250)):
            with self.subTest(mode=mode):
                self.take_reports()
                host = self.start(PolicyHost, self.authority.issue("mta-sts.y.test"),
                                  policy(mode, mx="*.y.test"))
                waybill = self.published(host, self.authority.issue("mx.other.test"))
                self.say(waybill, wrong_code)
                self.postfix(self.running.port, self.authority.issue("mx.y.test"))
                self.say(waybill, 250)
                one, = self.day(waybill)
                self.assertEqual({
                    "policy-type": "sts", "policy-domain": "y.test", "mx-host": ["*.y.test"],
                    "policy-string": ["version: STSv1", f"mode: {mode}", "mx: *.y.test",
                                      "max_age: 86400"]}, one["policy"])
                self.assertEqual(
                    {"total-successful-session-count": 1, "total-failure-session-count": 1},
                    one["summary"])
                failure, = one["failure-details"]
                self.assertEqual("certificate-host-mismatch", failure["result-type"])


class CheckerTest(unittest.TestCase):
    """What wrong() overlooks, no test above finds."""

    GOOD = {
        "organization-name": "Ours", "contact-info": "postmaster@x.test", "report-id": "1@x.test",
        "date-range": {"start-datetime": "2026-03-01T00:00:00Z",
                       "end-datetime": "2026-03-01T23:59:59Z"},
        "policies": [{
            "policy": {"policy-type": "tlsa", "policy-string": ["3 1 1 00ff"],
                       "policy-domain": "mx.y.test"},
            "summary": {"total-successful-session-count": 1, "total-failure-session-count": 2},
            "failure-details": [{
                "result-type": "validation-failure", "sending-mta-ip": "192.0.2.1",
                "receiving-mx-hostname": "mx.y.test", "receiving-ip": "2001:db8::1",
                "failed-session-count": 2}]}]}

    def test_each_fault_is_found(self):
        self.assertEqual([], wrong(self.GOOD))
        first, failure = ("policies", 0), ("policies", 0, "failure-details", 0)
        for *place, value in (
                ("organization-name", ""), ("contact-info", "postmaster"), ("report-id", 1),
                ("report-id", None), ("policies", []), ("more", "x"), ("date-range", "today"),
                ("date-range", "start-datetime", "2026-03-01"),
                ("date-range", "start-datetime", "2026-03-01T00:00:00"),
                ("date-range", "end-datetime", "2026-03-02T00:00:00Z"),
                (*first, "policy", "policy-type", "dane"),
                (*first, "policy", "policy-string", "3 1 1 00ff"),
                (*first, "policy", "policy-string", ["3 1 1"]),
                (*first, "policy", "policy-domain", "MX.y.test."),
                (*first, "policy", "mx-host", ["mx.y.test"]),
                (*first, "summary", "total-successful-session-count", "1"),
                (*first, "summary", "total-failure-session-count", 3),
                (*failure, "result-type", "sts-policy-invalid"),
                (*failure, "receiving-mx-hostname", None),
                (*failure, "receiving-ip", "2001:DB8:0::1"), (*failure, "receiving-ip", None),
                (*failure, "failed-session-count", 0), (*failure, "failed-session-count", True),
                (*failure, "failure-reason-code", "")):
            with self.subTest(place=place, value=value):
                report = copy.deepcopy(self.GOOD)
                *way, last = place
                at = report
                for step in way:
                    at = at[step]
                if value is None:
                    del at[last]
                else:
                    at[last] = value
                self.assertTrue(wrong(report))


if __name__ == "__main__":
    unittest.main()
