"""SmtpClient: an SMTP client that sends exactly the octets it is told to, in the pieces it is told
to, and keeps every reply."""

import re
import socket
import struct


class Reply:
    """RFC 5321 4.2."""

    def __init__(self, code, lines):
        self.code = code
        self.lines = lines

    @property
    def enhanced(self):
        """RFC 3463, as the first line has it; empty where there is none."""
        found = re.match(r"([245]\.\d{1,3}\.\d{1,3})(?: |$)", self.lines[0])
        return found.group(1) if found else ""

    @property
    def text(self):
        return "\n".join(self.lines)

    def __repr__(self):
        return f"{self.code} {' / '.join(self.lines)}"


class Closed(Exception):
    """The server ended the connection where a reply was due."""


class SmtpClient:
    def __init__(self, port, host="127.0.0.1", timeout=60, greet=True, source=None, tls=None):
        """`source`: the address that it comes from; `tls`: a context, from the first octet on."""
        self.replies = []
        self._buffer = b""
        self._socket = socket.create_connection((host, port), timeout=timeout,
                                                source_address=source and (source, 0))
        # Pieces go out as they are sent: tests split lines and replies on purpose.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self._socket = tls.wrap_socket(self._socket)
        self.greeting = self.read() if greet else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # octets

    def send(self, octets):
        self._socket.sendall(octets)

    def read(self):
        """The next reply, whole."""
        lines = []
        while True:
            line = self._line()
            found = re.fullmatch(rb"(\d{3})(?:([ -])(.*))?", line)
            if not found:
                raise ValueError(f"no reply line: {line!r}")
            lines.append((found.group(3) or b"").decode("utf-8", "replace"))
            if found.group(2) != b"-":
                reply = Reply(int(found.group(1)), lines)
                self.replies.append(reply)
                return reply

    def ended(self):
        """Whether the server closes the connection, with nothing more to say."""
        try:
            return not self._buffer and self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self):
        self._socket.close()

    def detach(self):
        """The socket, which is the caller's from now on."""
        return self._socket

    def abort(self):
        """Ends the connection by a reset: what is under way is lost."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _line(self):
        while b"\r\n" not in self._buffer:
            try:
                octets = self._socket.recv(65536)
            except ConnectionResetError as reset:
                raise Closed(f"reset after {self.replies}") from reset
            if not octets:
                raise Closed(f"after {self.replies[-3:]}, with {self._buffer!r} unfinished")
            self._buffer += octets
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    # commands

    def command(self, line):
        return self.pipeline([line])[0]

    def pipeline(self, lines):
        """All in one piece; then as many replies as there are lines (RFC 2920)."""
        self.send(b"".join(line.encode() + b"\r\n" for line in lines))
        return [self.read() for _ in lines]

    def starttls(self, context):
        """From the 220 on by TLS; EHLO is to be said again (RFC 3207 4.2)."""
        reply = self.command("STARTTLS")
        if reply.code == 220:
            self._socket = context.wrap_socket(self._socket)
        return reply

    def hello(self, name="client.test"):
        return self.command(f"EHLO {name}")

    def mail(self, sender, parameters=""):
        return self.command(f"MAIL FROM:<{sender}>{parameters and ' ' + parameters}")

    def rcpt(self, recipient, parameters=""):
        return self.command(f"RCPT TO:<{recipient}>{parameters and ' ' + parameters}")

    def body(self, message):
        """DATA, and the message in its transparent form (RFC 5321 4.5.2)."""
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        self.send(dot_stuffed(message))
        return self.read()

    def deliver(self, sender, recipients, message):
        """A whole transaction: the first refusal, which ends it, or the reply to the body."""
        for reply in (self.mail(sender), *(self.rcpt(recipient) for recipient in recipients)):
            if reply.code >= 400:
                self.command("RSET")
                return reply
        return self.body(message)

    def quit(self):
        reply = self.command("QUIT")
        self.close()
        return reply


def dot_stuffed(message):
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", message) + b".\r\n"


def message(subject="Hello", text="A line.\r\n", **fields):
    """A plain message as octets."""
    header = {"From": "sender@s.test", "To": "alias@x.test", "Subject": subject,
              "Date": "Sun, 01 Mar 2026 12:00:00 +0000", "Message-ID": "<1@s.test>"}
    header.update({name.replace("_", "-"): value for name, value in fields.items()})
    lines = "".join(f"{name}: {value}\r\n" for name, value in header.items())
    return (lines + "\r\n" + text).encode()
