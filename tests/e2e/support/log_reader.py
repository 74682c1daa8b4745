"""The log on Kafka as a reader takes it (docs/events.md), and what must hold of it."""

import collections

from support.event_wire import envelope


def what_is_in_effect(records, cut=False):
    """The log as a reader takes it: each event once, in each partition in order; and complaints.
    A log that was cut and got again what it had lost may have some of that behind later ones."""
    last, kept, wrong = {}, {}, []
    octets_of = {}
    for record in records:
        event = envelope(record.value)
        if octets_of.setdefault(event.event_id, record.value) != record.value:
            wrong.append(f"{event.event_id.hex()} stands in the log in two versions")
        place = (record.partition, event.node, event.journal)
        if event.node_seq > last.get(place, 0):
            last[place] = event.node_seq
            kept[record.partition, event] = True
        elif (record.partition, event) not in kept:
            kept[record.partition, event] = True
            if not cut:
                wrong.append(f"{event} comes after a later one and was not there before")
    return [event for _, event in kept], wrong


def complaints_of_log(records, cut=False):
    kept, wrong = what_is_in_effect(records, cut)
    by_node = collections.defaultdict(set)
    for event in kept:
        by_node[event.node].add(event.node_seq)
    for node, seqs in by_node.items():
        missing = set(range(1, max(seqs) + 1)) - seqs
        if missing:
            wrong.append(f"{node} has {len(missing)} verdicts that the log has not: "
                         f"{sorted(missing)[:10]}")
    ids = collections.Counter(event.event_id for event in kept)
    wrong += [f"{event_id.hex()} is in effect {count} times"
              for event_id, count in ids.items() if count > 1]
    return wrong, len(kept)
