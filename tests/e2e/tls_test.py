"""TLS on both sides: with Postfix as sender and as next hop, and with those who break it."""

import os
import re
import smtplib
import socket
import subprocess
import threading
import unittest

from support.certificates import Authority, client_context
from support.name_server import NameServer
from support.peers_case import PeersCase, needs
from support.postfix import Postfix
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import SmtpClient, message
from support.verdicts import history
from support.waybill import Waybill, binary

ZONE = "y.test. MX 10 mx.y.test.\nmx.y.test. A 127.0.0.1\n"


class Breaker:
    """A next hop that offers STARTTLS and closes in the middle of the handshake; in clear it takes
    mail as a sink does."""

    def __init__(self, _directory, sink):
        self._sink = sink
        self.port = free_port()
        self.handshakes = 0

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, client):
        with client, socket.create_connection(("127.0.0.1", self._sink.port)) as sink:
            out, back = client.makefile("rb"), sink.makefile("rb")
            client.sendall(back.readline())
            body = False
            for line in out:
                if line == b"STARTTLS\r\n":
                    client.sendall(b"220 go on\r\n")
                    client.recv(5)
                    self.handshakes += 1
                    return
                sink.sendall(line)
                body = body and line != b".\r\n"
                if body:
                    continue
                reply = back.readline()
                while reply.splitlines()[-1][3:4] == b"-":
                    reply += back.readline()
                if line.startswith(b"EHLO"):
                    reply = b"250-broken.test\r\n250 STARTTLS\r\n"
                client.sendall(reply)
                body = reply.startswith(b"354")


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl")
class TlsCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)

    def tls(self, waybill, port=None, **options):
        client = smtplib.SMTP("127.0.0.1", port or waybill.smtp_port)
        self.addCleanup(client.close)
        client.ehlo("client.test")
        code, _ = client.starttls(context=client_context(**options))
        self.assertEqual(220, code)
        return client

    def last(self, waybill, alias, kind):
        """The body of the last event of that kind."""
        entry = [e for e in history(waybill, alias) if e["kind"] == kind][-1]
        events = waybill.http.get(f"/v1/messages/{entry['message_id']}").json["events"]
        return [e for e in events if e["kind"] == kind][-1][kind]


class IncomingTest(TlsCase):
    def test_without_a_certificate_it_is_offered_all_the_same(self):
        sink = self.start(RecordingSink)
        waybill = self.start(Waybill, {"x.test": {"aliases": {
            "a": f"a@[127.0.0.1]:{sink.port}"}}})
        client = self.tls(waybill)
        client.ehlo("client.test")
        self.assertNotIn("starttls", client.esmtp_features)
        client.sendmail("s@s.test", ["a@x.test"], message())
        [mail] = sink.mail()
        self.assertRegex(mail.octets, rb"with ESMTPS id [-0-9a-f]+\r\n\ttls TLS_\w+;\r\n")
        self.assertEqual("TLSv1.3", self.last(waybill, "a@x.test", "accepted")
                         ["tls"]["version"])
        client.quit()
        with SmtpClient(waybill.smtp_port) as stranger:
            stranger.hello()
            self.assertEqual(220, stranger.command("STARTTLS").code)
            stranger.send(b"no handshake\r\n")
            self.assertTrue(stranger.ended())
        numbers = waybill.http.get("/metrics").body.decode().splitlines()
        for labels in ('result="successful",version="TLSv1.3"', 'result="failed",version=""'):
            self.assertIn(f"waybill_smtp_tls_sessions_total{{{labels}}} 1", numbers)
        own = (waybill.data / "tls/self_signed.pem").read_bytes()
        self.assertEqual(0o600, (waybill.data / "tls/self_signed.key").stat().st_mode & 0o777)
        waybill.stop()
        waybill.start()
        self.assertEqual(own, (waybill.data / "tls/self_signed.pem").read_bytes())

    def test_what_is_injected_behind_starttls_is_thrown_away(self):
        waybill = self.start(Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}})
        client = SmtpClient(waybill.smtp_port)
        self.addCleanup(client.close)
        client.hello()
        client.send(b"STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<evil@s.test>\r\n")
        self.assertEqual(220, client.read().code)
        secured = client_context().wrap_socket(client._socket)
        self.addCleanup(secured.close)
        secured.sendall(b"RCPT TO:<void@x.test>\r\n")
        self.assertRegex(secured.recv(100), rb"^503 5\.5\.1 MAIL first\r\n$")

    def test_each_name_has_its_certificate_and_a_renewed_one_is_taken_up(self):
        files = [self.authority.issue(host) for host in ("mx.x.test", "mx.z.test")]
        port = free_port()
        waybill = self.start(Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}}, tables={
            "tls": {"certificate": [str(chain) for chain, _ in files],
                    "key": [str(key) for _, key in files],
                    "listen": [f"127.0.0.1:{port}"]}})

        def serial(host):
            context = client_context(self.authority)
            with socket.create_connection(("127.0.0.1", port)) as plain:
                with context.wrap_socket(plain, server_hostname=host) as secured:
                    self.assertTrue(secured.recv(100).startswith(b"220 "))
                    return secured.getpeercert()["serialNumber"]

        first = serial("mx.x.test")
        self.assertNotEqual(first, serial("mx.z.test"))
        chain, key = files[0]
        fresh = self.authority.issue("mx.x.test", under="fresh")
        os.replace(fresh[1], key)
        os.replace(fresh[0], chain)
        wait_until(lambda: serial("mx.x.test") != first, "the new certificate is shown", 30)
        self.assertIn("the certificate was read again", waybill.output())
        code, said = waybill.run("check")
        self.assertEqual(0, code, said)
        self.assertIn(f"{chain} holds until 20", said)
        os.replace(files[1][1], key)
        code, said = waybill.run("check")
        self.assertEqual(3, code, said)
        self.assertIn(f"{key}: no unencrypted private key in PEM for {chain}", said)

    def test_old_protocols_and_words_in_clear_are_turned_away(self):
        waybill = self.start(Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}})
        for version, spoken in (("-tls1_1", False), ("-tls1_2", True)):
            found = subprocess.run(
                ["openssl", "s_client", "-starttls", "smtp", version, "-cipher",
                 "ALL:@SECLEVEL=0", "-connect", f"127.0.0.1:{waybill.smtp_port}"], input=b"",
                capture_output=True, check=False)
            self.assertEqual(spoken, b"no peer certificate available" not in found.stdout, version)
        client = SmtpClient(waybill.smtp_port)
        self.addCleanup(client.close)
        client.hello()
        client.send(b"STARTTLS\r\n")
        client.read()
        client.send(b"EHLO in.clear.test\r\n" * 10)
        self.assertFalse(re.search(rb"250", client._socket.recv(1000)), "an alert, or nothing")


class OutgoingTest(TlsCase):
    def waybill(self, port, tls=None, of_hop=None):
        tables = {"tls": tls or {}}
        if of_hop:
            tables["next_hops"] = {"y.test": {"tls": of_hop}}
        return self.start(Waybill, {"x.test": {"aliases": {"a": f"good@y.test:{port}"},
                                               "redact": False}},
                          tables=tables, name_server=self.start(NameServer, {"y.test": ZONE}))

    def say(self, waybill):
        with waybill.client() as client:
            client.hello()
            return client.deliver("s@s.test", ["a@x.test"], message())

    @needs_servers("nsd")
    def test_tls_that_breaks_is_done_without_and_the_event_says_so(self):
        sink = self.start(RecordingSink)
        broken = self.start(Breaker, sink)
        waybill = self.waybill(broken.port)
        self.assertEqual(250, self.say(waybill).code)
        self.assertEqual((1, 1), (broken.handshakes, len(sink.mail())))
        hop = self.last(waybill, "a@x.test", "forwarded")["next_hop"]
        self.assertNotIn("tls", hop)
        self.assertTrue(hop["tls_failure"])

    @needs_servers("nsd")
    def test_where_it_is_required_a_next_hop_without_it_gets_no_mail(self):
        sink = self.start(RecordingSink)
        waybill = self.waybill(sink.port, of_hop="required")
        reply = self.say(waybill)
        self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced))
        self.assertIn("does not offer STARTTLS", reply.text)
        self.assertEqual("next-hop-tls", self.last(waybill, "a@x.test", "deferred")
                         ["rule"])
        self.assertEqual([], sink.mail())

    @needs_servers("nsd")
    @needs_servers("postfix", root=True)
    def test_postfix_is_trusted_by_its_name_or_gets_no_mail(self):
        chain, key = self.authority.issue("mx.y.test")
        other, other_key = self.authority.issue("mx.other.test")
        for files, outcome in (((chain, key), 250), ((other, other_key), 451)):
            postfix = self.start(Postfix, ["good@y.test"], extra={
                "smtpd_tls_security_level": "may", "smtpd_tls_received_header": "yes",
                "smtpd_tls_chain_files": f"{files[1]}, {files[0]}"})
            waybill = self.waybill(postfix.port, {"ca": str(self.authority.file)}, "verified")
            reply = self.say(waybill)
            self.assertEqual(outcome, reply.code, f"{reply}\n{postfix.log()}")
            if outcome == 451:
                self.assertIn("hostname mismatch", reply.text)
                continue
            [kept] = postfix.wait_for_mail("good@y.test")
            self.assertIn(b"using TLSv1.3 with cipher", kept)
            self.assertEqual("mx.y.test", self.last(waybill, "a@x.test", "forwarded")
                             ["next_hop"]["tls"]["verified_name"])


class BothSidesTest(TlsCase):
    @needs_servers("nsd")
    @needs_servers("postfix", root=True)
    def test_from_one_postfix_to_the_other(self):
        chain, key = self.authority.issue("mx.y.test")
        target = self.start(Postfix, ["good@y.test"], extra={
            "smtpd_tls_security_level": "encrypt",
            "smtpd_tls_chain_files": f"{key}, {chain}"})
        own, own_key = self.authority.issue("mx.x.test")
        waybill = self.start(
            Waybill, {"x.test": {"aliases": {"a": f"good@y.test:{target.port}"}}},
            tables={"tls": {"certificate": str(own), "key": str(own_key)}},
            name_server=self.start(NameServer, {"y.test": ZONE}))
        sender = self.start(Postfix, relayhost=f"[127.0.0.1]:{waybill.smtp_port}", extra={
            "smtp_tls_security_level": "secure", "smtp_tls_secure_cert_match": "mx.x.test",
            "smtp_tls_CAfile": str(self.authority.file), "smtp_tls_loglevel": "1"})
        with SmtpClient(sender.port) as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", ["a@x.test"], message()).code)
        wait_until(lambda: target.mail("good@y.test"), f"it arrives\n{sender.log()}", 60)
        self.assertIn("Verified TLS connection established to 127.0.0.1", sender.log())
        self.assertEqual([], sender.queued())


if __name__ == "__main__":
    unittest.main()
