"""WebServer: an HTTPS server inside the test, which shows pages and takes what is posted."""

import http.server
import ssl
import threading

from support.process import free_port

HTTPS_PORT = 443


class WebServer:
    """`files`: its certificate and key. GET is answered by `pages` ({"/a.txt": text}), by 404 where
    there is none; POST is taken anywhere. `status`: how both are answered in place of 200 and 201.
    `asked` are the paths of all GETs, `taken` the POSTs: path, fields, body."""

    def __init__(self, _directory, files, *, pages=None, address="127.0.0.1", port=None):
        self.address = address
        self.port = port or free_port()
        self.pages = pages or {}
        self.status = None
        self.asked = []
        self.taken = []
        self._files = files
        self._server = None

    def start(self):
        web = self

        class Handler(_Dialogue):
            server_web = web

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._files)
        self._server = _Server((self.address, self.port), Handler)
        # The handshake is for the thread of its connection: a client that says nothing holds up
        # no other.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                  do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that does not trust us goes away: nothing to tell."""


class _Dialogue(http.server.BaseHTTPRequestHandler):
    server_web = None
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        web = self.server_web
        web.asked.append(self.path)
        page = web.pages.get(self.path)
        self._answer(404 if page is None else web.status or 200, page or "")

    def do_POST(self):
        web = self.server_web
        body = self.rfile.read(int(self.headers["Content-Length"]))
        web.taken.append((self.path, dict(self.headers), body))
        self._answer(web.status or 201, "")

    def _answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if status == 301:
            self.send_header("Location", "https://elsewhere.test/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass
