"""OpenIdProvider: an OpenID provider as far as a verifier sees it: its configuration, its keys, and
tokens that it has signed. Keys and signatures are openssl's."""

import base64
import http.server
import json
import subprocess
import threading
import time


def _base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class OpenIdProvider:
    """`issuer` is its address on loopback. It counts how often its keys were fetched."""

    def __init__(self, directory, audience="waybill"):
        self._directory = directory
        self._audience = audience
        self._keys = {}
        self.fetched = 0
        self.new_key("first")
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.answer(self)

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
        if request.path == "/.well-known/openid-configuration":
            body = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        else:
            self.fetched += 1
            body = {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
                              "n": _base64url(modulus), "e": "AQAB"}
                             for kid, (_, modulus) in self._keys.items()]}
        octets = json.dumps(body).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(octets)))
        request.end_headers()
        request.wfile.write(octets)

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
