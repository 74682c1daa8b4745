"""RecordingSink: a next hop inside the test, which remembers every message with the reply it gave.

No two messages get the same reply text, so whoever repeats a reply says of which message it was."""

import re
import socketserver
import threading

from support.process import free_port

OUR_FIELDS = re.compile(rb"Authentication-Results: mx\.x\.test;[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*"
                        rb"Received: from [^\r\n]*\r\n\tby [^\r\n]*\r\n\t[^\r\n]*\r\n")


_EXTENSIONS = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")


class Kept:
    """A message as it arrived, dots taken off, and what was answered; None: hung up instead."""

    def __init__(self, sender, recipients, octets, reply):
        self.sender = sender
        self.recipients = recipients
        self.octets = octets
        self.reply = reply

    def behind_our_header(self):
        """What was sent, without the two trace fields of the relay; None if they are not there."""
        field = OUR_FIELDS.match(self.octets)
        return self.octets[field.end():] if field else None

    def field(self, name):
        found = re.search(rb"(?im)^" + name.encode() + rb": ([^\r\n]*)\r$",
                          self.octets.split(b"\r\n\r\n", 1)[0] + b"\r")
        return found.group(1).decode() if found else None


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 200

    def handle_error(self, request, client_address):
        """A relay that is killed resets its connections: nothing to tell."""


class Dialogue(socketserver.StreamRequestHandler):
    """One session, as socketserver has it: a thread of its own."""

    server_sink = None
    disable_nagle_algorithm = True
    wbufsize = 0

    def say(self, reply):
        self.wfile.write(reply.encode() + b"\r\n")

    def handle(self):
        self.sender = None
        self.recipients = []
        self.say("220 sink.test ESMTP")
        while line := self.rfile.readline():
            self.server_sink.commands.append(line)
            command = line.decode("utf-8", "replace").strip()
            if not self.obey(command):
                return

    def obey(self, command):
        """False where the connection ends."""
        word = command[:4].upper()
        if word == "EHLO":
            lines = ["250-sink.test", *(f"250-{word}" for word in self.server_sink.offers)]
            lines[-1] = lines[-1].replace("-", " ", 1)
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
        elif word == "RCPT":
            return self.rcpt(re.search(r"<(.*)>", command).group(1))
        elif word == "DATA":
            return self.data()
        elif word == "QUIT":
            self.say("221 2.0.0 Bye")
            return False
        else:
            if word in ("MAIL", "RSET"):
                self.recipients = []
            if word == "MAIL":
                self.sender = re.search(r"<(.*?)>", command).group(1)
            self.say("250 2.0.0 OK")
        return True

    def rcpt(self, recipient):
        if self.server_sink.before_rcpt:
            self.server_sink.before_rcpt(recipient)
        refusal = self.server_sink.at_rcpt.get(recipient)
        if refusal is None:
            self.recipients.append(recipient)
        elif refusal == "":
            return False
        self.say(refusal or "250 2.1.5 OK")
        return True

    def data(self):
        if not self.recipients:
            self.say("554 5.5.1 No recipients")
            return True
        self.say("354 Go on")
        lines = []
        while True:
            line = self.rfile.readline()
            if not line or lines and self.server_sink.cut.intersection(self.recipients):
                return False
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        reply = self.server_sink.keep(self.sender, self.recipients, b"".join(lines))
        if reply:
            self.say(reply)
        return bool(reply)


class RecordingSink:
    """`at_rcpt` answers for recipients at RCPT, `at_body` at the end of a message to them:
    {"full@y.test": "452 4.2.2 Full"}; "" hangs up. Of `cut`, a set of recipients, the body is cut
    off in the middle. `before_reply(sink)` is called when a message is
    whole and recorded, and before its reply goes out, `before_rcpt(recipient)`
    before RCPT is answered. `offers` are its extensions; `commands` are the lines of all sessions,
    as they came."""

    dialogue = Dialogue  # what speaks in each session

    def __init__(self, _directory=None, *, at_rcpt=None, at_body=None, before_reply=None,
                 before_rcpt=None, cut=(), offers=_EXTENSIONS, address="127.0.0.1", port=None):
        self.address = address
        self.port = port or free_port()
        self.at_rcpt = at_rcpt or {}
        self.at_body = at_body or {}
        self.before_reply = before_reply
        self.before_rcpt = before_rcpt
        self.cut = set(cut)
        self.offers = offers
        self.commands = []
        self._mail = []
        self._lock = threading.Lock()
        self._server = None

    def start(self):
        sink = self

        class Handler(self.dialogue):
            server_sink = sink

        self._server = _Server((self.address, self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def mail(self):
        with self._lock:
            return list(self._mail)

    def keep(self, sender, recipients, octets):
        refusal = next((self.at_body[r] for r in recipients if r in self.at_body), None)
        with self._lock:
            reply = f"250 2.0.0 Kept as {len(self._mail) + 1}" if refusal is None else refusal
            self._mail.append(Kept(sender, recipients, octets, reply or None))
        if self.before_reply:
            self.before_reply(self)
        return reply
