"""SubmissionServer: a sink that speaks TLS, asks for a log-in, and offers REQUIRETLS, as strictly
as the RFCs have it: what they do not allow is refused, so that no client gets away with it."""

import base64
import json
import ssl

from support.recording_sink import Dialogue, RecordingSink

# RFC 4954 4: of the AUTH command, CRLF included.
_LONGEST_COMMAND = 512
_CLEAR = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")


class _Refused(Exception):
    """The reply that ends a log-in."""


class _Session(Dialogue):
    def setup(self):
        self.secure = False
        if self.server_sink.from_start:
            self.request = self._over_tls(self.request)
        super().setup()
        self._forget()

    def finish(self):
        super().finish()
        self.connection.close()

    def _over_tls(self, connection):
        self.secure = True
        return self.server_sink.context.wrap_socket(connection, server_side=True)

    def _forget(self):
        self.sender = None
        self.recipients = []
        self.greeted = False
        self.user = None

    def obey(self, command):
        word = command.split(" ")[0].upper()
        if word == "EHLO":
            self.greeted = True
            self._hello()
        elif word == "STARTTLS":
            self._starttls()
        elif word == "AUTH":
            self._auth(command)
        elif word == "MAIL":
            refusal = self._refusal_of_mail(command)
            if not refusal:
                return super().obey(command)
            self.say(refusal)
        else:
            return super().obey(command)
        return True

    def _hello(self):
        sink = self.server_sink
        words = [*_CLEAR, *(sink.offers_secure if self.secure else sink.offers_clear)]
        if self.secure and sink.logins_of:
            words.append("AUTH " + " ".join(sink.mechanisms))
        lines = ["sink.test", *words]
        self.wfile.write("".join(f"250{'-' if number < len(lines) else ' '}{line}\r\n"
                                 for number, line in enumerate(lines, 1)).encode())

    def _starttls(self):
        if self.secure or "STARTTLS" not in self.server_sink.offers_clear:
            self.say("502 5.5.1 No STARTTLS here")
            return
        self.say("220 2.0.0 Go on")
        # What came in clear behind the command is in rfile, which is left behind (RFC 3207 4.2).
        self.connection = self.request = self._over_tls(self.connection)
        self.rfile = self.connection.makefile("rb", self.rbufsize)
        self.wfile = self.connection.makefile("wb", 0)
        self._forget()

    def _refusal_of_mail(self, command):
        sink, words = self.server_sink, command.upper().split(" ")
        if not self.greeted:
            return "503 5.5.1 EHLO first"  # RFC 3207 4.2: again behind STARTTLS
        if sink.logins_of and not self.user:
            return "530 5.7.0 Authentication required"  # RFC 4954 6
        offered = self.secure and "REQUIRETLS" in sink.offers_secure
        if "REQUIRETLS" in words and not offered:
            return "555 5.5.4 REQUIRETLS is not known"
        return None

    def _auth(self, command):
        sink = self.server_sink
        word, _, first = command[len("AUTH "):].partition(" ")
        try:
            if not self.greeted or self.user:
                raise _Refused("503 5.5.1 Not now")
            if not self.secure:
                raise _Refused("538 5.7.11 Encryption required")
            if word not in sink.mechanisms or not sink.logins_of:
                raise _Refused("504 5.5.4 No such mechanism")
            if len(command) + 2 > _LONGEST_COMMAND:
                raise _Refused("500 5.5.6 Authentication exchange line is too long")
            octets = _decoded(first) if first else _decoded(self._challenge(""))
            self.user = {"PLAIN": self._plain, "OAUTHBEARER": self._oauthbearer,
                         "XOAUTH2": self._xoauth2}[word](octets)
            sink.logins.append((word, self.user))
            self.say("235 2.7.0 Welcome")
        except _Refused as refused:
            self.say(str(refused))

    def _challenge(self, text):
        """What is answered to it, still in base64."""
        self.say(f"334 {base64.b64encode(text.encode()).decode()}")
        line = self.rfile.readline()
        self.server_sink.commands.append(line)
        answer = line.decode("ascii", "replace").rstrip("\r\n")
        if answer == "*":
            raise _Refused("501 5.7.0 Cancelled")  # RFC 4954 4
        return answer

    def _judged(self, user, secret):
        if self.server_sink.logins_of.get(user) != secret:
            return None
        return user

    def _refusal(self, secret):
        return _Refused(self.server_sink.refusal.format(secret=secret))

    def _plain(self, octets):
        acts_as, user, secret = octets.decode().split("\0")
        if acts_as not in ("", user) or not self._judged(user, secret):
            raise self._refusal(secret)
        return user

    def _oauthbearer(self, octets):
        """RFC 7628 3.1."""
        header, *pairs, last, end = octets.decode().split("\x01")
        values = dict(pair.split("=", 1) for pair in pairs)
        binding, name, nothing = header.split(",")
        whole = (binding, nothing, last, end, name[:2]) == ("n", "", "", "", "a=")
        if not whole or values.keys() != {"host", "port", "auth"}:
            raise _Refused("501 5.5.2 Malformed")
        sink = self.server_sink
        user = name[2:].replace("=2C", ",").replace("=3D", "=")
        token = _bearer(values["auth"])
        here = (values["host"], values["port"]) == (sink.host_name, str(sink.port))
        if not here or not self._judged(user, token):
            # RFC 7628 3.2.3: the reason, and what the client owes for it.
            self._owed("AQ==", {"status": "invalid_token"})
            raise self._refusal(token)
        return user

    def _xoauth2(self, octets):
        """As Google has it."""
        named, bearer, *end = octets.decode().split("\x01")
        if end != ["", ""] or not named.startswith("user=") or not bearer.startswith("auth="):
            raise _Refused("501 5.5.2 Malformed")
        user, token = named.removeprefix("user="), _bearer(bearer.removeprefix("auth="))
        if not self._judged(user, token):
            self._owed("", {"status": "400", "schemes": "Bearer"})
            raise self._refusal(token)
        return user

    def _owed(self, answer, reason):
        if self._challenge(json.dumps(reason)) != answer:
            raise _Refused("501 5.5.2 That is not how a refusal is read")


def _decoded(text):
    if text == "=":
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as failure:
        raise _Refused("501 5.5.2 No base64") from failure


def _bearer(text):
    scheme, _, token = text.partition(" ")
    if scheme != "Bearer":
        raise _Refused("501 5.5.2 No bearer token")
    return token


class SubmissionServer(RecordingSink):
    """`certificate`: chain and key. TLS is there from the first octet on (`from_start`), or by
    STARTTLS. `offers_clear` and `offers_secure` are what EHLO offers beside the usual before and
    behind it. With `logins_of` ({"relay": secret}) mail is taken behind a log-in alone, by one of
    `mechanisms`; `logins` are those that succeeded, and `refusal` answers others, as which it may
    repeat the "{secret}". `host_name`, and its port, are what OAUTHBEARER is to name."""

    dialogue = _Session

    def __init__(self, directory=None, *, certificate, host_name="mx.y.test", from_start=False,
                 offers_clear=("STARTTLS",), offers_secure=(), logins_of=None,
                 mechanisms=("PLAIN", "OAUTHBEARER", "XOAUTH2"), **more):
        super().__init__(directory, **more)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.host_name = host_name
        self.from_start = from_start
        self.offers_clear = offers_clear
        self.offers_secure = offers_secure
        self.logins_of = logins_of or {}
        self.mechanisms = mechanisms
        self.logins = []
        self.refusal = "535 5.7.8 Not known here"

    def heard(self, word):
        """The lines that begin so."""
        return [line.decode("utf-8", "replace").rstrip("\r\n") for line in list(self.commands)
                if line.upper().startswith(word.upper().encode())]
