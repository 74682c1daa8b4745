"""A real rspamd judges messages: what it says becomes a reply, an event and header fields."""

import socket
import unittest

from support.peers_case import PeersCase
from support.recording_sink import RecordingSink
from support.rspamd import RspamdJudge
from support.servers import needs_servers
from support.smtp_client import message
from support.waybill import Waybill, binary

GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"


@needs_servers("rspamd", root=True)
@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class SpamTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.rspamd = self.start(RspamdJudge)
        self.sink = self.start(RecordingSink)

    def waybill(self, **settings):
        target = f"u@[127.0.0.1]:{self.sink.port}"
        return self.start(
            Waybill,
            {f"{mode}.x.test": {"aliases": {"a": target}, "spam": mode}
             for mode in ("enforce", "tag", "ignore")},
            tables={"rspamd": {"url": self.rspamd.url, "timeout": "3 s"} | settings})

    def send(self, waybill, mode="enforce", **fields):
        with waybill.client(source="127.0.0.7") as client:
            client.hello("client.test")
            return client.deliver("ann@s.test", [f"a@{mode}.x.test"], message(**fields))

    def event(self, waybill, kind, mode="enforce"):
        entry = waybill.events(f"a@{mode}.x.test", [kind])[0]
        [event] = [event for event in waybill.http.message(entry["message_id"]).json["events"]
                   if event["kind"] == kind]
        return event[kind]

    def test_what_rspamd_says_is_what_the_sender_hears(self):
        waybill = self.waybill()
        reply = self.send(waybill, text=GTUBE)
        self.assertEqual((550, "5.7.1"), (reply.code, reply.enhanced))
        self.assertIn("Gtube", reply.text)
        rejected = self.event(waybill, "rejected")
        self.assertEqual("spam", rejected["rule"])
        self.assertEqual(["GTUBE"], rejected["spam"]["symbols"])
        reply = self.send(waybill, X_Again="yes")
        self.assertEqual(451, reply.code)
        self.assertIn("Come again, says rspamd", reply.text)
        self.assertEqual("soft reject", self.event(waybill, "deferred")["spam"]["action"])
        self.assertEqual([], self.sink.mail())

    def test_mail_that_is_marked_says_so_and_is_not_changed(self):
        waybill = self.waybill()
        self.assertEqual(250, self.send(waybill, X_Score="7.5").code)
        [mail] = self.sink.mail()
        head = mail.octets.split(b"Received:", 1)[0]
        self.assertIn(b"X-Spam-Flag: YES\r\nX-Spam-Score: 7.50 / 15.00\r\n", head)
        self.assertIn(b"X-Spam-Action: add header\r\n", head)
        self.assertTrue(mail.octets.endswith(message(X_Score="7.5")))
        spam = self.event(waybill, "accepted")["spam"]
        self.assertEqual((7.5, "add header", ["AS_IT_SAYS"]),
                         (spam["score"], spam["action"], spam["symbols"]))

    def test_a_domain_takes_what_its_configuration_says(self):
        waybill = self.waybill()
        self.assertEqual(250, self.send(waybill, "tag", text=GTUBE).code)
        self.assertEqual(250, self.send(waybill, "ignore", text=GTUBE).code)
        tagged, ignored = self.sink.mail()
        self.assertIn(b"X-Spam-Action: reject\r\n", tagged.octets)
        self.assertNotIn(b"X-Spam", ignored.octets)

    def test_fields_that_rspamd_asks_for_are_put_in_front_where_they_are_wanted(self):
        waybill = self.waybill(header_fields=True)
        self.assertEqual(250, self.send(waybill).code)
        [mail] = self.sink.mail()
        self.assertIn(b"X-Rspamd-Saw: 127.0.0.7\r\n", mail.octets.split(b"Received:", 1)[0])

    def test_a_large_message_is_judged_out_of_its_file(self):
        waybill = self.waybill()
        text = "A line of seventy octets, which is as long as lines of mail often are.\r\n" * 60_000
        self.assertEqual(250, self.send(waybill, text=text, X_Score="1").code)
        self.assertEqual(1.0, self.event(waybill, "accepted")["spam"]["score"])

    def test_one_that_is_silent_costs_its_time_and_no_mail(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            waybill = self.waybill(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
            self.assertEqual("spam-unsure", self.refused(waybill))
        self.assertIn("gives no answer", waybill.output())

    def test_while_rspamd_is_away_mail_waits_and_then_goes_on_by_itself(self):
        waybill = self.waybill()
        self.rspamd.stop()
        self.assertEqual("spam-unsure", self.refused(waybill))
        self.assertIn("cannot be reached", waybill.output())
        self.rspamd.start()
        self.assertEqual(250, self.send(waybill).code)

    def refused(self, waybill):
        self.assertEqual(451, self.send(waybill).code)
        return self.event(waybill, "deferred")["rule"]

    def test_it_goes_on_unjudged_where_the_operator_says_so(self):
        waybill = self.waybill(on_failure="accept")
        self.rspamd.stop()
        self.assertEqual(250, self.send(waybill).code)
        self.assertNotIn("spam", self.event(waybill, "accepted"))
