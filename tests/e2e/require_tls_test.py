"""REQUIRETLS (RFC 8689): a message that goes by TLS on its whole way, or not at all."""

import os
import unittest

from support.certificates import Authority, client_context, tlsa
from support.name_server import NameServer
from support.peers_case import PeersCase, needs
from support.policy_host import PolicyHost, policy
from support.postfix import Postfix
from support.process import free_port
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.submission_server import SubmissionServer
from support.verdicts import history
from support.waybill import Waybill, binary

ZONE = "@ IN MX 10 mx\nmx IN A 127.0.0.1\n"
RULE = "next-hop-without-requiretls"


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl")
@needs_servers("nsd", "ldns-signzone")
class RequireTlsTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)
        self.named = self.authority.issue("mx.y.test")

    def server(self, certificate=None, **more):
        """It offers REQUIRETLS behind STARTTLS, as RFC 8689 2 has it."""
        options = {"offers_secure": ("REQUIRETLS",), **more}
        return self.start(SubmissionServer, certificate=certificate or self.named, **options)

    def waybill(self, port, extra="", signed=("y.test",), tables=None, target=None):
        names = self.start(NameServer, {"y.test": ZONE + extra, "s.test": ""}, signed=signed)
        dns = {"dnssec": True, "trust_anchor": str(names.anchor("y.test"))} if signed else {}
        tls = {"ca": str(self.authority.file), "mta_sts": not signed}
        return self.start(
            Waybill, {"x.test": {"aliases": {"a": target or f"good@y.test:{port}"},
                                 "redact": False}},
            name_server=names, tables={"dns": dns, "tls": tls, **(tables or {})})

    def say(self, waybill, parameters="REQUIRETLS", sender="s@s.test", secure=True):
        """The first refusal, or the reply to the body."""
        with waybill.client() as client:
            client.hello()
            if secure:
                self.assertEqual(220, client.starttls(client_context()).code)
                self.assertIn("REQUIRETLS", client.hello().lines)
            for reply in (client.mail(sender, parameters), client.rcpt("a@x.test")):
                if reply.code >= 400:
                    return reply
            return client.body(message())

    def event(self, waybill, kind):
        """The last of that kind."""
        entry = [e for e in history(waybill, "a@x.test") if e["kind"] == kind][-1]
        events = waybill.http.get(f"/v1/messages/{entry['message_id']}").json["events"]
        return [e for e in events if e["kind"] == kind][-1][kind]

    def asked_at(self, server):
        """Of each MAIL, whether it says the word."""
        return ["REQUIRETLS" in line.split(" ") for line in server.heard("MAIL")]

    def assert_refused(self, waybill, enhanced):
        reply = self.say(waybill)
        self.assertEqual((550, enhanced), (reply.code, reply.enhanced), reply)
        self.assertEqual(RULE, self.event(waybill, "rejected")["rule"])

    def test_it_is_passed_on_with_a_message_that_asks_and_with_no_other(self):
        server = self.server()
        waybill = self.waybill(server.port)
        self.assertEqual(250, self.say(waybill).code, server.commands)
        self.assertEqual([True], self.asked_at(server))
        self.assertTrue(self.event(waybill, "accepted")["require_tls"])
        tls = self.event(waybill, "forwarded")["next_hop"]["tls"]
        self.assertEqual(("mx.y.test", "pkix"), (tls["verified_name"], tls["verified_by"]))
        self.assertEqual(250, self.say(waybill, "").code)
        self.assertEqual([True, False], self.asked_at(server))
        self.assertFalse(self.event(waybill, "accepted").get("require_tls", False))
        self.assertEqual(2, len(server.mail()))

    def test_what_dane_verifies_needs_no_authority(self):
        other = self.authority.issue("mx.other.test")
        server = self.server(other)
        waybill = self.waybill(
            server.port, f"_{server.port}._tcp.mx IN TLSA {tlsa(3, other[0])}\n")
        self.assertEqual(250, self.say(waybill).code)
        self.assertEqual([True], self.asked_at(server))
        self.assertEqual("dane-ee", self.event(waybill, "forwarded")["next_hop"]["tls"]
                         ["verified_by"])

    @unittest.skipUnless(os.geteuid() == 0, "port 443 is root's")
    def test_a_policy_in_any_mode_but_none_vouches_for_the_host(self):
        certificate = self.authority.issue("mta-sts.y.test")
        for mode, vouches in (("enforce", True), ("testing", True), ("none", False)):
            with self.subTest(mode=mode):
                web = self.start(PolicyHost, certificate, policy(mode))
                server = self.server()
                waybill = self.waybill(server.port, signed=(), extra=(
                    f'_mta-sts IN TXT "v=STSv1; id=1;"\nmta-sts IN A {web.address}\n'))
                if vouches:
                    self.assertEqual(250, self.say(waybill).code)
                else:
                    self.assert_refused(waybill, "5.7.10")
                self.assertEqual([True] * vouches, self.asked_at(server))

    def test_a_host_that_unsigned_dns_alone_names_gets_none(self):
        server = self.server()
        self.assert_refused(self.waybill(server.port, signed=()), "5.7.10")
        self.assertEqual([], server.commands)

    def test_a_host_that_does_not_offer_it_behind_tls_gets_none(self):
        for offers in ({"offers_secure": ()},
                       {"offers_secure": (), "offers_clear": ("STARTTLS", "REQUIRETLS")}):
            with self.subTest(offers=offers):
                server = self.server(**offers)
                waybill = self.waybill(server.port)
                self.assert_refused(waybill, "5.7.30")
                self.assertEqual([], server.heard("MAIL"))
                self.assertEqual(250, self.say(waybill, "").code, "other mail goes")

    @needs_servers("postfix", root=True)
    def test_a_postfix_that_knows_nothing_of_it_gets_none(self):
        chain, key = self.named
        postfix = self.start(Postfix, ["good@y.test"], extra={
            "smtpd_tls_security_level": "may", "smtpd_tls_chain_files": f"{key}, {chain}"})
        self.assert_refused(self.waybill(postfix.port), "5.7.30")
        self.assertEqual([], postfix.mail("good@y.test"))

    def test_a_host_without_tls_gets_none_and_one_that_is_not_who_it_should_be_later(self):
        sink = self.start(RecordingSink)
        self.assert_refused(self.waybill(sink.port), "5.7.10")
        self.assertEqual([], sink.mail())
        server = self.server(self.authority.issue("mx.other.test"))
        reply = self.say(self.waybill(server.port))
        self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
        self.assertEqual([], server.heard("MAIL"))

    def test_the_next_exchange_is_asked_where_the_first_does_not_offer_it(self):
        first = self.server(self.authority.issue("first.y.test"), offers_secure=())
        second = self.server(self.authority.issue("second.y.test"), address="127.0.0.2",
                             port=first.port)
        waybill = self.waybill(first.port, "@ IN MX 5 first\nfirst IN A 127.0.0.1\n"
                                           "@ IN MX 20 second\nsecond IN A 127.0.0.2\n")
        self.assertEqual(250, self.say(waybill).code)
        self.assertEqual("second.y.test",
                         self.event(waybill, "forwarded")["next_hop"]["mx_host"])
        self.assertEqual(([], [True]), (self.asked_at(first), self.asked_at(second)))

    def test_in_clear_it_is_neither_offered_nor_taken(self):
        server = self.server()
        waybill = self.waybill(server.port)
        with waybill.client() as client:
            self.assertNotIn("REQUIRETLS", client.hello().lines)
        reply = self.say(waybill, secure=False)
        self.assertEqual((555, "5.5.4"), (reply.code, reply.enhanced), reply)
        self.assertEqual([], server.commands)

    def test_a_report_comes_home_with_the_word_where_that_is_offered(self):
        for offers in (("REQUIRETLS",), ()):
            with self.subTest(offers=offers):
                server = self.server(offers_secure=offers)
                waybill = self.waybill(server.port)
                self.assertEqual(250, self.say(waybill, sender="").code)
                self.assertEqual([bool(offers)], self.asked_at(server))

    def test_a_smarthost_that_knows_the_relay_passes_it_on(self):
        secret = self.directory / "password"
        secret.write_text("tanstaaf-tanstaaf\n")
        secret.chmod(0o600)
        port = free_port()
        server = self.server(port=port, logins_of={"relay": "tanstaaf-tanstaaf"},
                             mechanisms=("PLAIN",))
        waybill = self.waybill(port, signed=(), target="b@y.test", tables={"smarthost": {
            "host": "mx.y.test", "port": port, "user": "relay", "password_file": str(secret)}})
        self.assertEqual(250, self.say(waybill).code, server.commands)
        self.assertEqual([("PLAIN", "relay")], server.logins)
        self.assertEqual([True], self.asked_at(server))
        self.assertNotIn("tanstaaf", waybill.output() + str(history(waybill, "a@x.test")))


if __name__ == "__main__":
    unittest.main()
