"""Servers with habits: next hops that call back, and that close. Mail gets through."""

import unittest

from support.exim import Exim
from support.habits_case import HabitsCase
from support.name_server import NameServer
from support.peers_case import needs
from support.postfix import Postfix
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import SmtpClient, message
from support.waybill import Waybill

# There is no other domain below it, which the sender's domain is told by.
ZONES = {"test": "y IN MX 10 mx\nmx IN A 127.0.0.1"}


@needs_servers("nsd")
class CallbackTest(HabitsCase):
    @needs_servers("postfix", root=True)
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

    @needs_servers("exim4", root=True)
    @needs("ldd", "chroot")
    def test_exim_that_verifies_the_sender_by_a_callout_takes_mail(self):
        port = free_port()
        names = self.start(NameServer, ZONES)
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": f"good@y.test:{port}"}}},
                             name_server=names)
        sink = self.start(RecordingSink)
        exim = self.start(Exim, host_name="mx.y.test", port=port, verify="sender/callout=10s",
                          routes={"x.test": ("127.0.0.1", waybill.smtp_port),
                                  "y.test": ("127.0.0.1", sink.port)})
        reply = self.deliver(waybill, "a@x.test", message(Message_ID="<called@s.test>"))
        self.assertEqual(250, reply.code, f"{reply}\n{exim.log()}")
        wait_until(sink.mail, "Exim sends it on")
        return_path = sink.mail()[0].sender
        forged = return_path[:20] + ("a" if return_path[20] != "a" else "b") + return_path[21:]
        with SmtpClient(exim.port) as client:
            client.hello()
            for refused in ("nobody@x.test", forged):
                reply = client.deliver(refused, ["good@y.test"], message())
                self.assertEqual(550, reply.code, f"it does call back: {reply}")
                self.assertIn("Called:   127.0.0.1", reply.lines)
            reply = client.deliver(return_path, ["good@y.test"], message())
            self.assertEqual(250, reply.code, reply)


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
