"""The roles apart: relays and projectors as processes of their own, meeting on a real Kafka."""

import collections
import shutil
import socket
import time
import unittest
import urllib.error
import urllib.request

from support.clock_off import clock_off
from support.cluster import DELIVERIES, Cluster, sha_of_views
from support.event_wire import envelope
from support.feed_reader import Cut, FeedReader
from support.greylisting_sink import GreylistingSink
from support.kafka_java import needs_kafka
from support.peers_case import PeersCase
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.smtp_client import message
from support.verdicts import history
from support.waybill import Waybill, binary

HOUR = 3600


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs_kafka()
class ClusterCase(PeersCase):
    def start_cluster(self, **options):
        self.sink = self.start(RecordingSink, at_body={"no@[127.0.0.1]": "554 5.7.1 Never"})
        aliases = {name: f"{name}@[127.0.0.1]:{self.sink.port}"
                   for name in ("a", "b", "c", "d", "e", "no")}
        cluster = Cluster(self, aliases, **options)
        cluster.create_topics()
        return cluster

    def deliver(self, relay, *recipients, sender="s@s.test"):
        with relay.client() as client:
            client.hello()
            return client.deliver(sender, list(recipients), message())


class RolesApartTest(ClusterCase):
    def test_a_message_is_seen_from_relay_to_history(self):
        cluster = self.start_cluster()
        relay = cluster.relay()
        projector = cluster.projector()
        self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        self.assertEqual(554, self.deliver(relay, "no@x.test").code)
        for alias, kinds in (("a@x.test", ["accepted", "forwarded"]),
                             ("no@x.test", ["accepted", "rejected"])):
            self.assertEqual(kinds, [entry["kind"] for entry in history(projector, alias)])
        # A relay has no views, and knows who has.
        self.assertEqual(history(projector, "a@x.test"), history(relay, "a@x.test"))
        # The journal keeps nothing that the log has, but its newest record.
        cluster.wait_for_log(relay)

    def test_a_foreign_consumer_sees_keys_headers_and_order(self):
        cluster = self.start_cluster()
        relay = cluster.relay()
        for alias in "abcde":
            self.assertEqual(250, self.deliver(relay, f"{alias}@x.test").code)
        cluster.wait_for_log(relay)
        records = cluster.records()
        self.assertEqual(10, len(records))
        places = collections.defaultdict(set)
        for record in records:
            event, headers = envelope(record.value), dict(record.headers)
            places[record.key].add(record.partition)
            self.assertEqual(event.alias.encode(), record.key)
            self.assertEqual(f"{event.journal}-{event.node_seq}".encode(), headers["ce_id"])
            self.assertEqual(b"waybill/mx1", headers["ce_source"])
            self.assertEqual(b"1.0", headers["ce_specversion"])
            self.assertEqual(b"application/protobuf", headers["content-type"])
            self.assertTrue(headers["ce_dataschema"].startswith(b"waybill.events.v1"))
            self.assertEqual(6, len(headers))
        self.assertTrue(all(len(partitions) == 1 for partitions in places.values()))
        for alias in "abcde":
            kinds = [dict(record.headers)["ce_type"].decode() for record in records
                     if record.key == f"{alias}@x.test".encode()]
            self.assertEqual(["waybill.delivery.accepted", "waybill.delivery.forwarded"], kinds)

    def test_with_ack_kafka_nothing_is_said_that_the_log_has_not(self):
        cluster = self.start_cluster()
        relay = cluster.relay(kafka={"ack": "kafka", "ack_timeout": "4 s"})
        projector = cluster.projector()
        self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        self.assertEqual(2, len(cluster.records()))
        cluster.kafka.freeze()
        reply = self.deliver(relay, "b@x.test")
        self.assertEqual(451, reply.code, reply)
        self.assertEqual(1, len(self.sink.mail()), "sent on before the acceptance was in the log")
        cluster.kafka.thaw()
        cluster.wait_for_log(relay)  # a broker that was frozen finds its feet first
        self.assertEqual(250, self.deliver(relay, "b@x.test").code)
        cluster.wait_for_log(relay)
        # The acceptance that the log took too late has an end as well, and nothing stays open.
        told = history(projector, "b@x.test")
        self.assertEqual(["accepted", "deferred", "accepted", "forwarded"],
                         [entry["kind"] for entry in told])
        self.assertEqual(("log-timeout", 451), (told[1]["rule"], told[1]["reply"]["code"]))
        # The sender's retry went on under the same delivery.
        self.assertEqual(1, len({entry["delivery_id"] for entry in told if "delivery_id" in entry}))
        state = projector.http.delivery(told[1]["delivery_id"]).json["state"]
        self.assertEqual("forwarded", state)

    def test_a_record_that_nobody_can_read_goes_to_quarantine_and_the_partition_goes_on(self):
        cluster = self.start_cluster(partitions=1)
        relay, projector = cluster.relay(), cluster.projector()
        cluster.kafka.produce(DELIVERIES, [(b"a@x.test", b"\xff\xffno event")], partition=0)
        self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        self.assertEqual(2, len(history(projector, "a@x.test")))
        [kept] = cluster.records("waybill.quarantine.v1")
        headers = dict(kept.headers)
        self.assertEqual(b"\xff\xffno event", kept.value)
        self.assertEqual((b"0", b"0"), (headers["waybill_partition"], headers["waybill_offset"]))
        self.assertIn(b"waybill_quarantined_records_total 1",
                      projector.http.get("/metrics").body)

    def test_topics_are_made_once_and_kept_as_they_ought_to_be(self):
        cluster = self.start_cluster()
        tool = Waybill(self.directory / "topics", {}, tables=cluster.tables("tool"))
        tool.write_configuration()
        code, said = tool.run("topics", "create")
        self.assertEqual((0, 5), (code, said.count("as it ought to be")), said)
        self.assertEqual("-1", cluster.kafka.topic_config(DELIVERIES)["retention.ms"])
        cluster.partitions = 8
        other = Waybill(self.directory / "topics", {}, tables=cluster.tables("tool"))
        other.write_configuration()
        code, said = other.run("topics", "create")
        self.assertEqual(1, code, said)
        self.assertIn("has 4 partitions, wanted are 8", said)
        # Nor is anything published where readers would not look.
        relay = cluster.relay()
        self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        wait_until(lambda: "kafka.partitions says 8" in relay.output(), "the relay says why")
        self.assertEqual([], cluster.records())
        # Nor is anything looked for there: "nothing" would be a wrong answer.
        place = self.directory / "reader"
        place.mkdir()
        reader = Waybill(place, {}, tables=cluster.tables("p1"),
                         role=("projector", "--partitions", "0-3"))
        self.addCleanup(reader.stop)
        reader.start_again()
        wait_until(lambda: "keys would be looked for where they are not" in reader.output(),
                   "the projector says why")
        # It is said before anything is answered.
        wait_until(reader.http.answers, "it answers")
        self.assertEqual(503, reader.http.get("/readyz").status)


class TwoNodesTest(ClusterCase):
    def start_two(self):
        cluster = self.start_cluster()
        relay = cluster.relay()
        nodes = cluster.projector("p1", "0-1"), cluster.projector("p2", "2-3")
        for alias in "abcde":
            self.assertEqual(250, self.deliver(relay, f"{alias}@x.test").code)
        cluster.wait_for_log(relay)
        return cluster, relay, nodes

    def test_each_answers_for_all_and_merges_by_time(self):
        _, _, (one, two) = self.start_two()
        whole = history(one, "s@s.test", role="sender")
        self.assertEqual(10, len(whole))
        times = [entry["time"] for entry in whole]
        self.assertEqual(sorted(times), times)
        self.assertEqual(whole, history(two, "s@s.test", role="sender"))
        self.assertEqual({0, 1, 2, 3}, {p["partition"] for p in one.http.history(
            "s@s.test", role="sender").json["as_of"]["partitions"]})
        for alias in "abcde":
            self.assertEqual(2, len(history(one, f"{alias}@x.test")))
            self.assertEqual(history(one, f"{alias}@x.test"), history(two, f"{alias}@x.test"))
        counted = [node.http.counters("x.test").json["total"] for node in (one, two)]
        self.assertEqual(5, counted[0]["forwarded"])
        self.assertEqual(*counted)
        paged, cursor = [], {}
        while cursor is not None:
            page = one.http.history("s@s.test", role="sender", limit=3, **cursor).json
            paged += page["entries"]
            cursor = {"cursor": page["next_cursor"]} if "next_cursor" in page else None
        self.assertEqual(whole[::-1], paged)
        for entry in whole:
            for node in (one, two):
                told = node.http.message(entry["message_id"])
                self.assertEqual((200, 2), (told.status, len(told.json["events"])))

    def test_what_is_missing_is_named_and_whole_again_after(self):
        cluster, relay, (one, two) = self.start_two()
        whole = history(one, "s@s.test", role="sender")
        two.kill()
        answer = one.http.history("s@s.test", role="sender", limit=500).json
        self.assertEqual([2, 3], answer["as_of"]["missing"])
        self.assertNotIn("complete_at", answer["as_of"])
        there = [entry for entry in whole if entry["partition"] in (0, 1)]
        self.assertEqual(there[::-1], answer["entries"])
        gone = next(entry for entry in whole if entry["partition"] in (2, 3))
        for lost in (one.http.history(gone["alias"]), one.http.delivery(gone["delivery_id"])
                     if gone.get("delivery_id") else one.http.history(gone["alias"])):
            self.assertEqual((503, "partitions_missing"), (lost.status, lost.json["code"]))
        self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        cluster.wait_for_log(relay)
        two.start()
        self.assertEqual(12, len(history(one, "s@s.test", role="sender")))

    def test_nobody_without_the_secret_is_answered_for_nodes(self):
        cluster, _, (one, _) = self.start_two()
        address = cluster.tables_of(one)["cluster"]["listen"]
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            asked = urllib.request.Request(f"http://{address}/v1/addresses/a%40x.test/history",
                                           headers=headers)
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked, timeout=10)
            self.assertEqual(401, refused.exception.code)


class FeedTest(ClusterCase):
    """One feed of two nodes, each with half of the partitions."""

    def start_two(self):
        self.cluster = self.start_cluster()
        self.relay = self.cluster.relay()
        self.one = self.cluster.projector("p1", "0-1")
        self.two = self.cluster.projector("p2", "2-3")
        self.write()
        for node in (self.relay, self.one, self.two):
            wait_until(lambda asked=node: "missing" not in asked.http.history(
                "s@s.test", role="sender").json["as_of"], "each has heard of the others")

    def write(self):
        """Some to each partition, and where all of the log is then known."""
        for alias in "abcde":
            self.assertEqual(250, self.deliver(self.relay, f"{alias}@x.test").code)
        self.cluster.wait_for_log(self.relay)

    def read(self, node, **parameters):
        reader = FeedReader(node.http_port, timeout=60, **parameters)
        self.addCleanup(reader.close)
        self.assertEqual(200, reader.status)
        return reader

    def in_log(self):
        """Events of each partition."""
        return {partition: end for partition, (_, end)
                in self.cluster.kafka.offsets(DELIVERIES).items()}

    def until_all(self, node, told, cursor):
        """Reads on from `cursor` until all of the log was told, however often that breaks off;
        gives the last cursor and the partitions that were named as missing on the way."""
        missing = set()
        end = time.monotonic() + 90
        while len(told) < sum(self.in_log().values()):
            self.assertLess(time.monotonic(), end, f"{self.in_log()}, and told was {told}")
            try:
                with FeedReader(node.http_port, timeout=20, after=cursor, wait=2) as reader:
                    for line in iter(reader.line, None):
                        if line.is_event:
                            told.append(line.place)
                        missing |= set(line.body.get("missing", []))
                        cursor = line.cursor
            except (Cut, OSError):
                time.sleep(0.2)
        return cursor, missing

    def assert_whole(self, told):
        """Each event once, those of a partition in their order."""
        of_each = collections.defaultdict(list)
        for partition, index in told:
            of_each[partition].append(index)
        self.assertEqual({partition: list(range(count)) for partition, count
                          in self.in_log().items() if count}, dict(of_each))

    def test_each_node_tells_all_partitions_as_they_come(self):
        self.start_two()
        self.assertGreater(len([count for count in self.in_log().values() if count]), 2)
        with self.read(self.one, after="start") as reader:
            first = reader.line()
            self.assertEqual("progress", first.kind)
            self.assertNotIn("missing", first.body)
            self.assert_whole([line.place for line in reader.events(10)])
        readers = [self.read(node, format=form) for node in (self.one, self.two, self.relay)
                   for form in ("ndjson", "sse")]
        for reader in readers:
            self.assertEqual(("progress", 0), (reader.line().kind, first.body["lag"]))
        began = time.monotonic()
        for alias in "abcde":
            self.assertEqual(250, self.deliver(self.relay, f"{alias}@x.test").code)
        told = [sorted(line.place for line in reader.events(10)) for reader in readers]
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(10, len(set(told[0])))
        self.assertEqual([told[0]] * len(readers), told)
        whole = self.read(self.two, after="start", wait=0).lines()
        self.assert_whole([line.place for line in whole if line.is_event])
        found = self.read(self.relay, after="start", wait=0, address="a@x.test").lines()
        self.assertEqual([line.place for line in whole
                          if line.is_event and line.body["alias"] == "a@x.test"],
                         [line.place for line in found if line.is_event])

    def test_nothing_is_missed_nor_told_twice_whatever_is_killed(self):
        self.start_two()
        told = []
        cursor, missing = self.until_all(self.one, told, "start")
        self.assertEqual(set(), missing)
        self.two.kill()
        self.write()
        with self.read(self.one, after=cursor, wait=1) as reader:
            lines = reader.lines()
        self.assertEqual([2, 3], lines[-1].body["missing"])
        self.assertNotIn("lag", lines[-1].body)
        told += [line.place for line in lines if line.is_event]
        # Of the two that are here; an alias need not be in each.
        self.assertTrue(told[10:])
        self.assertLessEqual({partition for partition, _ in told[10:]}, {0, 1})
        self.two.start()
        cursor, _ = self.until_all(self.one, told, lines[-1].cursor)
        # Where it is asked makes no difference.
        self.one.kill()
        self.write()
        with self.read(self.two, after=cursor, wait=1) as reader:
            lines = reader.lines()
        self.assertEqual([0, 1], lines[-1].body["missing"])
        told += [line.place for line in lines if line.is_event]
        self.one.start()
        self.until_all(self.one, told, lines[-1].cursor)
        self.assert_whole(told)

    def test_a_stream_goes_on_when_its_partitions_move(self):
        self.start_two()
        with self.read(self.one, after="start") as reader:
            told = [line.place for line in reader.events(10)]
            self.two.kill()
            # Each is said as soon as it is known.
            while (line := reader.line()).body.get("missing") != [2, 3]:
                self.assertEqual("progress", line.kind)
            self.write()
            self.cluster.projector("p3", "2-3")
            told += [line.place for line in reader.events(10)]
            self.write()
            told += [line.place for line in reader.events(10)]
        self.assert_whole(told)


class TwoOwnersTest(ClusterCase):
    """Both have all partitions: whatever becomes of one of them, no question is refused."""

    def start_two(self):
        cluster = self.start_cluster()
        relay = cluster.relay()
        nodes = cluster.projector("p1"), cluster.projector("p2")
        for alias in "abcde":
            self.assertEqual(250, self.deliver(relay, f"{alias}@x.test").code)
        cluster.wait_for_log(relay)
        for node in nodes:
            self.assertEqual(10, len(history(node, "s@s.test", role="sender")))
        self.assertEqual(10, len(self.entries(relay)))
        # Nodes say every second what they have: the relay has heard of both.
        time.sleep(3)
        return cluster, relay, nodes

    def entries(self, relay):
        answer = relay.http.history("s@s.test", role="sender", limit=500)
        self.assertEqual(200, answer.status, answer.body)
        self.assertNotIn("missing", answer.json["as_of"])
        return answer.json["entries"]

    def ask_for(self, seconds, relay):
        """Again and again: how long each answer took."""
        took = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            self.assertEqual(10, len(self.entries(relay)))
            took.append(time.monotonic() - began)
            time.sleep(0.05)
        return took

    def test_a_killed_owner_costs_no_question(self):
        _, relay, (one, _) = self.start_two()
        one.kill()
        self.ask_for(4, relay)

    def test_a_frozen_owner_costs_no_question_and_few_of_them_a_wait(self):
        _, relay, (one, _) = self.start_two()
        one.freeze()
        try:
            took = self.ask_for(18, relay)
        finally:
            one.thaw()
        self.assertLess(max(took), 2)
        self.assertLess(len([one for one in took if one > 0.5]), 5, took)

    def test_an_owner_whose_way_is_cut_costs_no_question(self):
        """It announces itself, and at its address nobody says a word."""
        cluster, relay, (one, _) = self.start_two()
        one.stop()
        with socket.create_server(("127.0.0.1", 0)) as mute:
            cluster.tables_of(one)["cluster"]["advertise"] = (
                f"http://127.0.0.1:{mute.getsockname()[1]}")
            one.start()
            history(one, "s@s.test", role="sender")
            took = self.ask_for(12, relay)
        self.assertLess(len([one for one in took if one > 0.5]), 5, took)


class TwoRelaysTest(ClusterCase):
    """A sender comes again to whichever MX it likes."""

    # Seconds that the wall clocks of the first and of the second are off.
    CLOCKS = ((0, 0), (3 * HOUR, -HOUR), (-HOUR, 3 * HOUR))

    def test_a_retry_at_another_relay_goes_on_where_the_first_try_ended(self):
        self.sink = self.start(RecordingSink)
        self.grey = self.start(GreylistingSink, seconds=3)
        aliases = {"one": f"one@[127.0.0.1]:{self.grey.port}",
                   "pair": [f"yes@[127.0.0.1]:{self.sink.port}",
                            f"two@[127.0.0.1]:{self.grey.port}"]}
        self.cluster = Cluster(self, aliases, tables={"kafka": {"linger": "3 s"}})
        self.cluster.create_topics()
        self.cluster.projector().wait_until_ready(60)
        for number, clocks in enumerate(self.CLOCKS, start=1):
            with self.subTest(clocks=clocks):
                relays = [self.cluster.relay(f"mx{number}{which}",
                                             env=clock_off(self.directory, off))
                          for which, off in zip("ab", clocks)]
                self.send_again(*relays, sender=f"s{number}@s.test")
                self.assertEqual(number, len(self.sink.mail()), "who had it has it once")
                self.assertEqual(2 * number, len(self.grey.mail()))

    def send_again(self, first, second, sender):
        for alias in ("one", "pair"):
            octets = message(Message_ID=f"<{alias}.{sender}>")
            self.assertEqual(451, self.say(first, sender, alias, octets).code)
            self.cluster.wait_for_log(first)
            time.sleep(4)
            reply = self.say(second, sender, alias, octets)
            self.assertEqual(250, reply.code, reply)

    @staticmethod
    def say(relay, sender, alias, octets):
        with relay.client() as client:
            client.hello()
            return client.deliver(sender, [f"{alias}@x.test"], octets)


class OneNameTest(ClusterCase):
    def test_of_a_journal_that_begins_anew_under_its_name_nothing_is_dropped(self):
        cluster = self.start_cluster(partitions=1)
        relay, projector = cluster.relay(), cluster.projector()
        for _ in range(3):
            self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        self.assertEqual(6, len(history(projector, "a@x.test")))
        relay.stop()
        shutil.rmtree(relay.data / "journal")
        relay.start()
        self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        self.assertEqual(8, len(history(projector, "a@x.test")))
        self.assertNotIn("share the name", projector.output())


class LogLostTest(ClusterCase):
    def start_one(self, mails=6):
        cluster = self.start_cluster(partitions=2)
        relay, projector = cluster.relay(), cluster.projector()
        for number in range(mails):
            self.assertEqual(250, self.deliver(relay, f"{'abcde'[number % 5]}@x.test").code)
        cluster.wait_for_log(relay)
        history(projector, "s@s.test", role="sender")
        return cluster, relay, projector

    def test_records_that_retention_took_before_they_were_read_are_said_and_never_skipped(self):
        cluster, relay, projector = self.start_one()
        projector.stop()
        for _ in range(5):
            self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        cluster.wait_for_log(relay)
        [lost] = [p for p in (0, 1) if any(r.partition == p and r.key == b"a@x.test"
                                           for r in cluster.records())]
        first, end = cluster.kafka.offsets(DELIVERIES)[lost]
        cluster.kafka.delete_records(DELIVERIES, lost, end - 1)
        projector.start_again()
        wait_until(lambda: "was removed before it was read" in projector.output(), "it says so")
        # Until its history answers, /readyz says "starting".
        wait_until(lambda: f"partition {lost}" in projector.http.get("/readyz").json["detail"],
                   "/readyz names the partition")
        self.assertEqual(503, projector.http.get("/readyz").status)
        # The other one goes on.
        other = next(f"{alias}@x.test" for alias in "abcde" if any(
            r.partition != lost and r.key == f"{alias}@x.test".encode()
            for r in cluster.records()))
        before = len(projector.http.history(other, limit=500).json["entries"])
        self.assertEqual(250, self.deliver(relay, other).code)
        projector.events(other, count=before + 2)

    def test_a_log_that_lost_all_gets_it_again_and_history_has_nothing_twice(self):
        cluster, relay, projector = self.start_one()
        entries = history(projector, "s@s.test", role="sender")
        records = sum(end for _, end in cluster.kafka.offsets(DELIVERIES).values())
        projector.stop()
        relay.stop()
        cluster.kafka.delete_topic(DELIVERIES)
        cluster.kafka.create_topic(DELIVERIES, 2)
        projector.start_again()
        wait_until(lambda: "it is read again from an earlier place" in projector.output(),
                   "it says so")
        relay.start_again()
        wait_until(lambda: sum(end for _, end in cluster.kafka.offsets(DELIVERIES).values())
                   >= records, "the relay has sent all again")
        self.assertEqual(250, self.deliver(relay, "a@x.test").code)
        cluster.wait_for_log(relay)
        self.assertEqual(len(entries) + 2, len(history(projector, "s@s.test", role="sender")))
        wait_until(lambda: projector.http.get("/readyz").status == 200, "it is well")


class BackupTest(ClusterCase):
    def test_a_backup_caught_up_is_what_a_rebuild_from_the_log_is(self):
        cluster = self.start_cluster(partitions=2)
        relay, projector = cluster.relay(), cluster.projector()
        for alias in "abc":
            self.assertEqual(250, self.deliver(relay, f"{alias}@x.test").code)
        history(projector, "s@s.test", role="sender")
        backup = self.directory / "backup"
        code, said = projector.run("views", "backup", backup)
        self.assertEqual(0, code, said)
        self.assertIn("backed up beside the waybill that runs", said)
        code, said = projector.run("views", "backup", backup)
        self.assertNotEqual(0, code, "a backup is never written over")
        for alias in "cde":
            self.assertEqual(250, self.deliver(relay, f"{alias}@x.test").code)
        history(projector, "s@s.test", role="sender")
        projector.stop()
        late = cluster.projector("p2")
        late.stop()
        shutil.rmtree(late.data / "views")
        code, said = late.run("views", "restore", backup)
        self.assertEqual(0, code, said)
        self.assertNotEqual(0, late.run("views", "restore", backup)[0], "views are there already")
        late.start()
        self.assertEqual(12, len(history(late, "s@s.test", role="sender")))
        late.stop()
        self.assertEqual(sha_of_views(projector), sha_of_views(late))


if __name__ == "__main__":
    unittest.main()
