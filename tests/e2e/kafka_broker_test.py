"""What tests on Kafka stand on: a broker that can be killed, a client that sees every octet."""

import unittest

from support.kafka import Kafka
from support.kafka_java import needs_kafka
from support.kafka_requests import KafkaError
from support.peers_case import PeersCase

ALL_OCTETS = bytes(range(256))


def numbered(count, prefix="k"):
    return [(f"{prefix}{n}".encode(), f"value {n}".encode()) for n in range(count)]


def pairs(records):
    return sorted((record.key, record.value) for record in records)


@needs_kafka()
class OneBrokerTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.kafka = self.start(Kafka)

    def test_what_was_acknowledged_is_there_after_a_kill(self):
        records = numbered(100)
        self.kafka.create_topic("t", 3)
        self.kafka.produce("t", records)
        before = self.kafka.consume("t")
        self.assertEqual(sorted(records), pairs(before))
        bootstrap = self.kafka.bootstrap

        self.kafka.kill()
        self.assertFalse(self.kafka.alive())
        with self.assertRaises(ConnectionError):
            self.kafka.describe()

        self.kafka.start_broker()
        self.assertEqual(bootstrap, self.kafka.bootstrap)
        self.assertEqual(before, self.kafka.consume("t"))

    def test_keys_headers_and_values_are_read_octet_by_octet(self):
        self.kafka.create_topic("t")
        self.kafka.produce("t", [(b"a,b=\xc3\xa4\xff", ALL_OCTETS)], headers=[("ce_id", "1,x=ä")])
        record, = self.kafka.consume("t")
        self.assertEqual((0, 0, b"a,b=\xc3\xa4\xff", ALL_OCTETS),
                         (record.partition, record.offset, record.key, record.value))
        self.assertEqual([("ce_id", "1,x=ä".encode())], record.headers)

    def test_a_topic_has_the_settings_it_was_given_and_is_not_made_twice(self):
        self.kafka.create_topic("t", 4, {"cleanup.policy": "compact"})
        self.assertEqual({n: (1, [1], [1]) for n in range(4)}, self.kafka.topic("t"))
        self.assertEqual("compact", self.kafka.topic_config("t")["cleanup.policy"])
        with self.assertRaises(KafkaError) as refused:
            self.kafka.create_topic("t", 4)
        self.assertEqual(36, refused.exception.code)  # TOPIC_ALREADY_EXISTS
        self.kafka.delete_topic("t")
        self.assertNotIn("t", self.kafka.describe().topics)

    def test_no_topic_comes_into_being_by_itself(self):
        with self.assertRaises(RuntimeError):
            self.kafka.produce("t", numbered(1), seconds=5)
        self.assertNotIn("t", self.kafka.describe().topics)

    def test_a_partition_begins_later_once_its_records_are_deleted(self):
        self.kafka.create_topic("t", 2)
        self.kafka.produce("t", numbered(10), partition=1)
        self.kafka.delete_records("t", 1, 4)
        self.assertEqual({0: (0, 0), 1: (4, 10)}, self.kafka.offsets("t"))
        self.assertEqual(list(range(4, 10)), [r.offset for r in self.kafka.consume("t")])

    def test_a_frozen_broker_answers_once_it_thaws(self):
        self.kafka.create_topic("t")
        self.kafka.freeze()
        with self.assertRaises(RuntimeError):
            self.kafka.produce("t", numbered(1, "lost"), seconds=2)
        self.assertTrue(self.kafka.alive())
        self.kafka.thaw()
        self.kafka.wait_for_brokers()
        self.kafka.produce("t", numbered(1, "kept"))
        self.assertIn((b"kept0", b"value 0"), pairs(self.kafka.consume("t")))


@needs_kafka()
class ThreeBrokersTest(PeersCase):
    def test_without_one_of_three_all_in_sync_replicas_still_acknowledge(self):
        kafka = self.start(Kafka, brokers=3)
        kafka.create_topic("t", 3, {"min.insync.replicas": 2})
        self.assertEqual([[1, 2, 3]] * 3,
                         [sorted(in_sync) for _, _, in_sync in kafka.topic("t").values()])
        kafka.produce("t", numbered(30))

        kafka.kill(0)
        kafka.produce("t", numbered(30, "after"), acks="all", seconds=40)
        both = sorted(numbered(30) + numbered(30, "after"))
        self.assertEqual(both, pairs(kafka.consume("t")))
        for leader, _, in_sync in kafka.topic("t").values():
            self.assertNotEqual(1, leader)
            self.assertNotIn(1, in_sync)

        kafka.start_broker(0)
        self.assertEqual(both, pairs(kafka.consume("t")))

        kafka.kill(0)
        kafka.kill(1)
        with self.assertRaises(RuntimeError):
            kafka.produce("t", numbered(1, "alone"), acks="all", seconds=5)


if __name__ == "__main__":
    unittest.main()
