"""What operators watch: the numbers in /metrics that docker/prometheus/rules.yml stands on."""

import re
import unittest

from support.cluster import Cluster
from support.kafka_java import needs_kafka
from support.peers_case import PeersCase
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.smtp_client import Closed, message
from support.waybill import binary


def metrics(node):
    """{"name{label=\"value\"}": number}"""
    text = node.http.get("/metrics").body.decode()
    return {name: float(value)
            for name, value in re.findall(r"^(waybill_\S+(?: \S+)*?) (\S+)$", text, re.MULTILINE)}


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs_kafka()
class MetricsTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink)
        self.cluster = Cluster(self, {"a": f"a@[127.0.0.1]:{self.sink.port}"}, partitions=2)
        self.cluster.create_topics()

    def deliver(self, relay):
        with relay.client() as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", ["a@x.test"], message()).code)

    def test_a_relay_says_how_full_its_journal_is_and_a_projector_how_far_each_partition(self):
        relay = self.cluster.relay()
        projector = self.cluster.projector()
        self.deliver(relay)
        projector.events("a@x.test", count=2)
        said = metrics(relay)
        self.assertEqual(1, said["waybill_ready"])
        self.assertEqual(8 << 30, said["waybill_journal_limit_bytes"])
        wait_until(lambda: metrics(relay)["waybill_journal_bytes"] > 0, "the journal has a size")
        lag = 'waybill_projector_lag_events{{partition="{}"}}'
        # NaN until the log has been asked how far it goes.
        wait_until(lambda: all(metrics(projector)[lag.format(p)] == 0 for p in "01"), "no lag")
        said = metrics(projector)
        self.assertEqual(1, said["waybill_ready"])
        for partition in "01":
            self.assertEqual(0, said[f'waybill_projector_lag_events{{partition="{partition}"}}'])
            self.assertEqual(
                0, said[f'waybill_projector_partition_failed{{partition="{partition}"}}'])

    def test_what_recovery_finds_in_doubt_is_counted(self):
        self.sink.before_reply = lambda _: relay.kill()
        relay = self.cluster.relay()
        with self.assertRaises((Closed, OSError)):
            self.deliver(relay)
        self.sink.before_reply = None
        relay.start()
        self.assertEqual(1, metrics(relay)['waybill_events_total{verdict="in_doubt"}'])


if __name__ == "__main__":
    unittest.main()
