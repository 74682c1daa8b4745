"""DANE: what a signed zone says of a next hop's certificate, held against a Postfix with TLS."""

import unittest

from support.certificates import Authority, tlsa
from support.name_server import NameServer, other_signature
from support.peers_case import PeersCase, needs
from support.postfix import Postfix
from support.process import free_port
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.verdicts import history
from support.waybill import Waybill, binary

WRONG = "3 1 1 " + 64 * "0"
BASE = "@ IN MX 10 mx\nmx IN A 127.0.0.1\n"


def forged(kind):
    return {"damage": other_signature("y.test", kind)}


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl")
@needs_servers("nsd", "ldns-signzone")
class DaneCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)

    def waybill(self, port, records, level=None, signed=("y.test",), **options):
        """One that hands on to y.test at `port`, with `records` in its zone."""
        zone = BASE + records
        servers = self.start(NameServer, {"y.test": zone}, signed=signed, **options)
        tables = {"dns": {"servers": f"127.0.0.1:{servers.port}"}}
        if signed:
            self.anchor = servers.anchor("y.test")
            tables["dns"].update(dnssec=True, trust_anchor=str(self.anchor))
        if level:
            tables["next_hops"] = {"y.test": {"tls": level}}
        return self.start(Waybill, {"x.test": {"aliases": {"a": f"good@y.test:{port}"},
                                               "redact": False}}, tables=tables)

    def say(self, waybill):
        with waybill.client() as client:
            client.hello()
            return client.deliver("s@s.test", ["a@x.test"], message())

    def hop(self, waybill, kind):
        """The next hop of the last event of that kind."""
        entry = [e for e in history(waybill, "a@x.test") if e["kind"] == kind][-1]
        events = waybill.http.get(f"/v1/messages/{entry['message_id']}").json["events"]
        return [e for e in events if e["kind"] == kind][-1][kind]["next_hop"]


class WithPostfixTest(DaneCase):
    def setUp(self):
        super().setUp()
        # Of another name, and signed by nobody that the system trusts.
        chain, key = self.authority.issue("mx.other.test")
        self.end = tlsa(3, chain)
        self.above = tlsa(2, self.authority.file)
        of_name, of_name_key = self.authority.issue("mx.y.test")
        both = of_name.with_suffix(".both")
        both.write_text(of_name.read_text() + self.authority.file.read_text())
        both.chmod(0o644)
        self.files = {"other": f"{key}, {chain}", "named": f"{of_name_key}, {both}"}

    def postfix(self, which="other", **extra):
        return self.start(Postfix, ["good@y.test"], extra={
            "smtpd_tls_security_level": "may", "smtpd_tls_received_header": "yes",
            "smtpd_tls_chain_files": self.files[which], **extra})

    @needs_servers("postfix", root=True)
    def test_the_right_records_are_verified_and_wrong_ones_get_no_mail(self):
        for which, record, by in (("other", self.end, "dane-ee"), ("named", self.above, "dane-ta"),
                                  ("other", self.above, None), ("other", WRONG, None)):
            with self.subTest(which=which, record=record):
                postfix = self.postfix(which)
                waybill = self.waybill(postfix.port, f"_{postfix.port}._tcp.mx IN TLSA {record}\n")
                reply = self.say(waybill)
                if by:
                    self.assertEqual(250, reply.code, f"{reply}\n{postfix.log()}")
                    [kept] = postfix.wait_for_mail("good@y.test")
                    self.assertIn(b"using TLSv1.3 with cipher", kept)
                    tls = self.hop(waybill, "forwarded")["tls"]
                    self.assertEqual((by, "mx.y.test"), (tls["verified_by"], tls["verified_name"]))
                else:
                    self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
                    self.assertNotIn("tls", self.hop(waybill, "deferred"))
                    self.assertTrue(self.hop(waybill, "deferred")["tls_failure"])
                    self.assertEqual([], postfix.mail("good@y.test"))

    @needs_servers("postfix", root=True)
    def test_starttls_that_somebody_took_away_is_missed(self):
        postfix = self.postfix(smtpd_tls_security_level="none")
        waybill = self.waybill(postfix.port, f"_{postfix.port}._tcp.mx IN TLSA {self.end}\n")
        reply = self.say(waybill)
        self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
        self.assertIn("does not offer STARTTLS", reply.text)
        self.assertEqual([], postfix.mail("good@y.test"))

    @needs_servers("postfix", root=True)
    def test_the_next_exchange_is_asked_where_the_first_one_is_not_who_it_should_be(self):
        postfix = self.postfix()
        records = (f"@ IN MX 5 first\nfirst IN A 127.0.0.1\n_{postfix.port}._tcp.first IN TLSA "
                   f"{WRONG}\n_{postfix.port}._tcp.mx IN TLSA {self.end}\n")
        waybill = self.waybill(postfix.port, records)
        self.assertEqual(250, self.say(waybill).code)
        self.assertEqual("mx.y.test", self.hop(waybill, "forwarded")["mx_host"])

    @needs_servers("postfix", root=True)
    def test_where_the_operator_asks_for_it_a_host_without_records_gets_no_mail(self):
        postfix = self.postfix()
        waybill = self.waybill(postfix.port, "", level="dane")
        reply = self.say(waybill)
        self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
        self.assertIn("no TLSA records", reply.text)


class WithoutTlsTest(DaneCase):
    """The next hop has no TLS, so mail gets there only where nothing promised any."""

    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink)
        self.tlsa = f"_{self.sink.port}._tcp.mx IN TLSA {WRONG}\n"

    def test_records_that_nobody_signed_promise_nothing(self):
        self.assertEqual(250, self.say(self.waybill(self.sink.port, self.tlsa, signed=())).code)

    def test_a_signed_zone_without_records_promises_nothing(self):
        self.assertEqual(250, self.say(self.waybill(self.sink.port, "")).code)

    def test_records_of_another_port_are_none(self):
        records = f"_{free_port()}._tcp.mx IN TLSA {WRONG}\n"
        self.assertEqual(250, self.say(self.waybill(self.sink.port, records)).code)

    def test_what_is_forged_is_not_believed(self):
        for kind, enhanced in (("TLSA", "4.7.5"), ("MX", "4.4.3"), ("A", "4.4.3")):
            with self.subTest(kind=kind):
                waybill = self.waybill(self.sink.port, self.tlsa, **forged(kind))
                reply = self.say(waybill)
                self.assertEqual((451, enhanced), (reply.code, reply.enhanced), reply)
        self.assertEqual([], self.sink.mail())

    def test_the_doctor_says_whether_a_secure_answer_comes(self):
        waybill = self.waybill(self.sink.port, "")
        _, said = waybill.run("doctor")
        self.assertIn("what is said of y.test is secure", said)
        self.assertEqual(0, waybill.run("check")[0])
        self.anchor.unlink()
        code, said = waybill.run("check")
        self.assertEqual(2, code)
        self.assertIn("cannot be read: a start would be refused", said)
        _, said = self.waybill(self.sink.port, "", **forged("MX")).run("doctor")
        self.assertIn("nothing secure is said of y.test", said)

    def test_an_exchange_in_a_zone_without_signatures_promises_nothing(self):
        servers = self.start(NameServer, {
            "y.test": "@ IN MX 10 mx.z.test.\n",
            "z.test": f"mx IN A 127.0.0.1\n_{self.sink.port}._tcp.mx IN TLSA {WRONG}\n"},
            signed=("y.test",))
        waybill = self.start(
            Waybill, {"x.test": {"aliases": {"a": f"good@y.test:{self.sink.port}"}}},
            tables={"dns": {"servers": f"127.0.0.1:{servers.port}", "dnssec": True,
                            "trust_anchor": str(servers.anchor("y.test"))}})
        self.assertEqual(250, self.say(waybill).code)

    def test_records_that_cannot_be_used_ask_for_tls_with_whomever_it_is(self):
        records = f"_{self.sink.port}._tcp.mx IN TLSA 1 1 1 {64 * '0'}\n"
        reply = self.say(self.waybill(self.sink.port, records))
        self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
        self.assertIn("does not offer STARTTLS", reply.text)


if __name__ == "__main__":
    unittest.main()
