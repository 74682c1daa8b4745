"""TLS that is cut, altered, dribbled or bent: whatever becomes of a connection, no message is taken
that was not whole, and nobody else waits for it."""

import collections
import contextlib
import re
import socket
import ssl
import struct
import subprocess
import threading
import time
import unittest

from support.certificates import Authority
from support.peers_case import PeersCase, needs
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.smtp_client import SmtpClient, dot_stuffed, message
from support.tls_records import RecordClient, client_hello
from support.verdicts import history
from support.waybill import Waybill, binary

# runtime/asio_tls.h
HANDSHAKE_SECONDS = 10

# Each sends `whole`, which is the end of a message, but for something. What it gives is whether
# the server has to end the connection by itself.


def closes_tls(client, whole):
    client.send(whole[:-1])
    client.plain.sendall(client.close_notify())


def closes_tcp(client, whole):
    client.send(whole[:-1])
    client.plain.shutdown(socket.SHUT_WR)


def resets(client, whole):
    client.send(whole[:-1])
    client.abort()


def cuts_a_record(client, whole):
    client.plain.sendall(client.seal(whole)[:-1])
    client.plain.shutdown(socket.SHUT_WR)


def alters_a_record(client, whole):
    sealed = client.seal(whole)
    client.plain.sendall(sealed[:-1] + bytes([sealed[-1] ^ 1]))


ENDS = (closes_tls, closes_tcp, resets, cuts_a_record, alters_a_record)


# Each goes as far as the end of the message, which it gives.


def in_data(client, octets):
    assert client.command("DATA").code == 354
    return dot_stuffed(octets)


def in_bdat(client, octets):
    return b"BDAT %d LAST\r\n" % len(octets) + octets


def behind_a_chunk(client, octets):
    client.send(b"BDAT %d\r\n" % len(octets) + octets)
    assert client.read().code == 250
    return b"BDAT 0 LAST\r\n"


PLACES = (in_data, in_bdat, behind_a_chunk)


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class CutCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink)
        self.at_once = free_port()

    def waybill(self, **limits):
        self.relay = self.start(
            Waybill, {"x.test": {"aliases": {"a": f"u@[127.0.0.1]:{self.sink.port}"},
                                 "redact": False}},
            tables={"limits": limits, "tls": {"listen": [f"127.0.0.1:{self.at_once}"]}})
        return self.relay

    def doors(self):
        """Ports, and whether there is STARTTLS to say."""
        return ((self.relay.smtp_port, True), (self.at_once, False))

    def is_served(self):
        """By TLS, at each door."""
        for port, starttls in self.doors():
            with RecordClient(port, starttls=starttls) as client:
                self.assertEqual(250, client.hello().code)
                self.assertEqual(221, client.quit().code)

    def subjects(self):
        return sorted(mail.field("Subject") for mail in self.sink.mail())

    def accepted(self):
        return [entry for entry in history(self.relay, "a@x.test") if entry["kind"] == "accepted"]


@needs("openssl")
class MessageTest(CutCase):
    def begin(self, port, starttls, version):
        client = RecordClient(port, starttls=starttls, version=version)
        self.addCleanup(client.close)
        self.assertEqual(250, client.hello().code)
        self.assertEqual(250, client.mail("s@s.test").code)
        self.assertEqual(250, client.rcpt("a@x.test").code)
        return client

    def test_a_message_that_is_cut_off_is_never_taken(self):
        self.waybill()
        whole = []
        for port, starttls in self.doors():
            version = ssl.TLSVersion.TLSv1_3 if starttls else ssl.TLSVersion.TLSv1_2
            for place in PLACES:
                for end in ENDS:
                    client = self.begin(port, starttls, version)
                    end(client, place(client, message(f"{place.__name__} {end.__name__}")))
                    if end is resets:
                        continue
                    self.assertTrue(client.ended(), f"{place.__name__} {end.__name__}")
                    if end is alters_a_record:
                        self.assertIn("BAD_RECORD_MAC", client.alert)
                # The same with nothing missing.
                whole.append(f"{place.__name__} {version.name}")
                client = self.begin(port, starttls, version)
                client.send(place(client, message(whole[-1])))
                self.assertEqual(250, client.read().code)
        self.assertEqual(len(whole), len(self.accepted()))
        self.assertEqual(0, self.relay.stop(), "sessions have ended too")
        self.assertEqual(sorted(whole), self.subjects())
        verdicts = re.findall(r"info relay: transaction .* verdict=(\w+)", self.relay.output())
        self.assertEqual({"accepted": len(whole), "abandoned": len(whole) * len(ENDS)},
                         collections.Counter(verdicts))

    # RFC 5246 7.2.2 lets a server refuse and go on; openssl as a client does not.
    def test_a_client_that_renegotiates_in_the_middle_of_a_message_has_sent_none(self):
        self.waybill()
        for port, starttls in self.doors():
            said = self.talk(port, starttls, "-tls1_2", b"R\n", "begun")
            self.assertIn("RENEGOTIATING", said)
            self.assertIn("no renegotiation", said)
        self.is_served()
        self.assertEqual([], self.accepted())
        self.assertEqual([], self.subjects())

    # RFC 8446 4.6.3
    def test_new_keys_in_the_middle_of_a_message_are_taken(self):
        self.waybill()
        for port, starttls in self.doors():
            said = self.talk(port, starttls, "-tls1_3", b"K\n", "with new keys")
            self.assertIn("KEYUPDATE", said)
        self.assertEqual(["with new keys"] * 2, self.subjects())
        for mail in self.sink.mail():
            self.assertTrue(mail.octets.endswith(b"\r\nA line.\r\nAnother.\r\n"))

    def talk(self, port, starttls, version, letter, subject):
        """A message by openssl, which takes a line of one letter in its middle for an order. Its
        words, once the connection has ended."""
        client = subprocess.Popen(
            ["openssl", "s_client", version, "-crlf", *(["-starttls", "smtp"] * starttls),
             "-connect", f"127.0.0.1:{port}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.addCleanup(client.stdout.close)
        self.addCleanup(client.kill)
        said = []
        reader = threading.Thread(target=lambda: said.extend(client.stdout), daemon=True)
        reader.start()

        def say(octets, awaited):
            client.stdin.write(octets)
            client.stdin.flush()
            wait_until(lambda: client.poll() is not None or any(
                awaited in line for line in said), f"{awaited} is said: {said}")
            # What comes in one piece with a letter hides it.
            time.sleep(0.1)

        with contextlib.suppress(BrokenPipeError), client.stdin:
            # A piece that begins with a capital letter may be an order too.
            say(b"", b"Verify return code")
            say(b"ehlo client.test\n", b"250 ")
            say(b"mail from:<s@s.test>\n", b"250 2.1.0")
            say(b"rcpt to:<a@x.test>\n", b"250 2.1.5")
            say(b"data\n", b"354 ")
            say(message(subject).replace(b"\r\n", b"\n"), b"354 ")
            say(letter, {b"R\n": b"RENEGOTIATING", b"K\n": b"KEYUPDATE"}[letter])
            say(b"Another.\n.\n", b"250 2.0.0")
            say(b"quit\n", b"221 ")
        client.wait(20)
        reader.join(20)
        return b"".join(said).decode("utf-8", "replace")


class HandshakeTest(CutCase):
    def at_hello(self, port, starttls):
        """A socket where the server awaits a hello."""
        client = SmtpClient(port, greet=starttls)
        self.addCleanup(client.close)
        if starttls:
            client.hello()
            self.assertEqual(220, client.command("STARTTLS").code)
        return client.detach()

    def dribble(self, plain, hello, seconds):
        """Octet by octet, one in so many seconds, to the end or until the server has ended it: how
        many went out, how long it took, and whether there was an answer."""
        begun = time.monotonic()
        plain.settimeout(seconds)
        for sent, octet in enumerate(hello):
            with contextlib.suppress(TimeoutError):
                return sent, time.monotonic() - begun, plain.recv(1) != b""
            plain.sendall(bytes([octet]))
        plain.settimeout(5)
        return len(hello), time.monotonic() - begun, plain.recv(1) != b""

    def test_one_that_is_broken_off_leaves_nothing_behind(self):
        self.waybill(max_sessions_per_client=4)
        hello = client_hello()
        for port, starttls in self.doors():
            for sent in (0, 1, 5, 6, len(hello) - 1, len(hello)):
                for reset in (False, True):
                    plain = self.at_hello(port, starttls)
                    plain.sendall(hello[:sent])
                    if sent == len(hello):
                        self.assertTrue(plain.recv(1), "its answer, which is not answered")
                    if reset:
                        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                         struct.pack("ii", 1, 0))
                    else:
                        plain.shutdown(socket.SHUT_WR)
                        while plain.recv(1000):
                            pass
                    plain.close()
                    wait_until(self.has_room, "there is room for one more", 5)
        self.is_served()

    def has_room(self):
        with SmtpClient(self.relay.smtp_port) as client:
            if client.greeting.code == 220:
                client.command("QUIT")
            return client.ended() and client.greeting.code == 220

    def test_one_that_is_dribbled_ends_at_its_deadline_and_keeps_nobody_waiting(self):
        self.waybill()
        hello = client_hello()
        ends = []

        def slowly(port, starttls):
            ends.append(self.dribble(self.at_hello(port, starttls), hello,
                                     2 * HANDSHAKE_SECONDS / len(hello)))

        threads = [threading.Thread(target=slowly, args=door) for door in self.doors()]
        for thread in threads:
            thread.start()
        for port, starttls in self.doors():
            sent, seconds, answered = self.dribble(self.at_hello(port, starttls), hello, 0.002)
            self.assertTrue(answered, f"{sent} octets in {seconds} s are a hello")
        self.is_served()
        self.assertEqual([], ends, "the slow ones are still at it")
        for thread in threads:
            thread.join()
        self.assertEqual(2, len(ends))
        for sent, seconds, answered in ends:
            self.assertFalse(answered)
            self.assertLess(sent, len(hello))
            self.assertAlmostEqual(HANDSHAKE_SECONDS, seconds, delta=2)
        self.is_served()


class Injector:
    """A next hop with TLS, and somebody on the way to it who puts words in clear behind its answer
    to STARTTLS: together with it, or `late`, where the handshake has begun. Taken for replies, they
    would hide that it refuses all recipients. `heard` is what it was told, in clear or not."""

    def __init__(self, _directory, chain, key, late):
        self._late = late
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain, key)
        self.port = free_port()
        self.heard = []

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, client):
        words = b"250-mx.evil.test\r\n250 8BITMIME\r\n" + b"250 2.0.0 Yes\r\n" * 5
        with client, contextlib.suppress(OSError):
            client.sendall(b"220 mx.y.test\r\n")
            if self._answer(client):
                client.sendall(b"220 go on\r\n" + (b"" if self._late else words))
                if self._late:
                    client.recv(1, socket.MSG_PEEK)
                    client.sendall(words)
                with self._context.wrap_socket(client, server_side=True) as secured:
                    self._answer(secured)

    def _answer(self, client):
        """Whether it came to STARTTLS."""
        for line in client.makefile("rb", buffering=0):
            self.heard.append(line)
            if line == b"STARTTLS\r\n":
                return True
            replies = {b"EHLO": b"250-mx.y.test\r\n250 STARTTLS\r\n",
                       b"RCPT": b"550 5.1.1 Nobody\r\n", b"DATA": b"503 5.5.1 RCPT first\r\n"}
            client.sendall(replies.get(line[:4], b"250 2.0.0 OK\r\n"))
        return False


@needs("openssl")
class InjectedTest(CutCase):
    # The answer's half of RFC 3207 6: tls_test.py has the command's.
    def test_words_in_clear_behind_the_answer_to_starttls_are_no_replies(self):
        files = Authority(self.directory).issue("mx.y.test")
        for late in (False, True):
            with self.subTest(late=late):
                injector = self.start(Injector, *files, late)
                relay = self.start(
                    Waybill, {"x.test": {"aliases": {"a": f"u@[127.0.0.1]:{injector.port}"}}},
                    tables={"tls": {"to_next_hops": "required"}})
                with relay.client() as client:
                    client.hello()
                    reply = client.deliver("s@s.test", ["a@x.test"], message())
                self.assertEqual((451, "4.7.5"), (reply.code, reply.enhanced), reply)
                self.assertEqual({b"EHLO mx.x.test\r\n", b"STARTTLS\r\n"}, set(injector.heard))
                [answered] = [e for e in history(relay, "a@x.test") if e["kind"] == "deferred"]
                self.assertEqual("next-hop-tls", answered["rule"])


if __name__ == "__main__":
    unittest.main()
