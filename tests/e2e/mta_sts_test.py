"""MTA-STS: what a domain asks of those who send to it, fetched from a web server of its own."""

import os
import time
import unittest

from support.certificates import Authority, tlsa
from support.name_server import NameServer
from support.peers_case import PeersCase, needs
from support.policy_host import PolicyHost, policy
from support.postfix import Postfix
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.verdicts import history
from support.waybill import Waybill, binary


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@unittest.skipUnless(os.geteuid() == 0, "port 443 is root's")
@needs("openssl")
@needs_servers("nsd")
class MtaStsTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)
        self.sink = None

    def web(self, text, name="mta-sts.y.test"):
        return self.start(PolicyHost, self.authority.issue(name, under=f"web-{name}"), text)

    def waybill(self, web, port, *, extra="", tables=None, signed=()):
        zone = ("@ IN MX 10 mx\nmx IN A 127.0.0.1\n_mta-sts IN TXT \"v=STSv1; id=1;\"\n"
                f"mta-sts IN A {web.address}\n" + extra)
        self.names = self.start(NameServer, {"y.test": zone}, signed=signed)
        dns = {"servers": f"127.0.0.1:{self.names.port}"}
        if signed:
            dns.update(dnssec=True, trust_anchor=str(self.names.anchor("y.test")))
        return self.start(Waybill, {"x.test": {"aliases": {"a": f"good@y.test:{port}"},
                                               "redact": False}},
                          tables={"dns": dns, "tls": {"ca": str(self.authority.file)},
                                  **(tables or {})})

    def in_clear(self, web, **options):
        """A waybill whose next hop has no TLS."""
        self.sink = self.start(RecordingSink)
        return self.waybill(web, self.sink.port, **options)

    def say(self, waybill):
        with waybill.client() as client:
            client.hello()
            return client.deliver("s@s.test", ["a@x.test"], message())

    def assert_kept(self, waybill, words):
        reply = self.say(waybill)
        self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
        self.assertIn(words, reply.text)
        self.assertEqual([], self.sink.mail())

    def hop(self, waybill, kind="forwarded"):
        entry = [e for e in history(waybill, "a@x.test") if e["kind"] == kind][-1]
        events = waybill.http.get(f"/v1/messages/{entry['message_id']}").json["events"]
        return [e for e in events if e["kind"] == kind][-1][kind]["next_hop"]

    def test_enforce_keeps_mail_from_a_next_hop_without_tls(self):
        web = self.web(policy("enforce"))
        self.assert_kept(self.in_clear(web), "does not offer STARTTLS")
        self.assertEqual(1, len(web.asked))

    def test_enforce_keeps_mail_from_a_next_hop_that_the_policy_does_not_name(self):
        self.assert_kept(self.in_clear(self.web(policy("enforce", mx="*.mx.y.test"))),
                         "its domain's policy (MTA-STS) does not name it")

    def test_testing_tells_and_lets_go(self):
        for mx, words in (("mx.y.test", "its certificate"), ("other.test", "does not name it")):
            with self.subTest(mx=mx):
                waybill = self.in_clear(self.web(policy("testing", mx=mx)))
                self.assertEqual(250, self.say(waybill).code)
                hop = self.hop(waybill)
                self.assertIn("MTA-STS", hop["tls_failure"])
                self.assertIn(words, hop["tls_failure"])
                self.assertIn("waybill_mta_sts_missed_total 1",
                              waybill.http.get("/metrics").body.decode())

    def test_a_policy_that_has_ended_binds_nobody(self):
        web = self.web(policy("enforce", max_age=2))
        waybill = self.in_clear(web)
        self.assert_kept(waybill, "does not offer STARTTLS")
        web.stop()
        time.sleep(2.5)
        self.assertEqual(250, self.say(waybill).code)

    def test_a_policy_that_was_never_fetched_binds_nobody(self):
        for status, name in ((404, "mta-sts.y.test"), (301, "mta-sts.y.test"),
                             (200, "other.y.test")):
            with self.subTest(status=status, name=name):
                web = self.web(policy("enforce"), name)
                web.status = status
                waybill = self.in_clear(web)
                self.assertEqual(250, self.say(waybill).code)
                self.assertIn("could not be fetched", waybill.output())
        web = self.web(policy("enforce"))
        web.stop()
        self.assertEqual(250, self.say(self.in_clear(web)).code, "nobody is there")

    def test_what_was_fetched_binds_also_after_a_restart_without_the_web_server(self):
        web = self.web(policy("enforce"))
        waybill = self.in_clear(web)
        self.assert_kept(waybill, "does not offer STARTTLS")
        web.stop()
        kept = waybill.data / "mta_sts.policies"
        wait_until(kept.exists, "the policy is kept", 10)
        self.assertTrue(kept.read_text().startswith("y.test 1 enforce 86400 "))
        waybill.restart()
        self.assert_kept(waybill, "does not offer STARTTLS")

    def test_switched_off_nobody_asks(self):
        web = self.web(policy("enforce"))
        waybill = self.in_clear(web, tables={"tls": {"mta_sts": False}})
        self.assertEqual(250, self.say(waybill).code)
        self.assertEqual([], web.asked)

    @needs_servers("postfix", root=True)
    def test_a_next_hop_that_is_who_it_should_be_gets_the_mail(self):
        chain, key = self.authority.issue("mx.y.test")
        other, other_key = self.authority.issue("mx.other.test")
        for pair, code in (((chain, key), 250), ((other, other_key), 451)):
            postfix = self.start(Postfix, ["good@y.test"], extra={
                "smtpd_tls_security_level": "may",
                "smtpd_tls_chain_files": f"{pair[1]}, {pair[0]}"})
            waybill = self.waybill(self.web(policy("enforce", mx="*.y.test")), postfix.port)
            reply = self.say(waybill)
            self.assertEqual(code, reply.code, f"{reply}\n{postfix.log()}")
            if code == 250:
                tls = self.hop(waybill)["tls"]
                self.assertEqual(("mx.y.test", "pkix"), (tls["verified_name"], tls["verified_by"]))

    @needs_servers("postfix", "ldns-signzone", root=True)
    def test_dane_is_above_it(self):
        """RFC 8461 2: the policy names another host, and DNS this one's key."""
        chain, key = self.authority.issue("mx.other.test")
        postfix = self.start(Postfix, ["good@y.test"], extra={
            "smtpd_tls_security_level": "may", "smtpd_tls_chain_files": f"{key}, {chain}"})
        waybill = self.waybill(
            self.web(policy("enforce", mx="mx.other.test")), postfix.port, signed=("y.test",),
            extra=f"_{postfix.port}._tcp.mx IN TLSA {tlsa(3, chain)}\n")
        self.assertEqual(250, self.say(waybill).code)
        self.assertEqual("dane-ee", self.hop(waybill)["tls"]["verified_by"])


if __name__ == "__main__":
    unittest.main()
