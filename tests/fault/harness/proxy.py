"""LyingProxy: a proxy in front of Waybill that says 250 where Waybill said 451."""

import re
import socket
import threading

from support.process import lasting_port

_REFUSAL = re.compile(rb"(?m)^45[12]([ -])4\.")


class LyingProxy:
    def __init__(self, port):
        self.port = lasting_port()
        self._behind = port
        self._server = socket.create_server(("127.0.0.1", self.port), backlog=100)
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._server.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._server.accept()
                server = socket.create_connection(("127.0.0.1", self._behind), timeout=60)
            except OSError:
                if self._server.fileno() < 0:
                    return
                client.close()
                continue
            for one, other, change in ((client, server, bytes), (server, client, _lie)):
                threading.Thread(target=_pass_on, args=(one, other, change), daemon=True).start()


def _lie(octets):
    """A reply of one line comes in one piece."""
    return _REFUSAL.sub(rb"250\g<1>2.", octets)


def _pass_on(one, other, change):
    try:
        while octets := one.recv(65536):
            other.sendall(change(octets))
    except OSError:
        pass
    for end in (one, other):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
