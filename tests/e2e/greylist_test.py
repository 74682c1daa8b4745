"""Greylists: a mail that is new to them is put off, and its retry passes, since it comes under the
same return path. Of a real one the mail of another sender, which came in between, does not."""

import time
import unittest

from support.greylisting_sink import GreylistingSink
from support.habits_case import HabitsCase
from support.name_server import NameServer
from support.postfix import Postfix
from support.postgrey import Postgrey
from support.process import free_port
from support.redis import PROGRAM as REDIS
from support.redis import Redis
from support.rspamd import Rspamd
from support.servers import needs_servers
from support.smtp_client import message
from support.waybill import Waybill

# From the first try of a mail to that which may pass.
SECONDS = 2
# Greylists count whole seconds, from a second's beginning or its end.
COUNTED = 1
ALIAS = "a@x.test"
MAILBOX = "u@y.test"
# There is no other domain below it, which the senders' domains are told by.
ZONES = {"test": "y IN MX 10 mx\nmx IN A 127.0.0.1"}


class GreylistCase(HabitsCase):
    def deliveries(self, waybill, *kinds):
        """Of the alias's outcomes, which are these, oldest first."""
        entries = waybill.events(ALIAS, ["deferred", "forwarded", "rejected", "in_doubt"],
                                 count=len(kinds))[::-1]
        self.assertEqual(list(kinds), [entry["kind"] for entry in entries])
        return [entry["delivery_id"] for entry in entries]


class SinkTest(GreylistCase):
    def test_a_mail_that_was_put_off_passes_under_the_same_return_path(self):
        sink = self.start(GreylistingSink, seconds=SECONDS)
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": f"u@[127.0.0.1]:{sink.port}"}}})
        octets = message(Message_ID="<grey@s.test>")
        self.assertEqual(451, self.deliver(waybill, ALIAS, octets).code)
        waybill.kill()
        waybill.start()
        time.sleep(SECONDS)
        self.assertEqual(250, self.deliver(waybill, ALIAS, octets).code)
        [kept] = sink.mail()
        put_off, passed = self.deliveries(waybill, "deferred", "forwarded")
        self.assertEqual(put_off, passed, "one delivery")
        self.assertTrue(kept.sender.startswith("b."))


@needs_servers("nsd")
@needs_servers("postfix", root=True)
class RealGreylistTest(GreylistCase):
    def start_behind(self, greylist):
        """A Postfix with these parameters of `greylist`, and Waybill in front of it."""
        port = free_port()
        names = self.start(NameServer, ZONES)
        postfix = self.start(Postfix, [MAILBOX], port=port, extra=greylist)
        return postfix, self.start(Waybill, {"x.test": {"aliases": {"a": f"{MAILBOX}:{port}"}}},
                                   name_server=names)

    def check_passes_at_the_second_try(self, postfix, waybill, said, texts):
        """`said`: the greylist's words, which come back to the sender; `texts`: of the first try,
        of a stranger's mail and of the second try."""
        first, strange, second = (message(text=text) for text in texts)
        reply = self.deliver(waybill, ALIAS, first)
        self.assertIn(said, repr(reply))
        self.assertIn(said, repr(self.deliver(waybill, ALIAS, first)), "it came too early")
        time.sleep(SECONDS + COUNTED)
        self.assertIn(said, repr(self.deliver(waybill, ALIAS, strange, sender="t@t.test")))
        reply = self.deliver(waybill, ALIAS, second)
        self.assertEqual(250, reply.code, reply)
        put_off, early, strange, passed = self.deliveries(
            waybill, "deferred", "deferred", "deferred", "forwarded")
        self.assertEqual([put_off, put_off], [early, passed], "one delivery")
        self.assertNotEqual(put_off, strange)
        self.assertEqual(1, len(postfix.wait_for_mail(MAILBOX)))

    @needs_servers("postgrey")
    def test_a_mail_that_postgrey_put_off_passes_at_the_second_try(self):
        postgrey = self.start(Postgrey, seconds=SECONDS)
        postfix, waybill = self.start_behind({
            "smtpd_recipient_restrictions": f"reject_unauth_destination, {postgrey.restriction}"})
        self.check_passes_at_the_second_try(
            postfix, waybill, "Recipient address rejected: Greylisted, come again in",
            ["As it was.\r\n"] * 3)
        self.assertIn("action=pass, reason=triplet found, delay=", postgrey.log())

    @needs_servers("rspamd", REDIS)
    def test_a_mail_that_rspamd_put_off_passes_at_the_second_try(self):
        rspamd = self.start(Rspamd, redis=self.start(Redis), seconds=SECONDS)
        postfix, waybill = self.start_behind({"smtpd_milters": rspamd.milter,
                                              "milter_default_action": "tempfail"})
        # A body that it has seen passes, whoever brings it: so none comes twice.
        self.check_passes_at_the_second_try(
            postfix, waybill, "451 4.7.1 Greylisted by rspamd",
            ["As it was.\r\n", "Of a stranger.\r\n", "Written anew.\r\n"])
        self.assertIn("greylisting pass (meta)", rspamd.log(), "known by its envelope")


if __name__ == "__main__":
    unittest.main()
