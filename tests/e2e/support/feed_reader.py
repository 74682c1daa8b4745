"""FeedReader: one reader of `/v1/feed`, line by line, or event by event where it asked for SSE."""

import http.client
import json
import socket
import urllib.parse

from support.http_client import Answer


class Cut(Exception):
    """The answer broke off: its last chunk is missing."""


class FeedLine:
    """`kind` is "progress", "gap" or that of the event; `body` what it says."""

    def __init__(self, cursor, kind, body):
        self.cursor = cursor
        self.kind = kind
        self.body = body

    @property
    def is_event(self):
        return self.kind not in ("progress", "gap")

    @property
    def event_id(self):
        return self.body["event_id"]

    @property
    def place(self):
        return self.body["partition"], self.body["index"]

    def __repr__(self):
        return f"{self.kind} {self.body}"


def _of_ndjson(text):
    line = json.loads(text)
    cursor = line.pop("cursor")
    (member, body), = line.items()
    return FeedLine(cursor, body["kind"] if member == "event" else member, body)


class FeedReader:
    """`receives`: octets that its system takes in before it reads (SO_RCVBUF)."""

    def __init__(self, port, *, fields=None, timeout=25, method="GET", receives=None,
                 **parameters):
        query = urllib.parse.urlencode(parameters)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        if receives:
            self._connection.sock = socket.socket()
            self._connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
            self._connection.sock.settimeout(timeout)
            self._connection.sock.connect(("127.0.0.1", port))
        self._connection.request(method, f"/v1/feed?{query}" if query else "/v1/feed",
                                 headers=fields or {})
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.fields = self._response.headers
        self.sse = self.fields["Content-Type"] == "text/event-stream"
        self.cursor = None
        self._heard = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._response.close()
        self._connection.close()

    def answer(self):
        """What it was told in place of the feed."""
        return Answer(self.status, dict(self.fields.items()), self._response.read())

    def line(self):
        """The next one; None behind the last of an answer that ended whole."""
        try:
            line = self._event() if self.sse else self._text()
        except (http.client.IncompleteRead, ConnectionResetError) as error:
            raise Cut() from error
        if line:
            self.cursor = line.cursor
        return line

    def lines(self):
        """Up to the end of the answer."""
        return list(iter(self.line, None))

    def events(self, count):
        """The next `count` of them; progress goes by."""
        out = []
        while len(out) < count:
            line = self.line()
            if line is None:
                raise EOFError(f"{count} events were to come, and these did: {out}")
            if line.is_event:
                out.append(line)
        return out

    def _until_newline(self):
        """Empty behind the last. HTTPResponse's own readline() does not see that an answer is
        cut."""
        while b"\n" not in self._heard:
            more = self._response.read1(65536)
            if not more:
                if self._heard:
                    raise Cut()
                return b""
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        return line + b"\n"

    def _text(self):
        text = self._until_newline()
        return _of_ndjson(text) if text else None

    def _event(self):
        """WHATWG HTML 9.2.6, as far as the feed goes."""
        fields = {}
        while True:
            text = self._until_newline()
            if not text:
                return None
            text = text.decode().rstrip("\n")
            if text:
                name, _, value = text.partition(": ")
                fields[name] = value
            elif "data" in fields:
                return FeedLine(fields["id"], fields["event"], json.loads(fields["data"]))
            else:
                fields = {}
