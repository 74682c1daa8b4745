"""Servers with habits: next hops that call back, and that close. Mail gets through."""

import unittest

from support.habits_case import HabitsCase
from support.name_server import NameServer
from support.postfix import Postfix
from support.process import free_port
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.waybill import Waybill

# There is no other domain below it, which the sender's domain is told by.
ZONES = {"test": "y IN MX 10 mx\nmx IN A 127.0.0.1"}


@needs_servers("nsd")
@needs_servers("postfix", root=True)
class CallbackTest(HabitsCase):
    def test_postfix_that_verifies_the_sender_by_calling_back_takes_mail(self):
        port = free_port()
        names = self.start(NameServer, ZONES)
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
