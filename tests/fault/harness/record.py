"""What Waybill says of everything, by HTTP: the histories of all aliases, of the sender and of the
targets, the counters, and single messages and deliveries by chance."""

import random
import urllib.parse

from harness import mailboxes
from harness.checker import Told, key_of
from support.feed_reader import FeedReader
from support.verdicts import history

SINGLE = 60
EVER = {"from_": "1971-01-01T00:00:00Z", "to": "2200-01-01T00:00:00Z"}


def told_by(node, seed=1, digests=(), kafka=()):
    """`node` is settled: nothing is under way any more."""
    entries, size = [], {}
    for alias in (*mailboxes.BY_ALIAS, mailboxes.UNKNOWN):
        entries += history(node, alias)
    size = sizes(node)
    entries.sort(key=lambda entry: (entry["partition"], entry["index"]))
    told = Told(entries=entries, size=size, digests=tuple(digests), kafka=list(kafka))
    shown = {(entry["partition"], entry["index"]) for entry in entries}
    told.others = [entry for entry in history(node, "<>", role="sender")
                   if (entry["partition"], entry["index"]) not in shown]
    told.beside = beside(node)
    told.senders = history(node, mailboxes.SENDER, role="sender")
    for target in mailboxes.BY_TARGET:
        told.targets += history(node, target, role="target")
    told.counters = counters(node, entries)
    _single(node, told, random.Random(seed))
    return told


def beside(node):
    """Places of events that are not of mail. No token is made here, so that each says who asked."""
    places, after = [], "start"
    while True:
        with FeedReader(node.http_port, after=after, kind="access", wait=0) as feed:
            # Roles apart put no question on record, and some have no feed.
            if feed.status == 501:
                return places
            assert feed.status == 200, feed.answer()
            lines = feed.lines()
        places += [line.place for line in lines if line.is_event]
        after = lines[-1].cursor
        if not lines[-1].is_event:
            return places


def sizes(node):
    answer = node.http.history(mailboxes.PROBE, limit=1).json
    return {one["partition"]: one["index"] for one in answer["as_of"]["partitions"]}


def counters(node, entries):
    """Over the years in which there are events: a clock that jumps spreads them over many, and one
    question spans 366 days."""
    total = {}
    for day in sorted({entry["time"][:10] for entry in entries}):
        answer = node.http.counters(mailboxes.DOMAIN, from_=f"{day}T00:00:00Z",
                                    to=f"{day}T23:59:59.999999999Z").json
        for name, count in answer["total"].items():
            total[name] = total.get(name, 0) + count
    return total


def _single(node, told, chance):
    accepted = [entry for entry in told.entries if entry["kind"] == "accepted"
                and "reported_delivery_id" not in entry]
    for entry in chance.sample(accepted, min(SINGLE, len(accepted))):
        identity = entry["rfc5322_message_id"]
        answer = node.http.get("/v1/messages", message_id=identity).json
        told.events[key_of(identity)] = [
            event["kind"] for message in answer["messages"] for event in message["events"]
            if event["kind"] != "bounced" and not event.get("reported_delivery_id")]
        if "delivery_id" in entry:
            answer = node.http.delivery(urllib.parse.quote(entry["delivery_id"])).json
            told.states[entry["delivery_id"]] = answer["state"]
