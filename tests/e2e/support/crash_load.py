"""Load through crashes, and what must hold of the log afterwards against all that clients and the
next hop saw."""

import collections
import itertools
import threading
import time

from support.smtp_client import Closed, SmtpClient, message
from support.verdicts import Said, history, said

SENDERS = 8
OUTCOMES = {"forwarded", "rejected", "deferred", "dropped", "in_doubt"}

# Who is refused at the end of the body, and who at RCPT.
REFUSED_BODY = "no@x.test"
UNKNOWN = "unknown@x.test"
TAKEN = "yes@x.test"


class Load:
    """Senders that go on through every crash. `seen`: the replies to bodies, by load id, and
    nothing else: what they did not see, nobody promised them."""

    def __init__(self, *ports):
        self._ports = itertools.cycle(ports)
        self._numbers = itertools.count(1)
        self._stopped = threading.Event()
        self._threads = []
        self.seen = {}
        self.unknown_refused = 0
        self._lock = threading.Lock()

    def start(self):
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _send(self):
        while not self._stopped.is_set():
            try:
                self._session()
            except (Closed, OSError):
                time.sleep(0.01)

    def _session(self):
        with SmtpClient(next(self._ports), timeout=30) as client:
            client.hello()
            while not self._stopped.is_set():
                number = next(self._numbers)
                if number % 10 == 0:
                    refused = client.deliver("s@s.test", [UNKNOWN], message())
                    with self._lock:
                        self.unknown_refused += refused.code == 550
                else:
                    self._deliver(client, f"load-{number}",
                                  REFUSED_BODY if number % 10 == 1 else TAKEN)

    def _deliver(self, client, load_id, recipient):
        replies = len(client.replies)
        reply = client.deliver("s@s.test", [recipient],
                               message(Message_ID=f"<{load_id}>", X_Load_Id=load_id))
        if any(one.code == 354 for one in client.replies[replies:]):
            with self._lock:
                self.seen[load_id] = said(reply)


def complaints(waybill, load, sink):
    """What breaks the promise: the log against all that clients and next hop saw."""
    out = []
    ids, outcomes = {}, collections.defaultdict(list)
    for entry in history(waybill, TAKEN) + history(waybill, REFUSED_BODY):
        if entry["kind"] == "accepted":
            ids[entry["delivery_id"]] = entry["rfc5322_message_id"].strip("<>")
        elif entry["kind"] in OUTCOMES and entry.get("stage") != "rcpt":
            reply = entry.get("reply", {})
            outcomes[entry["delivery_id"]].append((entry["kind"], Said(
                reply.get("code", 0), reply.get("enhanced", ""), reply.get("text", ""))))
    by_id = collections.defaultdict(list)
    for delivery, load_id in ids.items():
        told = outcomes.pop(delivery, [])
        by_id[load_id] += told
        if len(told) != 1:
            out.append(f"{load_id} was accepted and has {len(told)} outcomes: {told}")
    out += [f"an outcome without an acceptance: {told}" for told in outcomes.values()]
    out += _against_clients(load, by_id)
    out += _against_next_hop(sink, by_id)
    refused = sum(entry["kind"] == "rejected" for entry in history(waybill, UNKNOWN))
    if refused < load.unknown_refused:
        out.append(f"{load.unknown_refused} saw an unknown alias refused, {refused} are on record")
    return out


def _against_clients(load, by_id):
    for load_id, reply in load.seen.items():
        kind = {2: "forwarded", 5: "rejected"}.get(reply.code // 100)
        if kind and by_id[load_id] != [(kind, reply)]:
            yield f"the sender of {load_id} saw {reply}, the log has {by_id[load_id]}"


def _against_next_hop(sink, by_id):
    arrived = collections.Counter()
    for mail in sink.mail():
        load_id = mail.field("X-Load-Id")
        arrived[load_id] += 1
        told = by_id[load_id]
        if not told:
            yield f"{load_id} is at the next hop, and its acceptance is not in the log"
        for kind, reply in told:
            answer = f"{reply.code} {reply.enhanced} {reply.text}"
            if kind in ("forwarded", "rejected") and answer != mail.reply:
                yield f"the next hop answered {load_id} by {mail.reply}, the log has {answer}"
    for load_id, count in arrived.items():
        if count > 1:
            yield f"{load_id} arrived {count} times"
    for load_id, told in by_id.items():
        if any(kind == "forwarded" for kind, _ in told) and not arrived[load_id]:
            yield f"{load_id} is forwarded in the log, and never arrived"
