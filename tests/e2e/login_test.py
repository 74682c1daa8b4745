"""A log-in at a next hop, and a smarthost, with Exim as the server that asks for one."""

import os
import unittest

from support.certificates import Authority
from support.exim import Exim
from support.name_server import NameServer
from support.peers_case import PeersCase, needs
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.verdicts import history
from support.waybill import Waybill, binary

ZONE = "@ IN MX 10 mx\nmx IN A 127.0.0.1\n"
PASSWORD = "tanstaaf=tanstaaf"


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl")
@needs_servers("nsd")
@needs_servers("exim4", root=True)
class LoginTest(PeersCase):
    def setUp(self):
        super().setUp()
        authority = Authority(self.directory)
        self.trusted = {"ca": str(authority.file), "mta_sts": False}
        self.behind = self.start(RecordingSink)
        self.exim = self.start(
            Exim, routes={"y.test": ("127.0.0.1", self.behind.port),
                          "z.test": ("127.0.0.1", self.behind.port)},
            host_name="mx.y.test", port=free_port(), login=("relay", PASSWORD),
            certificate=authority.issue("mx.y.test"))
        self.password = self.directory / "password"
        self.write_password(PASSWORD)

    def write_password(self, password, mode=0o600):
        fresh = self.directory / "password.new"
        fresh.write_text(password + "\n")
        fresh.chmod(mode)
        os.replace(fresh, self.password)

    def login(self, **more):
        return {"user": "relay", "password_file": str(self.password), **more}

    def waybill(self, tables, target=None):
        port = self.exim.port
        return self.start(
            Waybill, {"x.test": {"aliases": {"a": target or f"good@y.test:{port}"},
                                 "redact": False}},
            tables={"tls": self.trusted, **tables},
            name_server=self.start(NameServer, {"y.test": ZONE, "z.test": "", "s.test": ""}))

    def say(self, waybill):
        with waybill.client() as client:
            client.hello()
            return client.deliver("s@s.test", ["a@x.test"], message())

    def next_hop(self, waybill, kind):
        entry = [e for e in history(waybill, "a@x.test") if e["kind"] == kind][-1]
        events = waybill.http.get(f"/v1/messages/{entry['message_id']}").json["events"]
        return [e for e in events if e["kind"] == kind][-1][kind]

    def no_secret_in(self, waybill, *texts):
        for text in (waybill.output(), str(history(waybill, "a@x.test")), *texts):
            self.assertNotIn("tanstaaf", text)

    def test_exim_takes_mail_of_whom_it_knows_by_each_mechanism(self):
        for mechanism in ("PLAIN", "LOGIN"):
            waybill = self.waybill({"next_hops": {"y.test": self.login(mechanisms=[mechanism])}})
            reply = self.say(waybill)
            self.assertEqual(250, reply.code, f"{reply}\n{self.exim.log()}")
            self.assertIn(f"A={mechanism.lower()}:relay", self.exim.log())
            hop = self.next_hop(waybill, "forwarded")["next_hop"]
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
        self.write_password("wrong")
        waybill = self.waybill({"next_hops": {"y.test": self.login()}})
        reply = self.say(waybill)
        self.assertEqual((451, "4.7.0"), (reply.code, reply.enhanced), self.exim.log())
        self.assertIn("535", reply.text)
        self.assertEqual("next-hop-login", self.next_hop(waybill, "deferred")["rule"])
        # Exim says it in two logs.
        tries = self.exim.log().count("authenticator failed")
        self.assertEqual(2, tries)
        self.assertEqual(451, self.say(waybill).code)
        self.assertEqual(tries, self.exim.log().count("authenticator failed"), "it rests")
        self.assertIn("a next hop refuses our log-in", waybill.output())
        self.write_password(PASSWORD)
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
        self.password.chmod(0o640)
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
        self.assertEqual("PLAIN", self.next_hop(waybill, "forwarded")["next_hop"]["login"])
        waybill.stop()
        waybill = self.waybill(tables, target=f"c@[127.0.0.1]:{direct.port}")
        self.assertEqual(250, self.say(waybill).code)
        self.assertEqual(1, len(direct.mail()))
        code, said = waybill.run("doctor")
        self.assertIn(f"mx.y.test at 127.0.0.1:{self.exim.port}", said, code)


if __name__ == "__main__":
    unittest.main()
