"""Crashes of every role and of the broker, under load: afterwards the log has every verdict, and
the views have every event of the log once."""

import os
import random
import shutil
import time
import unittest

from support.cluster import Cluster, sha_of_views
from support.crash_load import REFUSED_BODY, TAKEN, UNKNOWN, Load, complaints
from support.kafka_java import needs_kafka
from support.log_reader import complaints_of_log
from support.peers_case import PeersCase
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.verdicts import history
from support.waybill import binary

ROUNDS = int(os.environ.get("WAYBILL_KAFKA_ROUNDS", "6"))
SEED = int(os.environ.get("WAYBILL_CRASH_SEED", str(random.randrange(1 << 32))))
PATIENCE = 120


def taken(load):
    return sum(reply.code == 250 for reply in list(load.seen.values()))


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs_kafka()
class KafkaCrashCase(PeersCase):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(SEED)
        self.sink = self.start(RecordingSink, at_body={"no@[127.0.0.1]": "554 5.7.1 Never"},
                               before_reply=lambda _: time.sleep(random.uniform(0, 0.01)))

    def start_cluster(self, **options):
        aliases = {name: f"{name}@[127.0.0.1]:{self.sink.port}" for name in ("yes", "no")}
        cluster = Cluster(self, aliases, **options)
        cluster.create_topics()
        return cluster

    def start_load(self, *relays):
        load = Load(*(relay.smtp_port for relay in relays))
        self.addCleanup(load.stop)
        load.start()
        return load

    def run_for_a_moment(self, load, seconds=0.4):
        before = len(load.seen)
        wait_until(lambda: len(load.seen) > before, "mail goes through", seconds=PATIENCE)
        time.sleep(self.chance.uniform(0, seconds))

    def settle(self, cluster, relays, projectors):
        for relay in relays:
            cluster.wait_for_log(relay, PATIENCE)
        for projector in projectors:
            history(projector, "nobody@x.test", role="sender")

    def check_log(self, cluster):
        wrong, count = complaints_of_log(cluster.records())
        self.assertEqual([], wrong[:20], f"WAYBILL_CRASH_SEED={SEED}")
        return count

    def check_views(self, projector):
        """Dropped and folded again, and folded from the log by another, they are the same."""
        self.assertEqual(0, projector.stop(), projector.output()[-3000:])
        before = sha_of_views(projector)
        self.assertEqual(0, projector.run("views", "rebuild")[0])
        self.assertEqual(before, sha_of_views(projector))
        shutil.rmtree(projector.data / "views")
        projector.start()
        self.settle(cluster=None, relays=[], projectors=[projector])
        self.assertEqual(0, projector.stop())
        self.assertEqual(before, sha_of_views(projector))
        return before


class EveryRoleTest(KafkaCrashCase):
    def test_kills_of_every_role_lose_nothing_and_tell_nothing_twice(self):
        cluster = self.start_cluster()
        relay, projector = cluster.relay(), cluster.projector()
        load = self.start_load(relay)
        victims = [("relay",), ("projector",), ("broker",), ("relay", "projector"),
                   ("relay", "broker"), ("relay", "projector", "broker")]
        for round_number in range(ROUNDS):
            self.run_for_a_moment(load)
            killed = victims[round_number % len(victims)]
            for victim in killed:
                {"relay": relay.kill, "projector": projector.kill,
                 "broker": cluster.kafka.kill}[victim]()
            time.sleep(self.chance.uniform(0, 0.2))
            for victim in self.chance.sample(killed, len(killed)):
                if victim == "broker":
                    cluster.kafka.start_broker()
                else:
                    {"relay": relay, "projector": projector}[victim].start_again()
        self.run_for_a_moment(load)
        load.stop()
        projector.wait_until_ready(PATIENCE)
        self.settle(cluster, [relay], [projector])
        self.assertEqual([], complaints(projector, load, self.sink)[:20],
                         f"WAYBILL_CRASH_SEED={SEED}\n{relay.output()[-3000:]}")
        count = self.check_log(cluster)
        in_views = sum(len(history(projector, address)) for address in
                       (TAKEN, REFUSED_BODY, UNKNOWN))
        self.assertEqual(count, in_views, "each event of the log is once in the views")
        self.check_views(projector)


class ThreeBrokersTest(KafkaCrashCase):
    def test_one_broker_of_three_may_die_and_every_reply_still_means_all_in_sync_replicas(self):
        cluster = self.start_cluster(brokers=3, partitions=3)
        relay, projector = cluster.relay(kafka={"ack": "kafka"}), cluster.projector()
        load = self.start_load(relay)
        self.run_for_a_moment(load)
        for broker in (0, 1, 2):
            cluster.kafka.kill(broker)
            self.run_for_a_moment(load, seconds=1)
            cluster.kafka.start_broker(broker)
            self.run_for_a_moment(load, seconds=1)
        load.stop()
        self.settle(cluster, [relay], [projector])
        self.assertTrue(all(reply.code in (250, 554) for reply in load.seen.values()))
        self.assertEqual([], complaints(projector, load, self.sink)[:20])
        self.check_log(cluster)


class BrokerAwayTest(KafkaCrashCase):
    AWAY = float(os.environ.get("WAYBILL_KAFKA_AWAY_SECONDS", "15"))

    def test_mail_goes_on_while_the_broker_is_away_and_the_journal_drains_after(self):
        cluster = self.start_cluster()
        relay, projector = cluster.relay(), cluster.projector()
        load = self.start_load(relay)
        self.run_for_a_moment(load)
        cluster.kafka.kill()
        before, began = len(load.seen), time.monotonic()
        while time.monotonic() - began < self.AWAY:
            time.sleep(2)
            now = len(load.seen)
            self.assertGreater(now, before, "mail stands still")
            before = now
        backlog = relay.http.get("/readyz").json["backlog"]
        self.assertGreater(backlog, 100)
        self.assertIn("the log takes nothing now", relay.output())
        cluster.kafka.start_broker()
        cluster.wait_for_log(relay, PATIENCE)
        load.stop()
        self.settle(cluster, [relay], [projector])
        self.assertTrue(all(reply.code in (250, 554) for reply in load.seen.values()))
        self.assertEqual([], complaints(projector, load, self.sink)[:20])
        self.check_log(cluster)

    def test_a_full_journal_defers_mail_and_loses_nothing(self):
        cluster = self.start_cluster(tables={"journal": {"max_size": "2 MiB"}})
        relay, projector = cluster.relay(), cluster.projector()
        load = self.start_load(relay)
        self.run_for_a_moment(load)
        cluster.kafka.kill()
        wait_until(lambda: any(reply.code == 451 for reply in list(load.seen.values())),
                   "the full journal is told", PATIENCE)
        time.sleep(1)
        cluster.kafka.start_broker()
        cluster.wait_for_log(relay, PATIENCE)
        after = taken(load)
        wait_until(lambda: taken(load) > after, "mail is taken again", PATIENCE)
        load.stop()
        self.settle(cluster, [relay], [projector])
        self.assertEqual([], complaints(projector, load, self.sink)[:20])
        self.check_log(cluster)


if __name__ == "__main__":
    unittest.main()
