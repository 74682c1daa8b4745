"""A log-in at a next hop, and a smarthost: with Exim as the server that asks for one, and with one
of the tests' own that says of a token what the RFCs have it say, and tells what it heard."""

import base64
import os
import unittest

from support.certificates import Authority
from support.exim import Exim
from support.name_server import NameServer
from support.network import Network
from support.peers_case import PeersCase, needs
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.submission_server import SubmissionServer
from support.verdicts import history
from support.waybill import Waybill, binary

ZONE = "@ IN MX 10 mx\nmx IN A 127.0.0.1\n"
PASSWORD = "tanstaaf=tanstaaf"
TOKEN = "ya29.tanstaaf-tanstaaf/tanstaaf~tanstaaf+tanstaaf=="
SUBMISSIONS = 465


class LoginCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)
        self.trusted = {"ca": str(self.authority.file), "mta_sts": False}
        self.secret = self.directory / "secret"

    def write_secret(self, secret, mode=0o600):
        fresh = self.directory / "secret.new"
        fresh.write_text(secret + "\n")
        fresh.chmod(mode)
        os.replace(fresh, self.secret)

    def waybill(self, tables, target, zone=ZONE):
        return self.start(
            Waybill, {"x.test": {"aliases": {"a": target}, "redact": False}},
            tables={"tls": self.trusted, **tables},
            name_server=self.start(NameServer, {"y.test": zone, "z.test": "", "s.test": ""}))

    def say(self, waybill):
        with waybill.client() as client:
            client.hello()
            reply = client.deliver("s@s.test", ["a@x.test"], message())
        self.assertNotIn("tanstaaf", reply.text)
        return reply

    def event(self, waybill, kind):
        """The last of that kind."""
        entry = [e for e in history(waybill, "a@x.test") if e["kind"] == kind][-1]
        events = waybill.http.get(f"/v1/messages/{entry['message_id']}").json["events"]
        return [e for e in events if e["kind"] == kind][-1][kind]

    def no_secret_in(self, waybill, *texts, lines=()):
        """Whatever it says or keeps; `lines` are those of its dialogue that a secret is in."""
        entries = history(waybill, "a@x.test")
        told = [waybill.output(), str(entries), waybill.http.get("/metrics").body.decode(), *texts]
        told += [waybill.http.get(f"/v1/messages/{one}").body.decode()
                 for one in {entry["message_id"] for entry in entries}]
        told += [path.read_bytes().decode("latin-1")
                 for path in waybill.data.rglob("*") if path.is_file()]
        for text in told:
            for secret in ("tanstaaf", *lines):
                self.assertNotIn(secret, text)


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl")
@needs_servers("nsd")
@needs_servers("exim4", root=True)
class LoginTest(LoginCase):
    def setUp(self):
        super().setUp()
        self.behind = self.start(RecordingSink)
        self.exim = self.start_exim(login=("relay", PASSWORD))
        self.write_secret(PASSWORD)

    def start_exim(self, **more):
        options = {"port": free_port(), "certificate": self.authority.issue("mx.y.test"), **more}
        return self.start(Exim, routes={"y.test": ("127.0.0.1", self.behind.port),
                                        "z.test": ("127.0.0.1", self.behind.port)},
                          host_name="mx.y.test", **options)

    def login(self, **more):
        return {"user": "relay", "password_file": str(self.secret), **more}

    def waybill(self, tables, target=None, **more):
        return super().waybill(tables, target or f"good@y.test:{self.exim.port}", **more)

    def test_exim_takes_mail_of_whom_it_knows_by_each_mechanism(self):
        for mechanism in ("PLAIN", "LOGIN"):
            waybill = self.waybill({"next_hops": {"y.test": self.login(mechanisms=[mechanism])}})
            reply = self.say(waybill)
            self.assertEqual(250, reply.code, f"{reply}\n{self.exim.log()}")
            self.assertIn(f"A={mechanism.lower()}:relay", self.exim.log())
            hop = self.event(waybill, "forwarded")["next_hop"]
            self.assertEqual((mechanism, "mx.y.test"), (hop["login"], hop["tls"]["verified_name"]))
            code, said = waybill.run("check")
            self.assertEqual(0, code, said)
            self.no_secret_in(waybill, said)
            waybill.stop()

    def test_without_a_login_it_takes_none_and_nothing_bounces(self):
        waybill = self.waybill({})
        self.assertEqual(550, self.say(waybill).code, "Exim's own word for it")
        self.assertEqual([], self.behind.mail())

    def test_a_wrong_password_is_ours_to_mend_and_is_taken_up_when_it_is(self):
        self.write_secret("wrong")
        waybill = self.waybill({"next_hops": {"y.test": self.login()}})
        reply = self.say(waybill)
        self.assertEqual((451, "4.7.0"), (reply.code, reply.enhanced), self.exim.log())
        self.assertIn("535", reply.text)
        self.assertEqual("next-hop-login", self.event(waybill, "deferred")["rule"])
        # Exim says it in two logs.
        tries = self.exim.log().count("authenticator failed")
        self.assertEqual(2, tries)
        self.assertEqual(451, self.say(waybill).code)
        self.assertEqual(tries, self.exim.log().count("authenticator failed"), "it rests")
        self.assertIn("a next hop refuses our log-in", waybill.output())
        self.write_secret(PASSWORD)
        wait_until(lambda: "has changed" in waybill.output(), "the new password is read", 30)
        self.assertEqual(250, self.say(waybill).code, self.exim.log())
        self.no_secret_in(waybill)

    def test_a_server_that_is_not_the_one_hears_no_password(self):
        waybill = self.waybill({"next_hops": {"y.test": self.login()}, "tls": {"mta_sts": False}})
        reply = self.say(waybill)
        self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced))
        self.assertNotIn("authenticator", self.exim.log())

    def test_a_password_that_others_may_read_is_refused_at_the_start(self):
        waybill = self.waybill({"next_hops": {"y.test": self.login()}})
        waybill.stop()
        self.secret.chmod(0o640)
        code, said = waybill.run("check")
        self.assertEqual(3, code, said)
        self.assertIn("chmod 600 it", said)
        waybill.spawn()
        self.assertEqual(3, waybill.wait())

    def test_a_smarthost_takes_all_mail_but_that_of_the_domains_that_are_excepted(self):
        direct = self.start(RecordingSink)
        tables = {"smarthost": self.login(host="mx.y.test", port=self.exim.port,
                                          **{"except": ["[127.0.0.1]"]})}
        waybill = self.waybill(tables, target="b@z.test")
        self.assertEqual(250, self.say(waybill).code, self.exim.log())
        wait_until(self.behind.mail, f"it is passed on\n{self.exim.log()}", 60)
        self.assertEqual(["b@z.test"], list(self.behind.mail()[0].recipients))
        self.assertEqual("PLAIN", self.event(waybill, "forwarded")["next_hop"]["login"])
        waybill.stop()
        waybill = self.waybill(tables, target=f"c@[127.0.0.1]:{direct.port}")
        self.assertEqual(250, self.say(waybill).code)
        self.assertEqual(1, len(direct.mail()))
        code, said = waybill.run("doctor")
        self.assertIn(f"mx.y.test at 127.0.0.1:{self.exim.port}", said, code)

    def test_exim_takes_a_token_by_each_mechanism(self):
        self.exim = self.start_exim(token_of=("relay", TOKEN))
        self.write_secret(TOKEN)
        for mechanism in ("OAUTHBEARER", "XOAUTH2"):
            waybill = self.waybill({"next_hops": {"y.test": {
                "user": "relay", "token_file": str(self.secret), "mechanisms": [mechanism]}}})
            self.assertEqual(250, self.say(waybill).code, self.exim.log())
            self.assertIn(f"A={mechanism.lower()}:relay", self.exim.log())
            self.assertEqual(mechanism, self.event(waybill, "forwarded")["next_hop"]["login"])
            self.no_secret_in(waybill)
            waybill.stop()
        self.write_secret("stale")
        waybill = self.waybill({"next_hops": {"y.test": {
            "user": "relay", "token_file": str(self.secret)}}})
        reply = self.say(waybill)
        self.assertEqual((451, "4.7.0"), (reply.code, reply.enhanced), self.exim.log())

    def test_at_port_465_of_a_smarthost_tls_comes_before_the_greeting(self):
        address = Network("smart")["smart"]
        zone = f"smart IN A {address}\n"
        self.exim = self.start_exim(login=("relay", PASSWORD), address=address, port=SUBMISSIONS,
                                    certificate=self.authority.issue("smart.y.test"),
                                    tls_at_once=True)
        tables = {"smarthost": self.login(host="smart.y.test", port=SUBMISSIONS)}
        waybill = self.waybill(tables, "b@z.test", zone=zone)
        reply = self.say(waybill)
        self.assertEqual(250, reply.code, f"{reply}\n{self.exim.log()}")
        wait_until(self.behind.mail, f"it is passed on\n{self.exim.log()}", 60)
        self.assertRegex(self.exim.log(), r"P=esmtpsa X=TLS1\.3.* A=plain:relay")
        hop = self.event(waybill, "forwarded")["next_hop"]
        self.assertEqual(("PLAIN", "smart.y.test", "pkix"), (
            hop["login"], hop["tls"]["verified_name"], hop["tls"]["verified_by"]))
        code, said = waybill.run("doctor")
        self.assertIn(f"smart.y.test at {address}:{SUBMISSIONS}", said, code)
        self.no_secret_in(waybill, said)
        # Another server's certificate, and a server that speaks first and in clear. The connection
        # that Exim keeps open when it ends is not for these.
        self.exim.stop()
        waybill.stop()
        for start in (
                lambda: self.start_exim(login=("relay", PASSWORD), address=address,
                                        port=SUBMISSIONS, tls_at_once=True),
                lambda: self.start(RecordingSink, address=address, port=SUBMISSIONS)):
            other = start()
            waybill = self.waybill(tables, "b@z.test", zone=zone)
            reply = self.say(waybill)
            self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
            if isinstance(other, RecordingSink):
                self.assertNotIn(b"EHLO", b"".join(other.commands), "nothing is said in clear")
            else:
                self.assertNotIn("A=plain", other.log())
            other.stop()
            self.no_secret_in(waybill)


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl")
@needs_servers("nsd")
class TokenTest(LoginCase):
    USER = "tim,o=relay@y.test"  # "," and "=" have a meaning of their own (RFC 5801 4)

    def setUp(self):
        super().setUp()
        self.write_secret(TOKEN)
        self.server = self.start_server()

    def start_server(self, **more):
        return self.start(SubmissionServer, certificate=self.authority.issue("mx.y.test"),
                          logins_of={self.USER: TOKEN}, **more)

    def relay(self, **more):
        return self.waybill({"next_hops": {"y.test": {
            "user": self.USER, "token_file": str(self.secret), **more}}},
            f"good@y.test:{self.server.port}")

    def secret_lines(self):
        """What was told in base64: by AUTH, or in answer to a challenge."""
        told = [line.decode().split() for line in self.server.commands]
        return {words[-1] for words in told
                if words[:1] == ["AUTH"] and len(words) == 3
                or len(words) == 1 and len(words[0]) > len(TOKEN)}

    def test_the_strongest_mechanism_that_is_offered_is_taken(self):
        for offered, taken in ((("PLAIN", "XOAUTH2", "OAUTHBEARER"), "OAUTHBEARER"),
                               (("XOAUTH2", "PLAIN"), "XOAUTH2")):
            with self.subTest(offered=offered):
                self.server = self.start_server(mechanisms=offered)
                waybill = self.relay()
                self.assertEqual(250, self.say(waybill).code, self.server.commands)
                self.assertEqual([(taken, self.USER)], self.server.logins)
                self.assertEqual(250, self.say(waybill).code)
                self.assertEqual([(taken, self.USER)], self.server.logins, "once a connection")
                self.assertEqual(2, len(self.server.mail()))
                self.assertEqual(taken, self.event(waybill, "forwarded")["next_hop"]["login"])
                self.assertEqual(1, len(self.secret_lines()))
                self.no_secret_in(waybill, lines=self.secret_lines())

    def test_a_token_that_is_longer_than_a_command_goes_behind_it(self):
        token = "tanstaaf" * 900
        self.write_secret(token)
        self.server.logins_of[self.USER] = token
        for mechanism in ("OAUTHBEARER", "XOAUTH2"):
            with self.subTest(mechanism=mechanism):
                waybill = self.relay(mechanisms=[mechanism])
                self.assertEqual(250, self.say(waybill).code)
                self.assertEqual((mechanism, self.USER), self.server.logins[-1])
                self.assertEqual(f"AUTH {mechanism}", self.server.heard("AUTH")[-1])
                self.no_secret_in(waybill, lines=self.secret_lines())

    def test_a_token_that_has_ended_is_read_anew_and_nothing_bounces(self):
        for mechanism in ("OAUTHBEARER", "XOAUTH2"):
            with self.subTest(mechanism=mechanism):
                self.write_secret("tanstaaf-of-yesterday")
                waybill = self.relay(mechanisms=[mechanism])
                before = len(self.server.heard("AUTH"))
                reply = self.say(waybill)
                self.assertEqual((451, "4.7.0"), (reply.code, reply.enhanced), reply)
                # The server gives its last word to a client alone that has read the one before.
                self.assertIn("535 5.7.8 Not known here", reply.text)
                deferred = self.event(waybill, "deferred")
                self.assertEqual("next-hop-login", deferred["rule"])
                self.assertEqual(451, self.say(waybill).code)
                self.assertEqual(before + 1, len(self.server.heard("AUTH")), "it rests")
                self.write_secret(TOKEN)
                wait_until(lambda: "has changed" in waybill.output(), "the new token is read", 30)
                self.assertEqual(250, self.say(waybill).code)
                self.no_secret_in(waybill, lines=self.secret_lines())

    def test_a_server_that_repeats_the_token_is_not_quoted(self):
        self.write_secret("tanstaaf-of-yesterday")
        whole = base64.b64encode(b"tanstaaf-of-yesterday").decode()
        for refusal in ("535 5.7.8 {secret} has ended", "535 5.7.8 TANSTAAF-OF-YEST",
                        f"454 4.7.0 {{secret}} {whole}"):
            with self.subTest(refusal=refusal):
                self.server.refusal = refusal
                waybill = self.relay()
                reply = self.say(waybill)
                self.assertEqual(451, reply.code)
                self.assertNotIn("tanstaaf", reply.text.lower())
                self.no_secret_in(waybill, reply.text, lines=("TANSTAAF", whole))
                waybill.stop()

    def test_behind_the_log_in_neither(self):
        for at_rcpt, at_body in ((f"550 5.7.1 {TOKEN}", None), (None, f"554 5.7.1 {TOKEN}")):
            with self.subTest(at_rcpt=at_rcpt, at_body=at_body):
                self.server = self.start_server(
                    at_rcpt=at_rcpt and {"good@y.test": at_rcpt},
                    at_body=at_body and {"good@y.test": at_body})
                waybill = self.relay()
                self.assertGreaterEqual(self.say(waybill).code, 400)
                self.assertEqual(1, len(self.server.logins))
                self.no_secret_in(waybill, lines=self.secret_lines())

    def test_a_server_without_tls_or_of_another_name_hears_no_token(self):
        for more in ({"offers_clear": ("AUTH OAUTHBEARER XOAUTH2 PLAIN",)},
                     {"certificate": self.authority.issue("mx.other.test")}):
            with self.subTest(more=more):
                self.server = self.start(SubmissionServer, **{
                    "certificate": self.authority.issue("mx.y.test"),
                    "logins_of": {self.USER: TOKEN}, **more})
                reply = self.say(self.relay())
                self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
                self.assertEqual([], self.server.heard("AUTH"))

    @unittest.skipUnless(os.geteuid() == 0, "port 465 is root's")
    def test_at_port_465_of_a_smarthost_a_token_is_for_that_host_and_port(self):
        address = Network("smart")["smart"]
        self.server = self.start(
            SubmissionServer, certificate=self.authority.issue("smart.y.test"),
            logins_of={self.USER: TOKEN}, host_name="smart.y.test", from_start=True,
            address=address, port=SUBMISSIONS)
        waybill = self.waybill({"smarthost": {
            "host": "smart.y.test", "port": SUBMISSIONS, "user": self.USER,
            "token_file": str(self.secret)}}, "b@z.test", zone=f"smart IN A {address}\n")
        self.assertEqual(250, self.say(waybill).code, self.server.commands)
        self.assertEqual([("OAUTHBEARER", self.USER)], self.server.logins)
        self.assertEqual([], self.server.heard("STARTTLS"))
        self.no_secret_in(waybill, lines=self.secret_lines())


if __name__ == "__main__":
    unittest.main()
