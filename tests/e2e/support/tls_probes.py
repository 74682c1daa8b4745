"""What a scanner leaves out where a server has TLS 1.3, asked of its TLS 1.2. `port` is one of SMTP
with STARTTLS, or of TLS from the first octet on."""

import socket
import subprocess

from support.smtp_client import SmtpClient
from support.tls_records import ALERT, FATAL, UNEXPECTED_MESSAGE, ClearHandshake

_CHANGE_CIPHER_SPEC, _APPLICATION_DATA, _HEARTBEAT = 20, 23, 24
_SECONDS = 10

# What breaks the handshake where the keys are not agreed on yet: a kind of record and its body.
INTERRUPTIONS = {
    # A request (RFC 6520 4) that says it is longer than it is: CVE-2014-0160.
    "Heartbleed": (_HEARTBEAT, b"\x01\x40\x00" + b"x" * 16),
    # Keys would be made of nothing: CVE-2014-0224.
    "CCS injection": (_CHANGE_CIPHER_SPEC, b"\x01"),
    "words in clear": (_APPLICATION_DATA, b"EHLO in.clear.test\r\n"),
}


def s_client(port, *options, starttls, words=b""):
    """All that openssl says; `words` are said to the server."""
    done = subprocess.run(
        ["openssl", "s_client", *options, *(["-starttls", "smtp"] * starttls), "-connect",
         f"127.0.0.1:{port}"], input=words, capture_output=True, timeout=_SECONDS, check=False)
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def ties_the_master_secret(port, *, starttls):
    """To the whole handshake, as RFC 7627 asks for."""
    return "Extended master secret: yes" in s_client(port, "-tls1_2", starttls=starttls)


def refuses_a_fallback(port, *, starttls):
    """TLS 1.2 of a client that could do more and says so (RFC 7507)."""
    said = s_client(port, "-tls1_2", "-fallback_scsv", starttls=starttls)
    return "alert inappropriate fallback" in said


def refuses(port, interruption, *, starttls):
    """With the alert that RFC 5246 7.2.2 has for it; then the connection ends."""
    with _at_hello(port, starttls) as plain:
        handshake = ClearHandshake(plain)
        handshake.send_record(*interruption)
        try:
            return [handshake.record(), handshake.record()] == [
                (ALERT, bytes([FATAL, UNEXPECTED_MESSAGE])), (None, b"")]
        except TimeoutError:
            return False


def _at_hello(port, starttls):
    """A socket where the server awaits a hello."""
    if not starttls:
        return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
    client = SmtpClient(port, timeout=_SECONDS)
    client.hello()
    if client.command("STARTTLS").code != 220:
        raise RuntimeError(f"no STARTTLS: {client.replies[-1]}")
    return client.detach()
