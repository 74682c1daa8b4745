"""The load client, a process of its own: senders that go on through every fault, and come again
with the same mail as senders do (RFC 5321 4.5.4.1). Told `pause`, it begins nothing new until it
is told `go`; told `end`, it begins nothing new, and ends.

Its diary: `try` before a body is sent; then `reply`, or `lost` where the connection ended first;
`refused` at RCPT; `asked` before an unknown recipient is named."""

import argparse
import hashlib
import itertools
import random
import sys
import threading
import time

from harness import mailboxes
from harness.diary import Diary
from support.smtp_client import Closed, SmtpClient, dot_stuffed, message
from support.verdicts import said

SENDERS = 6
# A reply that is not there by then will not come: serve has 5 minutes, the tests' slowest hop 1 s.
PATIENCE_SECONDS = 60
# How often the same mail is sent where it got no reply or 4xx. 4xx of the next hop's own is final
# for it here, since that comes each time.
TRIES = 12
RETRY_SECONDS = 0.3


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


class Mail:
    def __init__(self, identity, box, chance):
        self.identity = identity
        self.box = box
        self.recipient = f"{box.alias}@{mailboxes.DOMAIN}"
        words = f"{identity} {chance.random()}\r\n..a line that begins with dots\r\n"
        self._text = words + ("x" * 70 + "\r\n") * (box.octets // 72)

    def octets(self, number):
        return message(Message_ID=f"<{self.identity}.{number}@load.test>", X_Load_Id=self.identity,
                       X_Load_Try=number, text=self._text)


class Load:
    def __init__(self, ports, diary, rate, seed, tag):
        self._ports = itertools.cycle(ports)
        self._diary = diary
        self._pause = SENDERS / rate
        self._seed = seed
        self._tag = tag
        self._numbers = itertools.count(1)
        self._ending = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._boxes = [box for box in mailboxes.ALL for _ in range(box.share)]
        self._boxes += [None] * mailboxes.UNKNOWN_SHARE

    def run(self):
        threads = [threading.Thread(target=self._sender, args=(n,), daemon=True)
                   for n in range(SENDERS)]
        for thread in threads:
            thread.start()
        for line in sys.stdin:
            word = line.strip()
            if word == "pause":
                self._going.clear()
            elif word == "go":
                self._going.set()
            elif word == "end":
                break
        self._ending.set()
        self._going.set()
        for thread in threads:
            thread.join()

    def _sender(self, number):
        chance = random.Random(f"{self._seed}/{number}")
        client = None
        while not self._ending.is_set():
            self._going.wait()
            box = chance.choice(self._boxes)
            if box is None:
                client = self._unknown(client)
            else:
                client = self._mail(client, Mail(f"{self._tag}{next(self._numbers)}", box, chance))
            self._ending.wait(chance.uniform(0, 2 * self._pause))
        if client:
            client.close()

    def _mail(self, client, mail):
        for number in range(1, TRIES + 1):
            client, again = self._try(client, mail, number)
            # A mail that is under way when the load ends gets one more chance, and no more.
            if not again or self._ending.is_set() and number > 1:
                return client
            time.sleep(RETRY_SECONDS)
        return client

    def _try(self, client, mail, number):
        """The connection, None where it is lost, and whether to come again."""
        octets, begun = mail.octets(number), False
        facts = {"id": mail.identity, "try": number}
        try:
            client = client or self._connect()
            client.replies.clear()
            for reply in (client.mail(mailboxes.SENDER), client.rcpt(mail.recipient),
                          client.command("DATA")):
                if reply.code >= 400:
                    self._diary.write("refused", to=mail.recipient, **facts, **_told(reply))
                    client.command("RSET")
                    return client, reply.code < 500
            self._diary.write("try", to=mail.recipient, digest=digest(octets), t=time.time(),
                              **facts)
            begun = True
            client.send(dot_stuffed(octets))
            reply = client.read()
            self._diary.write("reply", to=mail.recipient, t=time.time(), **facts, **_told(reply))
            return client, 400 <= reply.code < 500 and mail.box.body == "250"
        except (Closed, OSError, ValueError):
            if begun:
                self._diary.write("lost", to=mail.recipient, **facts)
            if client:
                client.close()
            return None, True

    def _unknown(self, client):
        try:
            client = client or self._connect()
            client.replies.clear()
            client.mail(mailboxes.SENDER)
            self._diary.write("asked", to=mailboxes.UNKNOWN)
            reply = client.rcpt(mailboxes.UNKNOWN)
            self._diary.write("refused", to=mailboxes.UNKNOWN, **_told(reply))
            client.command("RSET")
            return client
        except (Closed, OSError, ValueError):
            if client:
                client.close()
            return None

    def _connect(self):
        client = SmtpClient(next(self._ports), timeout=PATIENCE_SECONDS)
        client.hello()
        return client


def _told(reply):
    told = said(reply)
    return {"code": told.code, "enhanced": told.enhanced, "text": told.text}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", type=int, nargs="+", required=True)
    parser.add_argument("--diary", required=True)
    parser.add_argument("--rate", type=float, default=100, help="mails a second, about")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--tag", default="m", help="in front of every id")
    options = parser.parse_args()
    Load(options.ports, Diary(options.diary), options.rate, options.seed, options.tag).run()


if __name__ == "__main__":
    main()
