"""Prober: is all well? A mail that must be taken and a report on it that must be taken too, both in
the diaries like the rest; and /readyz."""

import itertools
import random
import time

from harness import diary, mailboxes
from harness.load import Mail, digest
from support.return_paths import delivery_of, report
from support.smtp_client import Closed, SmtpClient, dot_stuffed
from support.verdicts import said

SECONDS = 12


class Prober:
    def __init__(self, clients, sink):
        """The paths of both diaries."""
        self._clients = diary.Diary(clients)
        self._sink = diary.Diary(sink)
        self._sink_path = sink
        self._numbers = itertools.count(1)
        self._chance = random.Random(1)

    def trouble(self, node, bounce=True, ready=True):
        """What is not well, in words; empty where all is."""
        try:
            trouble, return_path = self._mail(node)
            if not trouble and bounce:
                trouble = self._bounce(node, return_path)
            if not trouble and ready and not node.http.ready():
                answer = node.http.get("/readyz")
                trouble = "" if answer.status == 200 else f"/readyz: {answer.body!r}"
            return trouble
        except (Closed, OSError, ValueError) as failure:
            return f"{type(failure).__name__}: {failure}"

    def mail_for_later(self, node):
        """The return path of a mail that was taken just now, for bounce_later."""
        trouble, return_path = self._mail(node)
        if trouble:
            raise RuntimeError(trouble)
        return return_path

    def bounce_later(self, node, return_path, which):
        """Complaints, if its bounce is not taken. A second one says nothing new, and is taken."""
        try:
            trouble = self._bounce(node, return_path)
        except (Closed, OSError, ValueError) as failure:
            trouble = f"{type(failure).__name__}: {failure}"
        return [f"I9 mail {which}: {trouble}"] if trouble else []

    def _mail(self, node):
        mail = Mail(f"probe{next(self._numbers)}", mailboxes.BY_ALIAS[mailboxes.PROBE],
                    self._chance)
        octets, facts = mail.octets(1), {"id": mail.identity, "try": 1, "to": mail.recipient}
        with SmtpClient(node.smtp_port, timeout=SECONDS) as client:
            client.hello("probe.test")
            for reply in (client.mail(mailboxes.SENDER), client.rcpt(mail.recipient),
                          client.command("DATA")):
                if reply.code >= 400:
                    return f"mail is answered {reply}", None
            self._clients.write("try", digest=digest(octets), t=time.time(), **facts)
            try:
                client.send(dot_stuffed(octets))
                reply = client.read()
            except (Closed, OSError):
                self._clients.write("lost", **facts)
                raise
            told = said(reply)
            self._clients.write("reply", code=told.code, enhanced=told.enhanced, text=told.text,
                                t=time.time(), **facts)
            if reply.code != 250:
                return f"mail is answered {reply}", None
        return "", self._return_path(mail.identity)

    def _return_path(self, identity):
        wanted = f'"{identity}"'
        with open(self._sink_path, encoding="utf-8") as file:
            lines = [line for line in file if wanted in line]
        return diary.parse(lines[0])["from"] if lines else None

    def _bounce(self, node, return_path):
        if return_path is None:
            return "the next hop has not what it took"
        delivery = delivery_of(return_path)
        octets = report(return_path, "yes@toybox.test", host="sink.test", identity=delivery)
        self._sink.write("reports", delivery=delivery)
        with SmtpClient(node.smtp_port, timeout=SECONDS) as client:
            client.hello("sink.test")
            reply = client.deliver("", [return_path], octets)
            if reply.code != 250:
                return f"a bounce is answered {reply}"
        self._sink.write("reported", delivery=delivery, code=250)
        return ""
