"""RecordClient: an SMTP client whose TLS records are at hand: a test may cut or alter what is
sealed before it goes out. ClearHandshake: the beginning of TLS 1.2, with octets of the test's own
in it."""

import ssl
import struct

from support.smtp_client import SmtpClient

ALERT, HANDSHAKE = 21, 22
FATAL = 2
UNEXPECTED_MESSAGE = 10
_SERVER_HELLO_DONE = 14


def trusting(version=None):
    """A context that takes any certificate; `version`: that one alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def client_hello(version=None):
    """A first flight, in its record."""
    return _Sealed(None, version).first_flight()


class RecordClient(SmtpClient):
    """`starttls`: else TLS stands from the first octet on. `plain` is the socket below."""

    def __init__(self, port, *, starttls, version=None):
        super().__init__(port, greet=starttls)
        if starttls:
            self.hello()
            if self.command("STARTTLS").code != 220:
                raise RuntimeError(f"no STARTTLS: {self.replies[-1]}")
        self.plain = self._socket
        self._socket = _Sealed(self.plain, version)
        self._socket.shake_hands()
        if not starttls:
            self.greeting = self.read()

    def seal(self, octets):
        """The records that carry them, which are to go out in this order."""
        return self._socket.seal(octets)

    def close_notify(self):
        """The record that ends what this side says (RFC 8446 6.1)."""
        return self._socket.close_notify()

    @property
    def alert(self):
        """What ended TLS, in OpenSSL's words; None: nothing did."""
        return self._socket.alert


class _Sealed:
    """A socket's calls over TLS that is made in memory."""

    def __init__(self, plain, version):
        self._plain = plain
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trusting(version).wrap_bio(self._in, self._out)
        self.alert = None

    def first_flight(self):
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return self._out.read()

    def shake_hands(self):
        while True:
            try:
                self._tls.do_handshake()
                self._plain.sendall(self._out.read())
                return
            except ssl.SSLWantReadError:
                self._plain.sendall(self._out.read())
                self._receive()

    def seal(self, octets):
        self._tls.write(octets)
        return self._out.read()

    def close_notify(self):
        try:
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        return self._out.read()

    def sendall(self, octets):
        self._plain.sendall(self.seal(octets))

    def recv(self, size):
        while True:
            try:
                return self._tls.read(size)
            except ssl.SSLWantReadError:
                if not self._receive():
                    return b""
            except ssl.SSLError as error:
                self.alert = error.reason
                return b""

    def _receive(self):
        octets = self._plain.recv(65536)
        if octets:
            self._in.write(octets)
        else:
            self._in.write_eof()
        return octets

    def setsockopt(self, *option):
        self._plain.setsockopt(*option)

    def close(self):
        self._plain.close()


class ClearHandshake:
    """TLS 1.2 up to where the client's second flight is due, all of it in clear (RFC 5246 7.3).
    `plain`: a socket where the server awaits a hello."""

    def __init__(self, plain):
        self._plain = plain
        self._buffer = b""
        plain.sendall(client_hello(ssl.TLSVersion.TLSv1_2))
        messages = b""
        while not self._is_done(messages):
            kind, body = self.record()
            if kind != HANDSHAKE:
                raise RuntimeError(f"a record of kind {kind} in place of the server's hello")
            messages += body

    @staticmethod
    def _is_done(messages):
        while len(messages) >= 4:
            size = int.from_bytes(messages[1:4], "big")
            if messages[0] == _SERVER_HELLO_DONE:
                return True
            messages = messages[4 + size:]
        return False

    def send_record(self, kind, body):
        self._plain.sendall(struct.pack(">BHH", kind, 0x0303, len(body)) + body)

    def record(self):
        """Kind and body of the next record; (None, b""): the connection has ended."""
        header = self._take(5)
        if header is None:
            return None, b""
        kind, _, size = struct.unpack(">BHH", header)
        return kind, self._take(size) or b""

    def _take(self, size):
        while len(self._buffer) < size:
            try:
                octets = self._plain.recv(65536)
            except ConnectionResetError:
                octets = b""
            if not octets:
                return None
            self._buffer += octets
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken
