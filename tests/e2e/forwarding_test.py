"""What is sent, what the client is told, and what the log then says: always the same."""

import unittest
from typing import NamedTuple

from support.name_server import NameServer
from support.peers_case import PeersCase
from support.postfix import Postfix
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import message
from support.smtp_tools import SmtpSink
from support.verdicts import (Fact, Said, facts, facts_of_message, history, messages, said)
from support.waybill import Waybill, binary

ZONE = """\
@ IN MX 10 mx
mx IN A 127.0.0.1
mx2 IN A 127.0.0.1
dead IN A 127.0.0.3
two IN MX 10 mx
two IN MX 10 mx2
half IN MX 10 dead
half IN MX 10 mx
cname IN CNAME two
mxcname IN MX 10 mxalias
mxalias IN CNAME mx
implicit IN A 127.0.0.1
null IN MX 0 .
empty IN TXT "no mail here"
self IN MX 10 mx.x.test.
behind IN MX 5 mx.x.test.
behind IN MX 10 mx
unreachable IN MX 10 dead
"""


class Row(NamedTuple):
    """One recipient: the reply that ends its fate, and the events that must say the same."""
    alias: str
    reply: tuple  # code, enhanced
    events: list  # of Fact; a reply in them is the one the client saw


def forwarded(target):
    return [Fact("accepted"), Fact("forwarded", target)]


def at_rcpt(kind, target, by="next_hop", rule=""):
    return [Fact(kind, target, by, "rcpt", rule)]


def at_body(kind, target):
    return [Fact("accepted"), Fact(kind, target, "next_hop", "body")]


def policy(kind, rule, stage="rcpt"):
    return [Fact(kind, "", "policy", stage, rule)]


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ForwardingCase(PeersCase):
    maxDiff = None

    def deliver(self, waybill, alias, octets=None, sender="s@s.test"):
        octets = octets or message(Message_ID=f"<{alias}>")
        with waybill.client() as client:
            client.hello()
            return client.deliver(sender, [alias], octets)

    def check(self, waybill, row):
        """Sends one message and holds reply, history and message against each other."""
        reply = self.deliver(waybill, row.alias)
        with self.subTest(row.alias, reply=str(reply)):
            self.assertEqual(row.reply, (reply.code, reply.enhanced))
            entries = history(waybill, row.alias)
            expected = [fact if fact.kind in ("accepted", "dropped")
                        else fact._replace(reply=said(reply)) for fact in row.events]
            self.assertEqual(expected, facts(waybill, row.alias))
            self.assertEqual(expected, facts_of_message(waybill, entries[0]["message_id"]))
            accepted = any(fact.kind == "accepted" for fact in row.events)
            self.assertEqual([expected] if accepted else [], messages(waybill, f"<{row.alias}>"))


@needs_servers("nsd")
@needs_servers("postfix", root=True)
class PostfixAsNextHopTest(ForwardingCase):
    def test_its_verdict_is_the_senders_verdict_and_the_logs(self):
        postfix = self.start(
            Postfix, ["good@y.test", "soft@y.test", "data@y.test", "body@y.test", "slow@y.test"],
            at_rcpt={"soft@y.test": "451 4.2.1 Mailbox busy"},
            at_data={"data@y.test": "550 5.7.1 Not at DATA"},
            at_body={"body@y.test": "550 5.6.0 Not this body",
                     "slow@y.test": "451 4.3.2 Not now"})
        names = self.start(NameServer, {"y.test": ZONE})
        target = {name: f"{name}@y.test:{postfix.port}"
                  for name in ("good", "nobody", "soft", "data", "body", "slow")}
        waybill = self.start(Waybill, {"x.test": {"aliases": target, "redact": False}},
                             name_server=names)
        for row in (
                Row("good@x.test", (250, "2.0.0"), forwarded(target["good"])),
                Row("nobody@x.test", (550, "5.1.1"), at_rcpt("rejected", target["nobody"])),
                Row("soft@x.test", (451, "4.2.1"), at_rcpt("deferred", target["soft"])),
                Row("data@x.test", (550, "5.7.1"), at_body("rejected", target["data"])),
                Row("body@x.test", (550, "5.6.0"), at_body("rejected", target["body"])),
                Row("slow@x.test", (451, "4.3.2"), at_body("deferred", target["slow"])),
        ):
            self.check(waybill, row)
        [kept] = postfix.wait_for_mail("good@y.test")
        self.assertTrue(kept.endswith(
            message(Message_ID="<good@x.test>").replace(b"\r\n", b"\n")), kept)
        self.assertEqual(kept.count(b"\nReceived: "), 2, "Postfix's and ours")
        for name in ("body", "slow", "data", "soft"):
            self.assertEqual([], postfix.mail(f"{name}@y.test"))

    def test_a_refused_body_does_not_taint_the_message_after_it(self):
        """Postfix keeps the transaction of a body that it refused: 503 to the next MAIL."""
        postfix = self.start(Postfix, ["good@y.test", "body@y.test"],
                             at_body={"body@y.test": "550 5.6.0 Not this body"})
        waybill = self.start(Waybill, {"x.test": {"aliases": {
            name: f"{name}@y.test:{postfix.port}" for name in ("good", "body")}}},
            name_server=self.start(NameServer, {"y.test": ZONE}))
        codes = [self.deliver(waybill, f"{name}@x.test").code
                 for name in ("body", "good", "body", "body", "good")]
        self.assertEqual([550, 250, 550, 550, 250], codes)
        self.assertEqual(2, len(postfix.wait_for_mail("good@y.test", 2)))


@needs_servers("nsd")
class NamesTest(ForwardingCase):
    def test_where_mail_goes_is_what_dns_says(self):
        sink = self.start(RecordingSink)
        names = self.start(NameServer, {"y.test": ZONE})
        places = ("two", "half", "cname", "mxcname", "implicit", "null", "gone", "empty",
                  "unreachable")
        target = {name: f"u@{name}.y.test:{sink.port}" for name in places}
        target.update({name: f"u@{name}.y.test" for name in ("self", "behind")})
        waybill = self.start(Waybill, {"x.test": {"aliases": target, "redact": False}},
                             name_server=names)
        rows = [Row(f"{name}@x.test", (250, "2.0.0"), forwarded(target[name]))
                for name in ("two", "half", "cname", "mxcname", "implicit")]
        rows += [Row(f"{name}@x.test", reply,
                     at_rcpt("rejected", target[name], "policy", "no-route"))
                 for name, reply in (("null", (556, "5.1.10")), ("gone", (550, "5.1.2")),
                                     ("empty", (550, "5.1.2")), ("self", (554, "5.4.6")),
                                     ("behind", (554, "5.4.6")))]
        rows.append(Row("unreachable@x.test", (451, "4.4.1"),
                        at_rcpt("deferred", target["unreachable"], "relay", "unreachable")))
        for row in rows:
            self.check(waybill, row)
        self.assertEqual(5, len(sink.mail()))

    def test_exchanges_of_equal_preference_share_the_load(self):
        sink = self.start(RecordingSink)
        names = self.start(NameServer, {"y.test": ZONE})
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": f"u@two.y.test:{sink.port}"}}},
                             name_server=names)
        for _ in range(30):
            self.assertEqual(250, self.deliver(waybill, "a@x.test").code)
        history(waybill, "a@x.test")
        listed = waybill.http.get("/v1/messages", message_id="<a@x.test>", limit=100).json
        hosts = {event["forwarded"]["next_hop"]["mx_host"] for one in listed["messages"]
                 for event in one["events"] if event["kind"] == "forwarded"}
        self.assertEqual({"mx.y.test", "mx2.y.test"}, hosts)

    def test_our_own_address_is_no_next_hop_whatever_its_name(self):
        names = self.start(NameServer, {"y.test": ZONE})
        waybill = self.start(Waybill, {"x.test": {}}, name_server=names)
        literal = f"u@[127.0.0.1]:{waybill.smtp_port}"
        named = f"u@y.test:{waybill.smtp_port}"
        waybill.set_domains({"x.test": {"aliases": {"literal": literal, "named": named},
                                        "redact": False}})
        waybill.restart()
        for alias, target in (("literal", literal), ("named", named)):
            self.check(waybill, Row(f"{alias}@x.test", (554, "5.4.6"),
                                    at_rcpt("rejected", target, "policy", "no-route")))


class RulesTest(ForwardingCase):
    def test_rules_answer_and_are_on_record(self):
        sink = self.start(RecordingSink)
        target = f"u@[127.0.0.1]:{sink.port}"
        waybill = self.start(Waybill, {
            "x.test": {"aliases": {"a": target, "no": {"reject": "553 5.7.2 Not any more"},
                                   "hole": {"drop": True}}},
            "all.test": {"catch_all": target, "aliases": {"no": {"reject": "550 5.7.1 Never"}}},
            "exact.test": {"subaddress": "", "local_part": "exact", "aliases": {"a": target}}})
        for row in (
                Row("a@x.test", (250, "2.0.0"), forwarded(target)),
                Row("a+tag@x.test", (250, "2.0.0"), forwarded(target)),
                Row("any.one@all.test", (250, "2.0.0"), forwarded(target)),
                Row("a@exact.test", (250, "2.0.0"), forwarded(target)),
                Row("hole@x.test", (250, "2.0.0"),
                    [Fact("accepted"), Fact("dropped", rule="hole@x.test")]),
                Row("no@x.test", (553, "5.7.2"), policy("rejected", "no@x.test")),
                Row("no@all.test", (550, "5.7.1"), policy("rejected", "no@all.test")),
                Row("who@x.test", (550, "5.1.1"), policy("rejected", "unknown-alias")),
                Row("A@exact.test", (550, "5.1.1"), policy("rejected", "unknown-alias")),
                Row("a+tag@exact.test", (550, "5.1.1"), policy("rejected", "unknown-alias")),
        ):
            self.check(waybill, row)
        self.assertEqual(4, len(sink.mail()))

    def test_letters_are_folded_to_one_history(self):
        sink = self.start(RecordingSink)
        target = f"u@[127.0.0.1]:{sink.port}"
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": target}}})
        for recipient in ("a@x.test", "A@X.TEST", '"a"@x.test'):
            self.assertEqual(250, self.deliver(waybill, recipient).code)
        self.assertEqual(6, len(history(waybill, "a@x.test")))

    def test_mail_for_other_domains_is_refused_and_on_the_senders_record(self):
        waybill = self.start(Waybill, {"x.test": {}})
        with waybill.client() as client:
            client.hello()
            client.mail("open@relay.test")
            replies = [client.rcpt("u@elsewhere.test"), client.rcpt("u@x.test@elsewhere.test"),
                       client.rcpt("no at sign")]
        self.assertEqual([(550, "5.7.1"), 5, 5],
                         [(replies[0].code, replies[0].enhanced)]
                         + [reply.code // 100 for reply in replies[1:]])
        rules = ["unknown-domain", "syntax", "syntax"]
        self.assertEqual(
            [Fact("rejected", "", "policy", "rcpt", rule, said(reply))
             for rule, reply in zip(rules, replies)],
            facts(waybill, "open@relay.test", role="sender"))


class SeveralTargetsTest(ForwardingCase):
    def test_all_get_it_side_by_side(self):
        one, other = self.start(RecordingSink), self.start(SmtpSink, keep=True)
        targets = [f"u@[127.0.0.1]:{one.port}", f"v@[127.0.0.1]:{other.port}",
                   f"w@[127.0.0.1]:{one.port}"]
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": targets}}})
        reply = self.deliver(waybill, "a@x.test")
        self.assertEqual((250, "2.0.0"), (reply.code, reply.enhanced))
        found = facts(waybill, "a@x.test")
        self.assertEqual(["accepted"] + ["forwarded"] * 3, [fact.kind for fact in found])
        self.assertEqual(sorted(targets), sorted(fact.target for fact in found[1:]))
        self.assertEqual(2, len(one.mail()))
        self.assertEqual(1, len(other.mail()))

    def test_one_that_refuses_at_rcpt_does_not_mute_the_alias(self):
        one, other = self.start(RecordingSink), self.start(
            RecordingSink, at_rcpt={"v@[127.0.0.1]": "550 5.2.1 Gone"})
        targets = [f"u@[127.0.0.1]:{one.port}", f"v@[127.0.0.1]:{other.port}"]
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": targets}}})
        reply = self.deliver(waybill, "a@x.test")
        self.assertEqual((550, "5.2.1"), (reply.code, reply.enhanced), "nobody vouches for s.test")
        self.assertEqual(
            [Fact("accepted"), Fact("rejected", targets[1], "next_hop", "body", "", said(reply)),
             Fact("forwarded", targets[0], reply=Said(250, "2.0.0", "Kept as 1"))],
            facts(waybill, "a@x.test"))
        self.assertEqual(1, len(one.mail()))

    def test_a_retry_brings_each_target_one_copy_also_over_a_restart(self):
        one, other = self.start(RecordingSink), self.start(
            RecordingSink, at_body={"v@[127.0.0.1]": "451 4.2.2 Later"})
        targets = [f"u@[127.0.0.1]:{one.port}", f"v@[127.0.0.1]:{other.port}"]
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": targets}}})
        octets = message(Message_ID="<again@s.test>")
        for _ in range(5):
            self.assertEqual(451, self.deliver(waybill, "a@x.test", octets).code)
            waybill.kill()
            waybill.start_again()
        self.assertEqual(1, len(one.mail()))
        self.assertEqual(1, len({kept.sender for kept in other.mail()}), "one return path")
        self.assertEqual(5, len(other.mail()))

    def test_one_that_refuses_the_body_is_told_beside_the_one_that_took_it(self):
        one, other = self.start(RecordingSink), self.start(
            RecordingSink, at_body={"v@[127.0.0.1]": "552 5.2.2 Over quota"})
        targets = [f"u@[127.0.0.1]:{one.port}", f"v@[127.0.0.1]:{other.port}"]
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": targets}}})
        reply = self.deliver(waybill, "a@x.test")
        self.assertEqual((552, "5.2.2"), (reply.code, reply.enhanced))
        self.assertCountEqual(
            [Fact("accepted"), Fact("forwarded", targets[0], reply=Said(250, "2.0.0", "Kept as 1")),
             Fact("rejected", targets[1], "next_hop", "body", "", said(reply))],
            facts(waybill, "a@x.test"))

    def test_a_next_hop_that_hangs_up_after_the_body_leaves_doubt(self):
        sink = self.start(RecordingSink, at_body={"u@[127.0.0.1]": ""})
        target = f"u@[127.0.0.1]:{sink.port}"
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": target}}})
        self.assertEqual(4, self.deliver(waybill, "a@x.test").code // 100)
        self.assertEqual(["accepted", "in_doubt"],
                         [fact.kind for fact in facts(waybill, "a@x.test")])


class CountersTest(ForwardingCase):
    def test_the_counters_are_the_sum_of_the_histories(self):
        sink = self.start(RecordingSink, at_rcpt={"r@[127.0.0.1]": "550 5.1.1 No"},
                          at_body={"d@[127.0.0.1]": "451 4.3.0 Later", "i@[127.0.0.1]": ""})
        aliases = {name: f"{name}@[127.0.0.1]:{sink.port}" for name in "ardi"}
        waybill = self.start(
            Waybill, {"x.test": {"aliases": {**aliases, "hole": {"drop": True}}}})
        octets = 0
        for alias, times in (("a", 5), ("r", 4), ("d", 3), ("i", 1), ("hole", 2), ("none", 6)):
            for turn in range(times):
                sent = message(text="x" * turn + "\r\n")
                octets += 0 if alias in ("r", "none") else len(sent)
                self.deliver(waybill, f"{alias}@x.test", sent)
        counted = {"accepted": 11, "forwarded": 5, "deferred": 3, "in_doubt": 1, "dropped": 2,
                   "rejected_by_next_hop": 4, "rejected_by_policy": 6, "bounced": 0,
                   "octets": octets}
        kinds = [fact.kind for alias in ("a", "r", "d", "i", "hole", "none")
                 for fact in facts(waybill, f"{alias}@x.test")]
        answer = waybill.http.counters("x.test").json
        self.assertEqual(counted, answer["total"])
        self.assertEqual(10, kinds.count("rejected"))
        for kind in ("accepted", "forwarded", "deferred", "in_doubt", "dropped"):
            self.assertEqual(counted[kind], kinds.count(kind), kind)


if __name__ == "__main__":
    unittest.main()
