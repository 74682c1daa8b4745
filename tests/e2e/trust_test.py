"""Who sent it: SPF, DKIM and DMARC of real zones, in the reply, in the message and in the log."""

import unittest

from support.dkim_signer import DkimSigner
from support.name_server import NameServer
from support.peers_case import PeersCase
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.verdicts import history
from support.waybill import Waybill, binary

_ZONES = {
    "test": "",
    "spf.test": '@ IN TXT "v=spf1 ip4:127.0.0.1 -all"\n_dmarc IN TXT "v=DMARC1; p=reject"',
    "signs.test": '@ IN TXT "v=spf1 -all"\n_dmarc IN TXT "v=DMARC1; p=reject"\n{key}',
    "soft.test": '@ IN TXT "v=spf1 ~all"\n_dmarc IN TXT "v=DMARC1; p=reject"\n{soft_key}',
    "asks.test": '@ IN TXT "v=spf1 -all"\n_dmarc IN TXT "v=DMARC1; p=reject"',
    "watches.test": '@ IN TXT "v=spf1 -all"\n_dmarc IN TXT "v=DMARC1; p=none"',
}
FORGED = (b"Authentication-Results: MX.x.test (of course) 1; spf=pass\r\n"
          b"\tsmtp.mailfrom=ann@asks.test; dmarc=pass header.from=asks.test\r\n")
THEIRS = b"Authentication-Results: other.test; spf=pass\r\n"


@needs_servers("nsd")
@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class TrustTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.signers = {name: DkimSigner(self.directory, name)
                        for name in ("signs.test", "soft.test")}
        keys = {"key": self.signers["signs.test"].record(),
                "soft_key": self.signers["soft.test"].record()}
        zones = {name: text.format(**keys) for name, text in _ZONES.items()}
        names = self.start(NameServer, zones)
        self.sink = self.start(RecordingSink)
        target = f"u@[127.0.0.1]:{self.sink.port}"
        self.waybill = self.start(
            Waybill, {"lax.x.test": {"aliases": {"a": target}, "dkim_verifies": "domain"}} |
            {f"{mode}.x.test": {"aliases": {"a": target}, "dmarc": mode}
             for mode in ("enforce", "tag", "ignore")}, name_server=names)

    def send(self, sender, octets, mode="enforce"):
        with self.waybill.client() as client:
            client.hello("client.test")
            return client.deliver(sender, [f"a@{mode}.x.test"], octets)

    def last(self, mode="enforce"):
        """The last acceptance."""
        entry = [one for one in history(self.waybill, f"a@{mode}.x.test")
                 if one["kind"] == "accepted"][-1]
        events = self.waybill.http.message(entry["message_id"]).json["events"]
        return events[0]["accepted"]

    def words(self, accepted):
        return [f"{one['method']}={one['result']}" for one in accepted["authentication"]]

    def test_what_was_found_is_in_the_log_and_in_the_message(self):
        for domain, signed, words, verified in (
                ("spf.test", False, ["spf=pass", "dkim=none", "dmarc=pass"], True),
                ("signs.test", True, ["spf=fail", "dkim=pass", "dmarc=pass"], False),
                ("soft.test", True, ["spf=softfail", "dkim=pass", "dmarc=pass"], True),
                ("watches.test", False, ["spf=fail", "dkim=none", "dmarc=fail"], False),
                ("nothing.test", False, ["spf=none", "dkim=none", "dmarc=none"], False)):
            with self.subTest(domain):
                author = f"ann@{domain}"
                octets = message(From=author)
                octets = self.signers[domain].signed(octets) if signed else octets
                self.assertEqual(250, self.send(author, octets).code)
                accepted = self.last()
                self.assertEqual(words, self.words(accepted))
                self.assertEqual(verified, accepted.get("originator_verified", False))
                field = self.sink.mail()[-1].octets.split(b"Received:", 1)[0]
                for word in words:
                    self.assertIn(word.encode(), field)

    def test_a_signature_of_one_user_does_not_verify_another_of_the_domain(self):
        octets = self.signers["soft.test"].signed(message(From="attacker@soft.test"))
        for mode, verified in (("enforce", False), ("lax", True)):
            with self.subTest(mode):
                self.assertEqual(250, self.send("victim@soft.test", octets, mode).code)
                accepted = self.last(mode)
                self.assertEqual(["spf=softfail", "dkim=pass", "dmarc=pass"], self.words(accepted))
                self.assertEqual(verified, accepted.get("originator_verified", False))

    def test_a_policy_of_rejection_is_obeyed_noted_or_not_asked_for(self):
        octets = message(From="ann@asks.test")
        reply = self.send("ann@asks.test", octets)
        self.assertEqual((550, "5.7.1"), (reply.code, reply.enhanced))
        self.assertIn("asks.test", reply.text)
        [refusal] = history(self.waybill, "a@enforce.x.test")
        self.assertEqual(("rejected", "policy", "dmarc", "body"),
                         tuple(refusal[key] for key in ("kind", "by", "rule", "stage")))
        self.assertEqual([], self.sink.mail())
        self.assertEqual(250, self.send("ann@asks.test", octets, "tag").code)
        self.assertEqual("dmarc=fail", self.words(self.last("tag"))[-1])
        self.assertEqual(250, self.send("ann@asks.test", octets, "ignore").code)
        self.assertNotIn(b"dmarc=", self.sink.mail()[-1].octets)

    def test_one_domain_that_enforces_decides_for_all_recipients(self):
        with self.waybill.client() as client:
            client.hello("client.test")
            reply = client.deliver("ann@asks.test", ["a@tag.x.test", "a@enforce.x.test"],
                                   message(From="ann@asks.test"))
        self.assertEqual(550, reply.code)
        self.assertEqual([], self.sink.mail())

    def test_a_field_in_our_name_is_taken_out_and_every_other_octet_stays(self):
        rest = message(From="ann@spf.test")
        self.assertEqual(250, self.send("ann@spf.test", THEIRS + FORGED + rest).code)
        [kept] = self.sink.mail()
        self.assertEqual(THEIRS + rest, kept.behind_our_header())
        self.assertEqual(len(THEIRS + FORGED + rest), self.last()["size"])


if __name__ == "__main__":
    unittest.main()
