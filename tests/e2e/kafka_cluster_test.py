"""The roles apart: relays and projectors as processes of their own, meeting on a real Kafka."""

import unittest

from support.cluster import Cluster
from support.kafka_java import needs_kafka
from support.peers_case import PeersCase
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.smtp_client import message
from support.waybill import binary


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
        kinds = [e["kind"] for e in projector.events("a@x.test", count=2)]
        self.assertEqual(["forwarded", "accepted"], kinds)
        kinds = [e["kind"] for e in projector.events("no@x.test", count=2)]
        self.assertEqual(["rejected", "accepted"], kinds)


if __name__ == "__main__":
    unittest.main()
