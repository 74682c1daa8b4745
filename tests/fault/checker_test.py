"""The checker is not blind: made-up diaries and histories that agree, then with one lie each."""

import copy
import unittest

import harness  # noqa: F401  pylint: disable=unused-import
from harness.checker import Allowed, Bounds, Seen, Told, complaints, doubles, key_of

SENDER = "s@s.test"


def tried(identity, number=1, to="yes@x.test"):
    return {"k": "try", "id": identity, "try": number, "to": to,
            "digest": f"octets of {identity}.{number}"}


def replied(identity, code, text, number=1, to="yes@x.test", enhanced="2.0.0"):
    return {"k": "reply", "id": identity, "try": number, "to": to, "code": code,
            "enhanced": enhanced, "text": text}


def took(identity, delivery, text, number=1, to="yes@[127.0.0.1]", code=250, enhanced="2.0.0"):
    return {"k": "took", "id": identity, "try": number, "to": [to], "code": code,
            "enhanced": enhanced, "text": text, "delivery": delivery, "from": f"b.{delivery}",
            "digest": f"octets of {identity}.{number}"}


class Log:
    """Histories as Waybill would show them."""

    def __init__(self):
        self.entries = []

    def add(self, kind, message, delivery, alias="yes@x.test", target="yes@[127.0.0.1]", **more):
        self.entries.append({"partition": 0, "index": len(self.entries), "kind": kind,
                             "alias": alias, "sender": SENDER, "target": target,
                             "message_id": message, "delivery_id": delivery, **more})

    def accepted(self, identity, message, delivery, number=1, **more):
        self.add("accepted", message, delivery,
                 rfc5322_message_id=f"<{identity}.{number}@load.test>", **more)

    def said(self, kind, message, delivery, code, text, enhanced="2.0.0", **more):
        self.add(kind, message, delivery, reply={"code": code, "enhanced": enhanced,
                                                 "text": text}, **more)


def truth():
    """A mail that arrived, one that was refused, one that a crash left in doubt and that came
    again, one that was deferred, one that bounced, an unknown recipient."""
    clients, sink, log = [], [], Log()
    clients += [tried("m1"), replied("m1", 250, "Seen as 1")]
    sink += [took("m1", "d1", "Seen as 1")]
    log.accepted("m1", "M1", "d1")
    log.said("forwarded", "M1", "d1", 250, "Seen as 1")
    clients += [tried("m2"), replied("m2", 554, "Seen as 2", enhanced="5.7.1")]
    sink += [took("m2", "d2", "Seen as 2", code=554, enhanced="5.7.1")]
    log.accepted("m2", "M2", "d2")
    log.said("rejected", "M2", "d2", 554, "Seen as 2", "5.7.1", stage="body", by="next_hop")
    clients += [tried("m3"), {"k": "lost", "id": "m3", "try": 1, "to": "yes@x.test"},
                tried("m3", 2), replied("m3", 250, "Seen as 4", 2)]
    sink += [took("m3", "d3", "Seen as 3"), took("m3", "d4", "Seen as 4", 2)]
    log.accepted("m3", "M3", "d3")
    log.add("in_doubt", "M3", "d3")
    log.accepted("m3", "M4", "d4", 2)
    log.said("forwarded", "M4", "d4", 250, "Seen as 4")
    clients += [tried("m5"), replied("m5", 451, "Seen as 5", enhanced="4.3.0")]
    sink += [took("m5", "d5", "Seen as 5", code=451, enhanced="4.3.0")]
    log.accepted("m5", "M5", "d5")
    log.said("deferred", "M5", "d5", 451, "Seen as 5", "4.3.0", stage="body", by="next_hop")
    clients += [{"k": "asked", "to": "nobody@x.test"},
                {"k": "refused", "to": "nobody@x.test", "code": 550, "enhanced": "5.1.1",
                 "text": "No such address here"}]
    log.said("rejected", "M6", None, 550, "No such address here", "5.1.1", stage="rcpt",
             by="policy", alias="nobody@x.test")
    sink += [{"k": "reports", "delivery": "d1"}, {"k": "reported", "delivery": "d1", "code": 250}]
    log.add("bounced", "M1", "d1")
    entries = log.entries
    told = Told(entries=entries, senders=copy.deepcopy(entries),
                targets=copy.deepcopy([e for e in entries if e.get("delivery_id")]),
                size={0: len(entries)},
                events={("m1", 1): ["accepted", "forwarded"], ("m3", 1): ["accepted", "in_doubt"]},
                states={"d1": "bounced", "d2": "rejected"},
                counters={"accepted": 5, "forwarded": 2, "deferred": 1, "in_doubt": 1,
                          "bounced": 1},
                digests=("one", "one"),
                kafka=[(0, "mx1", n, f"event {n}") for n in range(len(entries))])
    return Seen(clients, sink, told, Bounds(rss=1 << 20, descriptors=50, healed=1.0))


def keep_out(seen, heard=True):
    """One more: a body that was refused by us before anything was accepted."""
    words = {"code": 452, "enhanced": "4.3.1", "text": "No room"}
    end = {"k": "reply", **words} if heard else {"k": "lost"}
    seen.clients += [tried("m7"), {"id": "m7", "try": 1, "to": "yes@x.test", **end}]
    told, log = seen.told, Log()
    log.entries = told.entries
    log.add("deferred", "M7", None, reply=words, stage="body", by="policy")
    told.senders.append(dict(told.entries[-1]))
    told.size[0] += 1
    told.counters["deferred"] += 1
    told.kafka.append((0, "mx1", len(told.kafka), "one more event"))


def drop(lines, **facts):
    gone = [line for line in lines if all(line.get(name) == value
                                          for name, value in facts.items())]
    assert gone, facts
    for line in gone:
        lines.remove(line)


def change(lines, facts, **values):
    line = next(line for line in lines if all(line.get(name) == value
                                              for name, value in facts.items()))
    line.update(values)


class CheckerTest(unittest.TestCase):
    def lie(self, tell, *promises):
        """`tell` changes one thing; complaints of these promises come, among others."""
        seen = truth()
        tell(seen)
        said = complaints(seen)
        for promise in promises:
            self.assertTrue([one for one in said if one.startswith(promise + " ")],
                            f"{promise} is not among {said}")

    def test_the_truth_is_believed(self):
        self.assertEqual([], complaints(truth()))
        self.assertEqual(1, doubles(truth()))

    def test_ids_are_read_from_message_ids(self):
        self.assertEqual(("m1.x", 12), key_of("<m1.x.12@load.test>"))
        self.assertEqual((None, 0), key_of("<elsewhere@load.test>"))

    # I1

    def test_a_reply_without_a_record_is_found(self):
        def forget(seen):
            seen.told.entries[:] = [e for e in seen.told.entries if e["message_id"] != "M1"]
        self.lie(forget, "I1", "I2", "I6")

    def test_another_verdict_than_the_client_saw_is_found(self):
        self.lie(lambda seen: change(seen.told.entries, {"kind": "forwarded"}, kind="in_doubt"),
                 "I1")
        self.lie(lambda seen: change(seen.clients, {"k": "reply", "id": "m2"}, code=250), "I1")

    def test_250_said_for_451_is_found(self):
        self.lie(lambda seen: change(seen.clients, {"k": "reply", "id": "m5"}, code=250), "I1")

    def test_other_words_than_the_client_saw_are_found(self):
        self.lie(lambda seen: change(seen.clients, {"k": "reply", "id": "m1"}, text="Other"), "I1")
        self.lie(lambda seen: change(seen.clients, {"k": "reply", "id": "m2"}, enhanced="5.0.0"),
                 "I1")

    def test_a_deferral_in_the_next_hops_words_that_is_not_recorded_is_found(self):
        self.lie(lambda seen: drop(seen.told.entries, kind="deferred"), "I1")

    def test_250_for_what_never_arrived_is_found(self):
        self.lie(lambda seen: drop(seen.sink, k="took", id="m1"), "I1", "I3")

    def test_a_refusal_at_rcpt_that_is_not_recorded_is_found(self):
        self.lie(lambda seen: drop(seen.told.entries, stage="rcpt"), "I1")

    def test_a_body_that_we_refuse_is_on_record_as_often_as_it_was_heard(self):
        for heard in (True, False):
            seen = truth()
            keep_out(seen, heard)
            self.assertEqual([], complaints(seen))
        self.lie(lambda seen: keep_out(seen) or seen.clients.extend(
            [tried("m8"), {"k": "reply", "id": "m8", "try": 1, "to": "yes@x.test", "code": 452,
                           "enhanced": "4.3.1", "text": "No room"}]), "I1")
        self.lie(lambda seen: keep_out(seen) or drop(seen.clients, id="m7"), "I3")

    # I2

    def test_a_copy_without_an_acceptance_is_found(self):
        self.lie(lambda seen: drop(seen.told.entries, kind="accepted", message_id="M3"), "I2")

    def test_a_copy_without_an_outcome_is_found(self):
        self.lie(lambda seen: drop(seen.told.entries, kind="in_doubt"), "I2", "I3")

    def test_another_reply_than_the_next_hops_is_found(self):
        self.lie(lambda seen: change(seen.sink, {"k": "took", "id": "m1"}, text="Other"), "I2")

    # I3, I4

    def test_an_acceptance_that_no_client_asked_for_is_found(self):
        self.lie(lambda seen: drop(seen.clients, k="try", id="m2"), "I3")

    def test_a_copy_that_no_client_sent_is_found(self):
        self.lie(lambda seen: seen.sink.append(took("m9", "d9", "Seen as 9")), "I3")

    def test_two_outcomes_of_one_delivery_are_found(self):
        self.lie(lambda seen: seen.told.entries.append(
            {**seen.told.entries[1], "kind": "in_doubt", "index": 12}), "I3")

    def test_an_outcome_without_its_acceptance_is_found(self):
        self.lie(lambda seen: change(seen.told.entries, {"kind": "forwarded"}, message_id="M9"),
                 "I3")

    def test_one_body_accepted_twice_is_found(self):
        self.lie(lambda seen: seen.told.entries.append({**seen.told.entries[0], "index": 12}),
                 "I4")

    def test_mail_that_went_to_another_alias_is_found(self):
        self.lie(lambda seen: change(seen.told.entries, {"kind": "accepted"}, alias="no@x.test"),
                 "I4")

    def test_refusals_that_nobody_provoked_are_found(self):
        self.lie(lambda seen: drop(seen.clients, k="asked") or seen.clients.append(
            {"k": "asked", "to": "nobody@x.test"}) or seen.told.entries.append(
                {**seen.told.entries[10], "index": 12}), "I3")

    # I5

    def test_other_octets_are_found(self):
        self.lie(lambda seen: change(seen.sink, {"k": "took", "id": "m1"}, digest="other"), "I5")
        self.lie(lambda seen: change(seen.sink, {"k": "took", "id": "m1"}, digest=None), "I5")

    # D

    def test_a_second_copy_of_what_was_answered_is_found(self):
        def answer(seen):
            drop(seen.clients, k="lost")
            seen.clients.append(replied("m3", 250, "Seen as 3"))
        self.lie(answer, "D")

    def test_a_second_copy_after_451_is_found_unless_the_fault_excuses_it(self):
        def defer(seen):
            drop(seen.clients, k="lost")
            seen.clients.append(replied("m3", 451, "Try again", enhanced="4.3.0"))
        self.lie(defer, "D")
        seen = truth()
        defer(seen)
        seen.allowed = Allowed(deferred_copies=True)
        self.assertEqual([], complaints(seen))

    def test_one_try_that_came_twice_is_found(self):
        self.lie(lambda seen: seen.sink.append(took("m1", "d1", "Seen as 1")), "D")

    # I6, I7

    def test_what_is_not_of_mail_has_its_place_and_no_other(self):
        seen = truth()
        seen.told.beside.append((0, seen.told.size[0]))
        seen.told.size[0] += 1
        self.assertEqual([], complaints(seen))
        self.lie(lambda seen: seen.told.beside.append((0, 3)), "I6")

    def test_a_hole_in_the_log_is_found(self):
        self.lie(lambda seen: seen.told.size.update({0: 13}), "I6")

    def test_an_event_that_is_shown_twice_is_found(self):
        self.lie(lambda seen: seen.told.entries.append(seen.told.entries[4]), "I6")

    def test_an_event_in_effect_twice_on_kafka_is_found(self):
        self.lie(lambda seen: seen.told.kafka.append((0, "mx1", 99, "event 0")), "I6")

    def test_a_view_that_lacks_an_event_of_kafka_is_found(self):
        self.lie(lambda seen: seen.told.kafka.append((0, "mx1", 99, "event 99")), "I6")

    def test_a_senders_history_that_differs_is_found(self):
        self.lie(lambda seen: seen.told.senders.pop(), "I7")
        self.lie(lambda seen: seen.told.senders[0].update(kind="forwarded"), "I7")

    def test_a_targets_history_that_differs_is_found(self):
        self.lie(lambda seen: seen.told.targets[0].update(index=99), "I7")

    def test_a_message_and_a_delivery_that_differ_are_found(self):
        self.lie(lambda seen: seen.told.events.update({("m1", 1): ["accepted"]}), "I7")
        self.lie(lambda seen: seen.told.states.update(d2="forwarded"), "I7")

    def test_counters_that_differ_are_found(self):
        self.lie(lambda seen: seen.told.counters.update(forwarded=3), "I7")

    def test_views_that_fold_to_something_else_are_found(self):
        self.lie(lambda seen: setattr(seen.told, "digests", ("one", "two")), "I7")

    # I9 to I11

    def test_a_report_that_was_taken_and_is_not_on_record_is_found(self):
        self.lie(lambda seen: drop(seen.told.entries, kind="bounced"), "I9")

    def test_a_report_that_was_refused_is_found(self):
        self.lie(lambda seen: change(seen.sink, {"k": "reported"}, code=550), "I9")

    def test_a_bounce_that_nobody_reported_is_found(self):
        self.lie(lambda seen: drop(seen.sink, k="reports"), "I9")

    def test_a_report_on_record_twice_is_found(self):
        self.lie(lambda seen: seen.told.entries.append({**seen.told.entries[-1], "index": 12}),
                 "I9")

    def test_too_much_memory_or_too_many_descriptors_are_found(self):
        self.lie(lambda seen: setattr(seen.bounds, "rss", 2 << 30), "I10")
        self.lie(lambda seen: setattr(seen.bounds, "descriptors", 5000), "I10")

    def test_healing_that_takes_too_long_is_found(self):
        self.lie(lambda seen: setattr(seen.bounds, "healed", 31.0), "I11")


if __name__ == "__main__":
    unittest.main()
