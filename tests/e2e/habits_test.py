"""Servers with habits: next hops that call back, that greylist, that close. Mail gets through."""

import time
import unittest

from support.name_server import NameServer
from support.peers_case import PeersCase
from support.postfix import Postfix
from support.process import free_port
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.waybill import Waybill, binary

ZONE = """\
@ IN MX 10 mx
mx IN A 127.0.0.1
"""


class GreylistingSink(RecordingSink):
    """Puts a mail off at the end of its body until `seconds` after it was first seen: a mail is
    known by its sender and its recipient, as greylists know it."""

    def __init__(self, directory=None, *, seconds, **more):
        super().__init__(directory, **more)
        self._seconds = seconds
        self._first = {}

    def keep(self, sender, recipients, octets):
        first = self._first.setdefault((sender, tuple(recipients)), time.monotonic())
        if time.monotonic() - first < self._seconds:
            return "451 4.7.1 Greylisted, come again"
        return super().keep(sender, recipients, octets)


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class HabitsCase(PeersCase):
    def deliver(self, waybill, alias, octets):
        with waybill.client() as client:
            client.hello()
            return client.deliver("s@s.test", [alias], octets)


@needs_servers("nsd")
@needs_servers("postfix", root=True)
class CallbackTest(HabitsCase):
    def test_postfix_that_verifies_the_sender_by_calling_back_takes_mail(self):
        port = free_port()
        names = self.start(NameServer, {"y.test": ZONE})
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": f"good@y.test:{port}"}}},
                             name_server=names)
        postfix = self.start(Postfix, ["good@y.test"], port=port, extra={
            "smtpd_sender_restrictions": "reject_unverified_sender",
            "address_verify_map": "",
            "address_verify_poll_delay": "1s",
            "address_verify_poll_count": "10",
            "address_verify_transport_maps":
                f"inline:{{ x.test=smtp:[127.0.0.1]:{waybill.smtp_port} }}"})
        reply = self.deliver(waybill, "a@x.test", message(Message_ID="<called@s.test>"))
        self.assertEqual(250, reply.code, f"{reply}\n{postfix.log()}")
        self.assertEqual(1, len(postfix.wait_for_mail("good@y.test")))
        self.assertIn("double-bounce", postfix.log(), "it did call back")


class GreylistTest(HabitsCase):
    def test_a_mail_that_was_put_off_passes_under_the_same_return_path(self):
        sink = self.start(GreylistingSink, seconds=2)
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": f"u@[127.0.0.1]:{sink.port}"}}})
        octets = message(Message_ID="<grey@s.test>")
        self.assertEqual(451, self.deliver(waybill, "a@x.test", octets).code)
        waybill.kill()
        waybill.start()
        time.sleep(2.1)
        self.assertEqual(250, self.deliver(waybill, "a@x.test", octets).code)
        [kept] = sink.mail()
        entries = [entry for entry in waybill.http.history("a@x.test").json["entries"]
                   if entry["kind"] in ("deferred", "forwarded")]
        self.assertEqual(1, len({entry["delivery_id"] for entry in entries}), "one delivery")
        self.assertTrue(kept.sender.startswith("b."))


class ClosingTest(HabitsCase):
    def test_a_next_hop_that_closes_what_is_idle_is_dialled_again(self):
        sink = self.start(RecordingSink)
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": f"u@[127.0.0.1]:{sink.port}"}}})
        with waybill.client() as client:
            client.hello()
            client.mail("s@s.test")
            self.assertEqual(250, client.rcpt("a@x.test").code)
            sink.stop()
            again = RecordingSink(port=sink.port)
            again.start()
            self.addCleanup(again.stop)
            self.assertEqual(250, client.body(message(Message_ID="<idle@s.test>")).code)
        self.assertEqual(1, len(again.mail()) + len(sink.mail()))


if __name__ == "__main__":
    unittest.main()
