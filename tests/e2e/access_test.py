"""Who may ask, and who asked: tokens of the running program, through restarts and crashes; and each
answer on record before it leaves."""

import http.client
import json
import re
import ssl
import subprocess
import threading
import time
import unittest
import urllib.parse

from support.certificates import Authority
from support.feed_reader import Cut, FeedReader
from support.openid_provider import OpenIdProvider
from support.peers_case import PeersCase
from support.process import wait_until
from support.smtp_client import message
from support.waybill import Waybill, binary

OURS = "void@x.test"
OTHERS = "hole@y.test"


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


class AccessCase(PeersCase):
    tables = {}

    def setUp(self):
        super().setUp()
        self.waybill = self.start(Waybill, {
            "x.test": {"aliases": {"void": {"drop": True}}},
            "y.test": {"aliases": {"hole": {"drop": True}}}}, tables=self.tables)
        with self.waybill.client() as client:
            client.hello()
            for address in (OURS, OTHERS):
                client.deliver("ann@s.test", [address], message())

    def ask(self, target, token=None, method="GET", fields=()):
        """Status and object of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.waybill.http_port, timeout=20)
        headers = dict(fields) | (bearer(token) if token else {})
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, json.loads(body)

    def history(self, address, token=None, **parameters):
        query = urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)
        return self.ask(f"/v1/addresses/{urllib.parse.quote(address)}/history?{query}", token)

    def token(self, *options):
        """The text of a new one, as `waybill token create` prints it."""
        made = subprocess.run(
            [binary(), "token", "create", "-c", self.waybill.configuration, "--name", "desk",
             *options], capture_output=True, text=True, timeout=20, check=True)
        return made.stdout.strip()

    def accesses(self, **parameters):
        status, answer = self.ask("/v1/access?" + urllib.parse.urlencode(
            parameters, quote_via=urllib.parse.quote))
        self.assertEqual(status, 200, answer)
        return answer["accesses"]


class TokensTest(AccessCase):
    def test_a_token_sees_its_own_domains(self):
        token = self.token("--domain", "x.test")
        status, ours = self.history(OURS, token)
        self.assertEqual((status, len(ours["entries"])), (200, 2))
        _, others = self.history(OTHERS, token)
        _, nothing = self.history("nobody@z.test", token)
        self.assertEqual(others["entries"], [])
        self.assertEqual(set(others), set(nothing))
        _, sent = self.history("ann@s.test", token, role="sender")
        self.assertEqual({entry["alias"] for entry in sent["entries"]}, {OURS})
        for what in ("delivery_id", "message_id"):
            path = "deliveries" if what == "delivery_id" else "messages"
            unseen = self.history(OTHERS)[1]["entries"][0][what]
            self.assertEqual(self.ask(f"/v1/{path}/{unseen}", token)[0], 404)
            self.assertEqual(self.ask(f"/v1/{path}/{unseen}")[0], 200)
        _, counters = self.ask("/v1/domains/y.test/counters", token)
        self.assertEqual(counters["hours"], [])

    def test_a_feed_has_the_domains_of_its_token(self):
        token = self.token("--domain", "x.test", "--scope", "feed")
        with FeedReader(self.waybill.http_port, fields=bearer(token), after="start",
                        wait=1) as reader:
            lines = [line for line in reader.lines() if line.is_event]
        self.assertEqual({line.body["alias"] for line in lines}, {OURS})
        status, answer = self.history(OURS, token)
        self.assertEqual((status, answer["code"]), (403, "scope_missing"))

    def test_a_revoked_token_ends_at_once_and_for_good(self):
        token = self.token("--domain", "all", "--scope", "history", "--scope", "feed")
        number = token.split("_")[1]
        reader = FeedReader(self.waybill.http_port, fields=bearer(token), after="end")
        self.addCleanup(reader.close)
        code, said = self.waybill.run("token", "revoke", number)
        self.assertEqual(code, 0, said)
        self.assertEqual(self.history(OURS, token)[0], 401)
        begun = time.monotonic()
        with self.assertRaises(Cut):
            for _ in reader.lines():
                pass
        self.assertLess(time.monotonic() - begun, 16)
        for end in (self.waybill.stop, self.waybill.kill):
            end()
            self.waybill.start()
            wait_until(lambda: self.history(OURS, token)[0] != 503, "tokens are known")
            self.assertEqual(self.history(OURS, token)[0], 401)
        self.assertIn("revoked", self.waybill.run("token", "list")[1])

    def test_a_token_outlives_a_crash_and_lost_views(self):
        token = self.token("--domain", "x.test")
        revoked = self.token("--domain", "x.test")
        self.waybill.run("token", "revoke", revoked.split("_")[1])
        self.waybill.kill()
        subprocess.run(["rm", "-r", self.waybill.data / "views"], check=True)
        self.waybill.start()
        wait_until(lambda: self.history(OURS, token)[0] == 200, "the token counts again")
        self.assertEqual(self.history(OURS, revoked)[0], 401)
        self.assertEqual(len(self.history(OURS, token)[1]["entries"]), 2)

    def test_a_rotated_token_has_another_text(self):
        token = self.token("--domain", "x.test")
        number = token.split("_")[1]
        rotated = subprocess.run(
            [binary(), "token", "rotate", number, "--overlap", "3", "-c",
             self.waybill.configuration], capture_output=True, text=True, check=True,
            timeout=20).stdout.strip()
        self.assertEqual(self.history(OURS, rotated)[0], 200)
        self.assertEqual(self.history(OURS, token)[0], 200)
        wait_until(lambda: self.history(OURS, token)[0] == 401, "the overlap is over", 10)
        self.assertEqual(self.history(OURS, rotated)[0], 200)

    def test_no_file_and_no_log_line_has_a_text(self):
        texts = [self.token("--domain", "all") for _ in range(3)]
        for text in texts:
            self.history(OURS, text)
        self.waybill.stop()
        for text in texts:
            secret = text.split("_")[2]
            found = subprocess.run(["grep", "-rlF", secret, self.waybill.directory],
                                   capture_output=True, text=True, check=False)
            self.assertEqual(found.stdout, "")

    def test_the_owners_secret_is_for_its_owner(self):
        owner = self.waybill.data / "owner.token"
        self.assertEqual(owner.stat().st_mode & 0o777, 0o600)
        secret = owner.read_text().strip()
        self.assertEqual(self.ask("/v1/tokens", secret)[0], 200)
        self.waybill.restart()
        self.assertEqual(owner.read_text().strip(), secret)
        self.assertEqual(self.ask("/v1/tokens", secret[:-1] + "x")[0], 401)


class AccessesTest(AccessCase):
    def test_who_looked_at_what_is_told(self):
        token = self.token("--domain", "x.test")
        number = token.split("_")[1]
        self.history(OURS.upper(), token, reason="ticket 7")
        self.waybill.trace(OURS, "--reason", "ticket 8")
        wait_until(lambda: len(self.accesses(principal=f"token {number}")) > 0
                   and len(self.accesses(principal="local")) > 0, "the views")
        seen = [one for one in self.accesses(subject=OURS) if one["route"] != "/v1/access"]
        self.assertEqual([(one["principal"], one["reason"], one["rows"]) for one in seen],
                         [("local", "ticket 8", 2), (f"token {number}", "ticket 7", 2)])
        self.assertEqual(seen[1]["name"], "desk")
        self.assertEqual([one["subject"] for one in self.accesses(principal=f"token {number}")],
                         [OURS])
        code, said = self.waybill.run("access", "--subject", OURS)
        self.assertEqual(code, 0)
        self.assertIn("ticket 7", said)

    def test_pages_of_records_come_to_an_end(self):
        for _ in range(7):
            self.history(OURS)
        wait_until(lambda: len(self.accesses(principal="local", limit=500)) >= 7, "the views")
        seen, cursor = [], {}
        for _ in range(10):
            _, page = self.ask("/v1/access?" + urllib.parse.urlencode(
                {"limit": 3, "subject": OURS} | cursor))
            page["accesses"] = [one for one in page["accesses"]
                                if one["route"] != "/v1/access"]
            seen += page["accesses"]
            if "next_cursor" not in page:
                break
            cursor = {"cursor": page["next_cursor"]}
        self.assertEqual(len(seen), 7)
        self.assertEqual(len({one["event_id"] for one in seen}), 7)

    def test_an_answer_is_on_record_before_it_leaves(self):
        """Whatever a client has heard when the process dies is in the log of the next one."""
        heard = []
        for round_ in range(3):
            reasons = []

            def ask_on(number, round_=round_, reasons=reasons):
                count = 0
                while True:
                    reason = f"{round_}.{number}.{count}"
                    try:
                        status, _ = self.history(OURS, reason=reason)
                    except (OSError, http.client.HTTPException, ValueError):
                        return
                    if status == 200:
                        reasons.append(reason)
                    count += 1

            threads = [threading.Thread(target=ask_on, args=(n,)) for n in range(4)]
            for thread in threads:
                thread.start()
            wait_until(lambda reasons=reasons: len(reasons) > 40, "some answers")
            self.waybill.kill()
            for thread in threads:
                thread.join()
            self.waybill.start()
            heard += reasons
        recorded, cursor = set(), {}
        while True:
            _, page = self.ask("/v1/access?" + urllib.parse.urlencode({"limit": 500} | cursor))
            recorded |= {one.get("reason") for one in page["accesses"]}
            if "next_cursor" not in page:
                break
            cursor = {"cursor": page["next_cursor"]}
        self.assertEqual(set(heard) - recorded, set())

    def test_records_are_in_the_feed_of_those_who_may_see_them(self):
        self.history(OURS)
        with FeedReader(self.waybill.http_port, after="start", kind="access", wait=1) as reader:
            lines = [line for line in reader.lines() if line.is_event]
        self.assertEqual([line.body["access"]["subject"] for line in lines], [OURS])
        token = self.token("--domain", "all", "--scope", "feed")
        status, answer = self.ask("/v1/feed?kind=access", token)
        self.assertEqual((status, answer["code"]), (403, "scope_missing"))
        # Nothing but mail where nothing is asked for, and a wait that no question ends.
        begun = time.monotonic()
        with FeedReader(self.waybill.http_port, after="end", wait=2) as reader:
            self.assertEqual([line for line in reader.lines() if line.is_event], [])
        self.assertGreater(time.monotonic() - begun, 1.5)


class NobodyIsLocalTest(AccessCase):
    tables = {"http": {"local": "none"}}

    def test_this_machine_shows_a_token_too(self):
        status, answer = self.history(OURS)
        self.assertEqual((status, answer["code"]), (401, "credentials_missing"))
        token = self.token("--domain", "x.test")
        self.assertEqual(self.history(OURS, token)[0], 200)
        self.assertEqual(self.waybill.http.get("/livez").status, 200)


class PeopleTest(AccessCase):
    """Those whom an OpenID provider vouches for."""

    def setUp(self):
        PeersCase.setUp(self)
        self.provider = OpenIdProvider(self.directory)
        self.addCleanup(self.provider.stop)
        self.tables = {"http": {"oidc": {"issuer": self.provider.issuer, "audience": "waybill"}}}
        self.waybill = self.start(Waybill, {
            "x.test": {"aliases": {"void": {"drop": True}}},
            "y.test": {"aliases": {"hole": {"drop": True}}}}, tables=self.tables)
        with self.waybill.client() as client:
            client.hello()
            for address in (OURS, OTHERS):
                client.deliver("ann@s.test", [address], message())
        wait_until(lambda: self.history(OURS, self.token_of())[0] != 503, "the keys are there")

    def token_of(self, **claims):
        return self.provider.token(**{"scope": "openid waybill.history",
                                      "waybill_domains": ["x.test"]} | claims)

    def test_somebody_sees_what_their_claims_say(self):
        token = self.token_of(email="ann@x.test")
        self.assertEqual(len(self.history(OURS, token)[1]["entries"]), 2)
        self.assertEqual(self.history(OTHERS, token)[1]["entries"], [])
        self.assertEqual(self.history(OTHERS, self.token_of(waybill_domains="all"))[0], 200)
        self.assertEqual(self.history(OURS, self.token_of(scope="openid"))[0], 403)
        wait_until(lambda: len(self.accesses(principal="oidc ann")) > 4, "the views")
        names = {one.get("name") for one in self.accesses(principal="oidc ann")}
        self.assertIn("ann@x.test", names)

    def test_a_token_that_is_not_good_here_is_refused(self):
        good = self.token_of()
        header, body, signature = good.split(".")
        for token in (self.token_of(aud="other"), self.token_of(iss="http://127.0.0.1:1"),
                      self.token_of(exp=int(time.time()) - 120),
                      f"{header}.{body}.{signature[:-2]}AA", f"{header}.{body}."):
            self.assertEqual(self.history(OURS, token)[0], 401, token)
        self.assertEqual(self.history(OURS, good)[0], 200)
        self.assertNotIn(signature, self.waybill.output())

    def test_keys_change_and_a_provider_may_be_away(self):
        self.provider.new_key("second")
        token = self.token_of()
        self.assertEqual(self.history(OURS, token)[0], 401)
        # A minute after the last time at the earliest: who makes tokens up asks nothing of it.
        wait_until(lambda: self.history(OURS, token)[0] == 200, "the new key", 75)
        self.assertEqual(self.provider.fetched, 2)
        self.provider.stop()
        self.assertEqual(self.history(OURS, token)[0], 200)


class SignInTest(PeersCase):
    """What a browser is told of the way to a token; tests/dashboard goes it."""

    def setUp(self):
        super().setUp()
        self.provider = OpenIdProvider(self.directory)
        self.addCleanup(self.provider.stop)

    def start_waybill(self, **more):
        return self.start(Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}}, tables={
            "http": {"local": "none", "oidc": {
                "issuer": self.provider.issuer, "audience": "waybill", **more}}})

    def test_everybody_is_told_who_is_asked_for_a_token(self):
        waybill = self.start_waybill(client_id="pages", scopes=["email", "openid"],
                                     token="id_token", jwks=f"{self.provider.issuer}/keys")
        wait_until(lambda: b"_endpoint" in waybill.http.get("/v1/sign-in").body, "the endpoints")
        self.assertEqual(waybill.http.get("/v1/sign-in").json, {"oidc": {
            "issuer": self.provider.issuer, "client_id": "pages", "scope": "openid email",
            "token": "id_token", "authorization_endpoint": f"{self.provider.issuer}/authorize",
            "token_endpoint": f"{self.provider.issuer}/token",
            "authorization_response_iss_parameter_supported": True}})

    def test_without_a_client_and_without_pkce_nobody_signs_in_from_a_browser(self):
        waybill = self.start_waybill()
        wait_until(lambda: "keys of the OpenID provider were fetched" in waybill.output(), "keys")
        self.assertEqual(waybill.http.get("/v1/sign-in").json, {})
        self.provider.challenges = ["plain"]
        waybill = self.start_waybill(client_id="pages")
        wait_until(lambda: "no code challenge by S256" in waybill.output(), "the complaint")
        # Tokens that people have from elsewhere count all the same.
        wait_until(lambda: "keys of the OpenID provider were fetched" in waybill.output(), "keys")
        self.assertNotIn("token_endpoint", waybill.http.get("/v1/sign-in").json["oidc"])

    def test_no_browser_is_sent_to_an_endpoint_that_is_none(self):
        for name, url, complaint in (
                ("authorization_endpoint", "http://else.test/authorize", "is not https"),
                ("authorization_endpoint", "javascript:alert(1)", "is no URL"),
                ("token_endpoint", "https://else.test; script-src */token", "is no URL"),
                ("token_endpoint", None, "is no URL")):
            self.provider.said = {name: url}
            waybill = self.start_waybill(client_id="pages")
            wait_until(lambda: complaint in waybill.output(), f"{complaint}: {name} {url}")
            self.assertNotIn("token_endpoint", waybill.http.get("/v1/sign-in").json["oidc"])
            self.assertIn("connect-src 'self';",
                          waybill.http.get("/signed-in").headers["Content-Security-Policy"])


class SecuredWaybill(Waybill):
    """Its history is answered by TLS alone."""

    def wait_until_ready(self, seconds=20):
        wait_until(lambda: "answering" in self.output(), "it answers", seconds)


class SecuredTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)
        self.chain, self.key = self.authority.issue("localhost")
        self.waybill = self.start(
            SecuredWaybill, {"x.test": {"aliases": {"void": {"drop": True}}}},
            tables={"http": {"certificate": str(self.chain), "key": str(self.key)}})

    def get(self, target, fields=None):
        context = ssl.create_default_context(cafile=str(self.authority.file))
        connection = http.client.HTTPSConnection("localhost", self.waybill.http_port, timeout=20,
                                                 context=context)
        connection.request("GET", target, headers=fields or {})
        response = connection.getresponse()
        body = response.read()
        certificate = connection.sock.getpeercert()["serialNumber"] if connection.sock else None
        connection.close()
        return response.status, json.loads(body), certificate

    def test_history_is_answered_by_tls(self):
        status, answer, _ = self.get("/v1/addresses/void%40x.test/history")
        self.assertEqual((status, answer["entries"]), (200, []))
        code, said = self.waybill.run("token", "create", "--name", "n", "--domain", "all",
                                      "--ca", str(self.authority.file), "--server",
                                      f"https://localhost:{self.waybill.http_port}",
                                      "--token-file", str(self.waybill.data / "owner.token"))
        self.assertEqual(code, 0, said)
        token = re.search(r"^wbp_\w+$", said, re.MULTILINE).group()
        self.assertEqual(self.get("/v1/addresses/void%40x.test/history", bearer(token))[0], 200)

    def test_a_renewed_certificate_is_taken_up(self):
        before = self.get("/readyz")[2]
        self.authority.issue("localhost")
        wait_until(lambda: self.get("/readyz")[2] != before, "the new certificate", 20)


if __name__ == "__main__":
    unittest.main()
