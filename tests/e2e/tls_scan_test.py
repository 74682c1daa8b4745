"""Our TLS as a scanner sees it, by STARTTLS and from the first octet on: sslyze, and by hand what
that one leaves out. What docs/tls.md says is offered, and nothing else, is."""

import contextlib
import copy
import unittest

from support.certificates import Authority
from support.peers_case import PeersCase, needs
from support.process import free_port
from support.smtp_client import SmtpClient
from support.sslyze import VERDICTS, findings, needs_sslyze, scan
from support.tls_probes import (INTERRUPTIONS, refuses, refuses_a_fallback, s_client,
                                ties_the_master_secret)
from support.tls_records import trusting
from support.waybill import Waybill, binary
from support.weak_tls import WeakTls

# The name that is asked for, and what the key of its certificate is for.
NAMES = {"mx.x.test": "RSA", "mx.z.test": "ECDSA"}


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl")
class ScanCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)

    def doors(self):
        """Of a new Waybill: ("STARTTLS", its port, True), and the same of TLS at once."""
        files = [self.authority.issue(host, key_for=key) for host, key in NAMES.items()]
        port = free_port()
        self.waybill = self.start(
            Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}}, tables={
                "tls": {"certificate": [str(chain) for chain, _ in files],
                        "key": [str(key) for _, key in files],
                        "listen": [f"127.0.0.1:{port}"]}})
        return (("STARTTLS", self.waybill.smtp_port, True), ("at once", port, False))

    def weak(self, key):
        """A peer whose certificate is of another authority and name."""
        other = Authority(self.directory, "other")
        return self.start(WeakTls, *other.issue("mx.weak.test", key_for=key))


@needs_sslyze
class SslyzeTest(ScanCase):
    def scan(self, port, host, starttls=True):
        return scan(port, host, starttls=starttls, authority=self.authority.file)

    def test_it_finds_nothing_at_either_door(self):
        (_, smtp, _), (_, at_once, _) = self.doors()
        found = self.scan(smtp, "mx.z.test")
        self.assertEqual([], findings(found, "mx.z.test", "ECDSA"))
        self.would_be_findings(found, "mx.z.test", "ECDSA")
        found = self.scan(at_once, "mx.x.test", starttls=False)
        self.assertEqual([], findings(found, "mx.x.test", "RSA"))

    # No peer at hand has each weakness: the scan is altered as if one had.
    def would_be_findings(self, clean, *of):
        for check, place, verdict, words in VERDICTS:
            altered = copy.deepcopy(clean)
            altered[check]["result"][place] = "other" if verdict is not True else False
            self.assertEqual([words], findings(altered, *of))
        for check, outcome in clean.items():
            if outcome["status"] == "COMPLETED":
                altered = copy.deepcopy(clean)
                altered[check].update(status="ERROR", result=None)
                [found] = findings(altered, *of)
                self.assertTrue(found.startswith(f"{check}: no verdict"), found)
        for version, suite in (("ssl_2_0", "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"),
                               ("ssl_3_0", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
                               ("tls_1_0", "TLS_RSA_EXPORT_WITH_RC4_40_MD5")):
            altered = copy.deepcopy(clean)
            altered[f"{version}_cipher_suites"]["result"]["accepted_cipher_suites"] = [
                {"cipher_suite": {"name": suite}}]
            self.assertEqual([f"{version} takes {suite}"], findings(altered, *of))

    def test_it_finds_what_is_weak_at_another_server(self):
        weak = self.weak("RSA")
        found = findings(self.scan(weak.port, "mx.x.test"), "mx.x.test", "RSA")
        for words in ("keys sealed by RSA (ROBOT)", "a client may renegotiate",
                      "a client may renegotiate without end", "sessions are resumed by tickets",
                      "tls_1_0 takes TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                      "tls_1_1 takes TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                      "tls_1_2 takes TLS_RSA_WITH_AES_128_GCM_SHA256",
                      "tls_1_2 takes TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
                      "tls_1_2 takes TLS_ECDHE_RSA_WITH_NULL_SHA",
                      "tls_1_3 does not take TLS_AES_128_GCM_SHA256",
                      "it does not take the curve X25519",
                      "to a client that asks for mx.x.test it shows another certificate",
                      "the chain does not lead to who issued the certificate"):
            self.assertIn(words, found)


class ByHandTest(ScanCase):
    def test_in_tls_12_a_handshake_is_tied_together_and_no_fallback(self):
        for door, port, starttls in self.doors():
            with self.subTest(door=door):
                self.assertTrue(ties_the_master_secret(port, starttls=starttls))
                self.assertTrue(refuses_a_fallback(port, starttls=starttls))
        weak = self.weak("ECDSA")
        self.assertFalse(ties_the_master_secret(weak.port, starttls=True))
        self.assertFalse(refuses_a_fallback(weak.port, starttls=True), "it has nothing better")

    def test_what_breaks_a_handshake_ends_it_with_an_alert(self):
        for door, port, starttls in self.doors():
            for name, interruption in INTERRUPTIONS.items():
                with self.subTest(door=door, what=name):
                    self.assertTrue(refuses(port, interruption, starttls=starttls))

    def test_in_tls_13_no_ticket_is_given(self):
        for door, port, starttls in self.doors():
            said = s_client(port, "-tls1_3", "-crlf", "-ign_eof", starttls=starttls,
                            words=b"EHLO client.test\nQUIT\n")
            with self.subTest(door=door):
                self.assertIn("221 2.0.0", said)
                self.assertNotIn("New Session Ticket", said)

    # One in clear where TLS stands, and TLS where the greeting is in clear.
    def test_who_takes_one_door_for_the_other_is_shown_out(self):
        (_, smtp, _), (_, at_once, _) = self.doors()
        with contextlib.closing(SmtpClient(at_once, greet=False)) as client:
            client.send(b"EHLO in.clear.test\r\n")
            self.assertNotIn(b"220", client.detach().recv(1000), "an alert, or nothing")
        with self.assertRaises(OSError):
            SmtpClient(smtp, greet=False, tls=trusting())
        with SmtpClient(at_once, tls=trusting()) as client:
            self.assertEqual(250, client.hello().code)


if __name__ == "__main__":
    unittest.main()
