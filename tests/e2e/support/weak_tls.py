"""WeakTls: an SMTP server whose TLS takes all that the system's OpenSSL still has."""

import socketserver
import ssl
import threading
import warnings

# Options of OpenSSL 3 that Python has no name for.
_NO_EXTENDED_MASTER_SECRET = 1 << 0
_ALLOW_CLIENT_RENEGOTIATION = 1 << 8


class WeakTls:
    """Old protocols alone, suites without keys, names or forward secrecy, one curve, tickets, and
    renegotiation whenever a client likes."""

    def __init__(self, _directory, chain, key):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.minimum_version = ssl.TLSVersion.TLSv1
            self._context.maximum_version = ssl.TLSVersion.TLSv1_2
        self._context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        self._context.set_ecdh_curve("secp521r1")
        self._context.options |= _NO_EXTENDED_MASTER_SECRET | _ALLOW_CLIENT_RENEGOTIATION
        self._context.load_cert_chain(chain, key)

    def start(self):
        weak = self

        class Handler(_Dialogue):
            context = weak._context

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 200

    def handle_error(self, request, client_address):
        """Most of what a scanner asks for ends in an error: nothing to tell."""


class _Dialogue(socketserver.StreamRequestHandler):
    context = None
    timeout = 20

    def handle(self):
        self.request.sendall(b"220 weak.test\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"EHLO"):
                self.request.sendall(b"250-weak.test\r\n250 STARTTLS\r\n")
            elif line.upper().startswith(b"STARTTLS"):
                self.request.sendall(b"220 go on\r\n")
                break
        with self.context.wrap_socket(self.request, server_side=True) as secured:
            while secured.recv(1000):
                secured.sendall(b"250 so it is\r\n")
