"""OpenIdProvider: an OpenID provider as far as a verifier and a browser see it: its configuration,
its keys, tokens that it has signed, and the way to them by authorization code with PKCE (RFC 6749
4.1, RFC 7636), for one public client. Keys and signatures are openssl's."""

import base64
import hashlib
import html
import http.server
import json
import re
import secrets
import subprocess
import threading
import time
import urllib.parse

# What somebody may click at its door, and how its answer differs then.
ANSWERS = {
    "Let in": {},
    "Refuse": {"error": "access_denied"},
    "Let in, and take a while": {"code_seconds": -1},
    "Let in for a moment": {"seconds": -57},  # the leeway of the server is 60 s
    "Let in under another nonce": {"nonce": "another"},
    "Let in, and answer no page of others": {"cors": False},
    "Let in, and answer late": {"late_seconds": 20},
    "Let in, and hang up": {"hangs_up": True},
    "Let in, and answer nonsense": {"nonsense": True},
    "Answer another question": {"state": "another"},
    "Answer no question": {"state": None},
    "Answer as somebody else": {"iss": "https://else.test"},
    "Answer without a name": {"iss": None},
}


def _base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class OpenIdProvider:
    """`issuer` is its address on loopback. It counts how often its keys were fetched. `client`: the
    one whose browsers it signs in, with `redirect_uri` as it is registered; `person`: claims of
    whoever signs in."""

    def __init__(self, directory, audience="waybill"):
        self._directory = directory
        self._audience = audience
        self._keys = {}
        self.fetched = 0
        self.client = "waybill-pages"
        self.redirect_uri = ""
        self.person = {}
        self.challenges = ["S256"]
        self.said = {}  # members of its configuration, in the place of its own
        self._asked = {}  # by a name of the question: its parameters
        self._codes = {}  # what was asked for, what is answered, and until when
        self.new_key("first")
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.answer(self)

            def do_POST(self):
                try:
                    provider.answer_post(self)
                except BrokenPipeError:
                    pass  # nobody waits any more

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def new_key(self, kid):
        """From now on tokens are signed by it, and it alone is published."""
        path = self._directory / f"{kid}.key"
        subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True,
                       capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", path, "-noout", "-modulus"], check=True,
                                 capture_output=True, text=True).stdout.strip().split("=")[1]
        self._keys = {kid: (path, bytes.fromhex(modulus))}

    def answer(self, request):
        url = urllib.parse.urlsplit(request.path)
        parameters = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/.well-known/openid-configuration":
            _send_json(request, 200, {
                "issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys",
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "authorization_response_iss_parameter_supported": True,
                "code_challenge_methods_supported": self.challenges} | self.said)
        elif url.path == "/authorize":
            self._show_door(request, parameters)
        elif url.path == "/decide":
            self._decide(request, parameters)
        elif url.path == "/keys":
            self.fetched += 1
            _send_json(request, 200, {
                "keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
                          "n": _base64url(modulus), "e": "AQAB"}
                         for kid, (_, modulus) in self._keys.items()]})
        else:
            _send(request, 404, "text/plain", b"")

    def _show_door(self, request, asked):
        # RFC 6749 4.1.2.1: where the client or its address is wrong, nobody is sent there.
        if asked.get("client_id") != self.client or asked.get("redirect_uri") != self.redirect_uri:
            _send(request, 400, "text/plain", b"no such client, or none with this address")
            return
        wrong = {"response_type": asked.get("response_type") != "code",
                 "scope": "openid" not in asked.get("scope", "").split(),
                 "code_challenge_method": asked.get("code_challenge_method") != "S256",
                 "code_challenge": not re.fullmatch(r"[\w-]{43}", asked.get("code_challenge", ""))}
        if any(wrong.values()):
            self._send_back(request, asked, {"error": "invalid_request", "error_description":
                                             ", ".join(name for name in wrong if wrong[name])})
            return
        name = secrets.token_urlsafe()
        self._asked[name] = asked
        links = "".join(
            '<p><a href="/decide?'
            + html.escape(urllib.parse.urlencode({"asked": name, "how": how}))
            + f'">{how}</a></p>' for how in ANSWERS)
        _send(request, 200, "text/html", f"<!doctype html><title>Door</title>{links}".encode())

    def _decide(self, request, parameters):
        asked = self._asked.pop(parameters["asked"])
        how = ANSWERS[parameters["how"]]
        if "error" in how:
            self._send_back(request, asked, {"error": how["error"],
                                             "error_description": "Somebody said <no>."})
            return
        code = secrets.token_urlsafe()
        self._codes[code] = asked, how, time.monotonic() + how.get("code_seconds", 60)
        changed = {name: how[name] for name in ("state", "iss") if name in how}
        self._send_back(request, asked, {"code": code, "session_state": "x.y"} | changed)

    def _send_back(self, request, asked, answer):
        fields = {"iss": self.issuer, "state": asked["state"]} | answer
        query = urllib.parse.urlencode(
            {name: value for name, value in fields.items() if value is not None})
        request.send_response(302)
        request.send_header("Location", f"{asked['redirect_uri']}?{query}")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def answer_post(self, request):
        octets = request.rfile.read(int(request.headers["Content-Length"]))
        form = dict(urllib.parse.parse_qsl(octets.decode()))
        # A code counts once, whoever shows it (RFC 6749 4.1.2).
        asked, how, until = self._codes.pop(form.get("code"), ({}, {}, 0))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_good = (request.path == "/token" and form.get("grant_type") == "authorization_code"
                   and form.get("client_id") == self.client == asked.get("client_id")
                   and form.get("redirect_uri") == asked.get("redirect_uri")
                   and _base64url(digest) == asked.get("code_challenge")
                   and time.monotonic() < until)
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(self.redirect_uri))
        allowed = {}
        if request.headers["Origin"] == origin and how.get("cors", True):
            allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        time.sleep(how.get("late_seconds", 0))
        if how.get("hangs_up"):
            return
        if how.get("nonsense"):
            _send(request, 200, "application/json", b"<html>", allowed)
            return
        if not is_good:
            _send_json(request, 400, {"error": "invalid_grant"}, allowed)
            return
        ends = {"exp": int(time.time()) + how.get("seconds", 3600)}
        own = {"aud": self.client, "nonce": how.get("nonce", asked.get("nonce"))}
        _send_json(request, 200, {
            "token_type": "Bearer", "access_token": self.token(**self.person, **ends),
            "id_token": self.token(**{"email": "ann@x.test"}, **own, **ends)}, allowed)

    def token(self, **claims):
        """RS256, good for an hour unless `claims` say otherwise."""
        (kid, (path, _)), = self._keys.items()
        body = {"iss": self.issuer, "aud": self._audience, "sub": "ann",
                "exp": int(time.time()) + 3600} | claims
        signed = ".".join(_base64url(json.dumps(part).encode())
                          for part in ({"alg": "RS256", "kid": kid}, body))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", path],
                                   input=signed.encode(), check=True, capture_output=True).stdout
        return f"{signed}.{_base64url(signature)}"


def _send(request, status, content_type, octets, fields=None):
    request.send_response(status)
    request.send_header("Content-Type", content_type)
    request.send_header("Content-Length", str(len(octets)))
    request.send_header("Cache-Control", "no-store")
    for name, value in (fields or {}).items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(octets)


def _send_json(request, status, value, fields=None):
    _send(request, status, "application/json", json.dumps(value).encode(), fields)
