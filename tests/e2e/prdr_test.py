"""A sender that speaks PRDR (draft-hall-prdr), as Exim does by itself: of a message to two aliases
it hears of each, and does for each what is due."""

import re
import unittest

from support.exim import Exim
from support.habits_case import HabitsCase
from support.peers_case import needs
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import SmtpClient, message
from support.waybill import Waybill


@needs_servers("exim4", root=True)
@needs("ldd", "chroot")
class PrdrTest(HabitsCase):
    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink, at_body={})
        self.home = self.start(RecordingSink)
        target = f"@[127.0.0.1]:{self.sink.port}"
        self.waybill = self.start(Waybill, {"x.test": {"aliases": {"a": "good" + target,
                                                                   "b": "bad" + target}}})
        self.exim = self.start(Exim, host_name="mx.s.test", port=free_port(),
                               routes={"x.test": ("127.0.0.1", self.waybill.smtp_port),
                                       "s.test": ("127.0.0.1", self.home.port)})

    def send(self):
        with SmtpClient(self.exim.port) as client:
            client.hello()
            reply = client.deliver("s@s.test", ["a@x.test", "b@x.test"], message())
            self.assertEqual(250, reply.code, reply)

    def wait_for_log(self, pattern):
        wait_until(lambda: re.search(pattern, self.exim.log()), f"Exim logs {pattern}: ")

    def copies(self, mailbox):
        """Replies to the bodies for it."""
        return [mail.reply[:3] for mail in self.sink.mail()
                if mail.recipients[0].startswith(mailbox)]

    def test_one_recipient_is_delivered_and_the_one_refused_bounces(self):
        self.sink.at_body["bad@[127.0.0.1]"] = "554 5.7.1 Not wanted"
        self.send()
        self.wait_for_log("Completed(?s:.*)Completed")
        log = self.exim.log()
        self.assertRegex(log, "=> a@x.test .* PRDR ")
        self.assertRegex(log, r"\*\* b@x.test .*554 5\.7\.1 .*Not wanted")
        self.assertEqual(["250"], self.copies("good"))
        self.assertEqual(["554"], self.copies("bad"))
        bounces = [mail.octets for mail in self.home.mail()]
        self.assertEqual(1, len(bounces), "Exim tells its sender, and Waybill does not as well")
        self.assertIn(b"Reporting-MTA: dns; mx.s.test", bounces[0])
        self.assertEqual([b"b@x.test"], re.findall(rb"Final-Recipient: rfc822;(\S+)", bounces[0]))

    def test_of_two_recipients_the_one_put_off_alone_is_tried_again(self):
        self.sink.at_body["bad@[127.0.0.1]"] = "451 4.2.0 Not now"
        self.send()
        self.wait_for_log(r"== b@x.test .*451 4\.2\.0 .*Not now")
        self.assertRegex(self.exim.log(), "=> a@x.test .* PRDR ")
        self.sink.at_body.clear()
        self.wait_for_log("Completed")
        self.assertEqual(["250"], self.copies("good"))
        tries = self.copies("bad")
        self.assertEqual(["250"], tries[-1:])
        self.assertEqual({"451"}, set(tries[:-1]))
        paths = {mail.sender for mail in self.sink.mail() if mail.recipients[0].startswith("bad")}
        self.assertEqual(1, len(paths), "every try has one return path")
        self.assertEqual([], self.home.mail())


if __name__ == "__main__":
    unittest.main()
