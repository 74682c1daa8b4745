"""The checker: what clients saw and what the next hop took, against all that Waybill says. Pure: it
reads nothing but its argument. Each complaint begins with the promise that it breaks:

  I1  every reply that a client saw is on record, with the next hop's words in it
  I2  all that the next hop took has an acceptance, and an outcome or in_doubt
  I3  nothing is invented: acceptances, outcomes, reports
  I4  one DATA is one message, to whom it was sent
  I5  the octets are those that were sent
  I6  the log is dense and in order; on Kafka, each event counts once
  I7  every view tells the same; folded anew, the views are the same
  I9  a report finds its delivery, once
  I10 memory and descriptors are bounded
  I11 it heals by itself within 30 s
  D   at most one copy without a try that got no answer
"""

import collections
from dataclasses import dataclass, field
from typing import Optional

OUTCOMES = ("forwarded", "rejected", "deferred", "dropped", "in_doubt")
HEAL_SECONDS = 30


@dataclass
class Told:
    """What Waybill says. `entries`: of every alias's history, oldest first; `others`: reports that
    found no delivery yet, so no alias; `beside`: places of events that are not of mail; `senders`
    and `targets`: the other roles. `size`: how many events each partition's log has. `events`: the
    kinds of a message's, by (id, try); `states`: of single deliveries; `counters`: the domain's
    totals; `digests`: of the views, before and after they are folded anew; `kafka`: (partition,
    node, node_seq, event id) of what is in effect."""
    entries: list = field(default_factory=list)
    others: list = field(default_factory=list)
    beside: list = field(default_factory=list)
    senders: list = field(default_factory=list)
    targets: list = field(default_factory=list)
    size: dict = field(default_factory=dict)
    events: dict = field(default_factory=dict)
    states: dict = field(default_factory=dict)
    counters: dict = field(default_factory=dict)
    digests: tuple = ()
    kafka: list = field(default_factory=list)


@dataclass
class Bounds:
    """What was measured, and its caps; None where it was not."""
    rss: Optional[int] = None
    most_rss: int = 768 << 20
    descriptors: Optional[int] = None
    most_descriptors: int = 1024
    healed: Optional[float] = None


@dataclass
class Allowed:
    """What an experiment's own fault excuses. `deferred_copies`: 451 to a mail that the next hop
    took, as where the outcome could not be recorded."""
    deferred_copies: bool = False


@dataclass
class Seen:
    clients: list
    sink: list
    told: Told
    bounds: Bounds = field(default_factory=Bounds)
    allowed: Allowed = field(default_factory=Allowed)


def complaints(seen):
    story = Story(seen)
    parts = (_replies(story), _taken(story), _invented(story), _octets(story), _doubles(story),
             _refusals(story), _kept_out(story), _reports(story), _log(seen.told), _views(story),
             _kafka(story), _bounds(seen.bounds))
    return [one for part in parts for one in part]


def doubles(seen):
    """How many copies the next hop has beside the first."""
    return sum(len(copies) - 1 for copies in Story(seen).copies.values())


class _Delivery:
    def __init__(self, key, alias):
        self.key = key        # (id, try)
        self.alias = alias
        self.outcomes = []


class Story:
    """The same facts, by what they are about."""

    def __init__(self, seen):
        self.seen = seen
        own = [entry for entry in seen.told.entries if "reported_delivery_id" not in entry]
        self.tries = {(line["id"], line["try"]): line for line in seen.clients
                      if line["k"] == "try"}
        self.replies = {(line["id"], line["try"]): line for line in seen.clients
                        if line["k"] == "reply"}
        self.took = [line for line in seen.sink if line["k"] == "took"]
        self.arrived = {(line["id"], line["try"]) for line in self.took}
        self.copies = collections.defaultdict(list)
        for line in self.took:
            self.copies[line["id"], line["to"][0]].append(line)
        self.accepted = collections.defaultdict(list)   # (id, try) -> acceptances
        self.by_message = {}                            # message id -> (id, try)
        for entry in own:
            if entry["kind"] == "accepted":
                key = key_of(entry.get("rfc5322_message_id", ""))
                self.accepted[key].append(entry)
                self.by_message[entry["message_id"]] = key
        # A body that we refuse before anything is accepted: nobody was asked to take it.
        self.kept_out = [entry for entry in own if entry["kind"] in ("deferred", "rejected")
                         and entry.get("stage") != "rcpt" and not entry.get("delivery_id")
                         and entry["message_id"] not in self.by_message]
        self.deliveries = collections.defaultdict(list)  # delivery id -> outcomes
        self.outcomes = collections.defaultdict(list)    # (id, try) -> outcomes
        kept_out = set(map(id, self.kept_out))
        for entry in own:
            if entry["kind"] in OUTCOMES and entry.get("stage") != "rcpt" and (
                    id(entry) not in kept_out):
                self.deliveries[entry.get("delivery_id")].append(entry)
                self.outcomes[self.by_message.get(entry["message_id"])].append(entry)


def key_of(rfc5322_message_id):
    """(id, try) of a Message-ID of the load's; (None, 0) of any other."""
    local = rfc5322_message_id.strip("<>").split("@")[0]
    identity, dot, number = local.rpartition(".")
    return (identity, int(number)) if dot and number.isdigit() else (None, 0)


def _words(reply):
    return (reply.get("code", 0), reply.get("enhanced", ""), reply.get("text", ""))


def _name(key):
    return f"{key[0]}.{key[1]}" if key else "mail that no client sent"


def _replies(story):
    """I1."""
    by_text = {line["text"]: line for line in story.took}
    for key, reply in story.replies.items():
        accepted, outcomes = story.accepted.get(key, []), story.outcomes.get(key, [])
        kinds = [entry["kind"] for entry in outcomes]
        saw = f"the client of {_name(key)} saw {_words(reply)}"
        kind = {2: "forwarded", 5: "rejected"}.get(reply["code"] // 100)
        if reply["code"] // 100 == 4 and reply["text"] in by_text:
            kind = "deferred"
        if kind is None:
            continue
        if not accepted:
            yield f"I1 {saw}, and nothing is on record"
        elif not kinds or set(kinds) != {kind}:
            yield f"I1 {saw}, on record is {kinds}"
        elif len(outcomes) == 1 and _words(outcomes[0].get("reply", {})) != _words(reply):
            yield f"I1 {saw}, on record is {_words(outcomes[0].get('reply', {}))}"
        if kind == "forwarded" and key not in story.arrived:
            yield f"I1 {saw}, and it never came to the next hop"


def _taken(story):
    """I2."""
    for line in story.took:
        key = (line["id"], line["try"])
        what = f"the next hop took {_name(key)} for {line['to'][0]}"
        if not story.accepted.get(key):
            yield f"I2 {what}, and its acceptance is not on record"
            continue
        # A retry goes on under the delivery of the try before: this one's are of its own message.
        outcomes = [entry for entry in story.outcomes.get(key, [])
                    if entry.get("delivery_id") == line["delivery"]]
        if not outcomes:
            yield f"I2 {what}, and neither an outcome nor in_doubt is on record"
        for entry in outcomes:
            said = {"forwarded": 2, "rejected": 5, "deferred": 4}.get(entry["kind"])
            if said is None or entry.get("by", "next_hop") != "next_hop":
                continue
            if said != line["code"] // 100 or _words(entry.get("reply", {})) != _words(line):
                yield (f"I2 {what} with {_words(line)}, on record is {entry['kind']} "
                       f"{_words(entry.get('reply', {}))}")


def _invented(story):
    """I3, I4: of acceptances and outcomes."""
    took = {line["delivery"] for line in story.took}
    for key, accepted in story.accepted.items():
        tried = story.tries.get(key)
        if tried is None:
            yield f"I3 {_name(key)} is accepted on record, and no client sent it"
            continue
        if len(accepted) > 1:
            yield f"I4 {_name(key)} was sent once and is accepted {len(accepted)} times"
        for entry in accepted:
            if entry["alias"] != tried["to"]:
                yield f"I4 {_name(key)} was sent to {tried['to']}, on record is {entry['alias']}"
            wanted = len(entry.get("target", "").split(", "))
            ended = collections.Counter(outcome.get("delivery_id")
                                        for outcome in story.outcomes.get(key, []))
            if len(accepted) == 1 and (len(ended) != wanted or set(ended.values()) != {1}):
                yield (f"I3 {_name(key)} has {wanted} deliveries, and the outcomes "
                       f"{[one['kind'] for one in story.outcomes.get(key, [])]}")
    for entry in story.outcomes.get(None, []):
        yield f"I3 {entry['kind']} of {entry.get('delivery_id')} stands without its acceptance"
    for delivery, outcomes in story.deliveries.items():
        if delivery not in took and any(entry["kind"] == "forwarded" for entry in outcomes):
            yield f"I3 delivery {delivery} is forwarded on record, and the next hop never had it"


def _octets(story):
    """I5, and I4 of the envelope."""
    for line in story.took:
        tried = story.tries.get((line["id"], line["try"]))
        what = f"{line['id']}.{line['try']} at the next hop"
        if tried is None:
            yield f"I3 {what} was sent by no client"
        elif line["digest"] != tried["digest"]:
            yield f"I5 {what} has other octets than were sent"
        if line["delivery"] is None:
            yield f"I4 {what} came from {line['from']}, which is no return path"


def _doubles(story):
    """D: another copy is right only where each earlier try that came through got no answer."""
    for (identity, to), copies in story.copies.items():
        tries = sorted(line["try"] for line in copies)
        for number in {one for one in tries if tries.count(one) > 1}:
            yield (f"D {identity}.{number} was sent once and came {tries.count(number)} times to "
                   f"{to}")
        for number in tries[:-1]:
            reply = story.replies.get((identity, number))
            if reply is None or story.seen.allowed.deferred_copies and reply["code"] < 500 and \
                    reply["code"] >= 400:
                continue
            line = next(one for one in copies if one["try"] == number)
            if line["code"] // 100 == 2:
                yield (f"D {identity} came to {to} {len(copies)} times, though try {number} was "
                       f"answered by {_words(reply)}")


def _refusals(story):
    """I1, I3: at RCPT, where nothing names the try: counted by recipient."""
    lines = story.seen.clients
    heard = collections.Counter(line["to"] for line in lines
                                if line["k"] == "refused" and line["code"] >= 500)
    asked = collections.Counter(line["to"] for line in lines if line["k"] == "asked")
    recorded = collections.Counter(
        entry["alias"] for entry in story.seen.told.entries
        if entry["kind"] == "rejected" and entry.get("stage") == "rcpt")
    for recipient in sorted({*heard, *recorded}):
        if recorded[recipient] < heard[recipient]:
            yield (f"I1 clients saw {recipient} refused {heard[recipient]} times, on record are "
                   f"{recorded[recipient]}")
        if recipient in asked and recorded[recipient] > asked[recipient]:
            yield (f"I3 clients named {recipient} {asked[recipient]} times, on record are "
                   f"{recorded[recipient]} refusals")


def _kept_out(story):
    """I1, I3: of bodies that we refused ourselves, where nothing names the try: counted by
    recipient and words."""
    heard, lost = collections.Counter(), collections.Counter()
    for key, tried in story.tries.items():
        reply = story.replies.get(key)
        if story.accepted.get(key):
            continue
        if reply is None:
            lost[tried["to"]] += 1
        else:
            heard[(tried["to"], *_words(reply))] += 1
    recorded = collections.Counter((entry["alias"], *_words(entry.get("reply", {})))
                                   for entry in story.kept_out)
    for what, count in recorded.items():
        if heard[what] > count:
            yield (f"I1 clients of {what[0]} saw {what[1:]} {heard[what]} times, on record are "
                   f"{count}")
        if count > heard[what] + lost[what[0]]:
            yield (f"I3 on record are {count} refusals {what[1:]} of bodies for {what[0]}, clients "
                   f"saw {heard[what]} and lost {lost[what[0]]}")


def _reports(story):
    """I9."""
    brought = {line["delivery"] for line in story.seen.sink if line["k"] == "reports"}
    ended = {line["delivery"]: line["code"] for line in story.seen.sink
             if line["k"] == "reported"}
    bounced = collections.Counter(entry.get("delivery_id") for entry in story.seen.told.entries
                                  if entry["kind"] == "bounced")
    for delivery, code in ended.items():
        if code // 100 == 2 and bounced[delivery] != 1:
            yield (f"I9 a report on {delivery} was answered {code}, and {bounced[delivery]} "
                   "bounces are on record")
        if code // 100 != 2:
            yield f"I9 a report on {delivery} was refused for good or never taken: {code}"
    for delivery, count in bounced.items():
        if delivery not in brought:
            yield f"I9 delivery {delivery} bounced on record, and nobody reported that"
        elif count > 1:
            yield f"I9 one report on {delivery} is on record {count} times"


def _log(told):
    """I6: the histories of all aliases, and what is not of mail, are the whole log, each event in
    one of them."""
    places = collections.Counter((entry["partition"], entry["index"])
                                 for entry in told.entries + told.others)
    for place, count in places.items():
        if count > 1:
            yield f"I6 index {place[1]} of partition {place[0]} stands in {count} histories"
    for partition, index in set(told.beside) & set(places):
        yield f"I6 index {index} of partition {partition} is of mail, and told as none"
    for partition, size in told.size.items():
        have = {index for where, index in places if where == partition}
        missing = sorted(set(range(size)) - have - {i for p, i in told.beside if p == partition})
        if missing:
            yield (f"I6 partition {partition} has {size} events, and {len(missing)} are in no "
                   f"history: {missing[:5]}")
        if have and max(have) >= size:
            yield f"I6 partition {partition} has {size} events, and shows index {max(have)}"


def _views(story):
    """I7."""
    told = story.seen.told
    whole = {(entry["partition"], entry["index"]): entry["kind"] for entry in told.entries}
    for role, entries in (("sender", told.senders), ("target", told.targets)):
        for entry in entries:
            if whole.get((entry["partition"], entry["index"])) != entry["kind"]:
                yield (f"I7 the {role}'s history shows {entry['kind']} as {entry['index']}, the "
                       f"alias's {whole.get((entry['partition'], entry['index']))}")
    if told.senders:
        shown = {(entry["partition"], entry["index"]) for entry in told.senders}
        for entry in told.entries:
            if entry.get("sender") and (entry["partition"], entry["index"]) not in shown:
                yield f"I7 the sender's history lacks {entry['kind']} as {entry['index']}"
    yield from _single(story)
    # A report's own way is nobody's mail.
    count = collections.Counter(entry["kind"] for entry in told.entries
                                if "reported_delivery_id" not in entry)
    for kind in ("accepted", "forwarded", "deferred", "in_doubt", "bounced"):
        if told.counters and told.counters.get(kind) != count[kind]:
            yield (f"I7 the counters have {told.counters.get(kind)} {kind}, the histories "
                   f"{count[kind]}")
    if told.digests and len(set(told.digests)) > 1:
        yield f"I7 the views folded anew differ: {told.digests}"


def _single(story):
    """I7: single messages and deliveries against the histories."""
    for key, kinds in story.seen.told.events.items():
        shown = sorted(["accepted"] * len(story.accepted.get(key, []))
                       + [entry["kind"] for entry in story.outcomes.get(key, [])])
        if sorted(kinds) != shown:
            yield f"I7 the message {_name(key)} has {sorted(kinds)}, the histories {shown}"
    bounced = {entry.get("delivery_id") for entry in story.seen.told.entries
               if entry["kind"] == "bounced"}
    for delivery, state in story.seen.told.states.items():
        kinds = {entry["kind"] for entry in story.deliveries.get(delivery, [])}
        if delivery in bounced:
            kinds = {"bounced", "not_understood"}
        elif "forwarded" in kinds:
            kinds.add("settled")
        if kinds and state not in kinds:
            yield f"I7 delivery {delivery} is {state}, the histories have {sorted(kinds)}"


def _kafka(story):
    """I6: `kafka` has (partition, node, node_seq, event id) of what a reader takes."""
    events = story.seen.told.kafka
    if not events:
        return
    ids = collections.Counter(event[3] for event in events)
    for event_id, count in ids.items():
        if count > 1:
            yield f"I6 event {event_id} is in effect {count} times on Kafka"
    shown = len(story.seen.told.entries) + len(story.seen.told.others)
    if len(events) != shown:
        yield f"I6 Kafka has {len(events)} events in effect, the views {shown}"


def _bounds(bounds):
    """I10, I11."""
    if bounds.rss is not None and bounds.rss > bounds.most_rss:
        yield f"I10 {bounds.rss >> 20} MiB resident, at most {bounds.most_rss >> 20}"
    if bounds.descriptors is not None and bounds.descriptors > bounds.most_descriptors:
        yield f"I10 {bounds.descriptors} descriptors, at most {bounds.most_descriptors}"
    if bounds.healed is not None and bounds.healed > HEAL_SECONDS:
        yield f"I11 healed after {bounds.healed:.0f} s, at most {HEAL_SECONDS}"
