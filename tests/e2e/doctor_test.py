"""waybill doctor on a real Kafka, a real name server and real processes: each thing that can go
wrong is made to go wrong, and has its sentence."""

import json
import os
import shutil
import subprocess
import time
import unittest

from support.cluster import Cluster
from support.kafka_java import needs_kafka
from support.name_server import NameServer
from support.peers_case import PeersCase
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.waybill import Waybill, binary

ZONES = {"x.test": "@ IN MX 10 mx\nmx IN A 127.0.0.1\n@ IN TXT \"v=spf1 mx -all\""}
# None of the checks may hang, whatever is away.
PATIENCE_SECONDS = 25


class DoctorCase(PeersCase):
    def examine(self, node, *options, environment=None):
        """Exit code and findings of a doctor with the node's configuration."""
        done = subprocess.run([binary(), "doctor", "-c", node.configuration, "--json", *options],
                              capture_output=True, text=True, timeout=PATIENCE_SECONDS,
                              check=False, env={**os.environ, **(environment or {})})
        self.assertEqual("", done.stderr)
        return done.returncode, json.loads(done.stdout)

    def troubles(self, node, *options):
        """What is more than a note: [(severity, check, subject, sentence)], of an exit code that
        goes with it."""
        code, findings = self.examine(node, *options)
        found = [(f["severity"], f["check"], f["subject"], f["sentence"]) for f in findings
                 if f["severity"] not in ("fine", "note")]
        self.assertEqual(1 if found else 0, code, findings)
        return found

    def assert_one_trouble(self, found, severity, check, subject, sentence):
        self.assertEqual(1, len(found), found)
        self.assertEqual((severity, check, subject), found[0][:3])
        self.assertIn(sentence, found[0][3])


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs_kafka()
@needs_servers("nsd")
class ClusterDoctorTest(DoctorCase):
    """One cluster for all that can be mended again: a broker's start takes its time."""

    def setUp(self):
        super().setUp()
        self.names = self.start(NameServer, ZONES)
        self.cluster = Cluster(
            self, {"a": "a@[127.0.0.1]:9", "postmaster": "a@[127.0.0.1]:9"},
            name_server=self.names, tables={"journal": {"max_size": "64 MiB"}})
        self.kafka = self.cluster.kafka
        self.cluster.create_topics()

    def test_what_goes_wrong_in_a_cluster_is_said(self):
        relay = self.cluster.relay()
        self.cluster.projector("p1", partitions="0-1,3")
        self.assert_one_trouble(self.troubles(relay), "wrong", "nodes", "owners",
                                "nobody has partition 2: ")
        projector = self.cluster.projector("p2", partitions="2")
        self.assertEqual([], self.troubles(projector))
        with self.subTest("a page for people"):
            self.a_page_for_people(relay)
        with self.subTest("a topic's retention"):
            self.a_topic_that_forgets(relay)
        with self.subTest("a missing topic"):
            self.a_missing_topic(relay)
        with self.subTest("another number of partitions"):
            self.another_number_of_partitions(relay)
        with self.subTest("a broker away"):
            self.kafka.kill()
            self.assert_one_trouble(self.troubles(relay), "wrong", "broker", self.kafka.bootstrap,
                                    "no broker answers")

    def a_page_for_people(self, relay):
        code, said = relay.run("doctor")
        self.assertEqual(0, code, said)
        self.assertNotIn("\033", said)
        self.assertRegex(said, r"(?m)^  fine +waybill\.deliveries\.v1 +4 partitions, 1 copy")
        self.assertRegex(said, r"(?m)^  fine +p1 +has partitions 0, 1, 3, \d+ records? behind the")
        self.assertRegex(said, r"(?m)^  fine +mx1 +relay, \d+ events? not yet in the log$")
        self.assertRegex(said, r"(?m)^  fine +MX +mail for x\.test is sent here$")
        self.assertRegex(said.splitlines()[-1], r"^all well, \d notes$")

    def a_topic_that_forgets(self, relay):
        name = "waybill.access.v1"
        self.kafka.delete_topic(name)
        self.kafka.create_topic(name, config={
            "cleanup.policy": "delete", "retention.ms": "604800000", "retention.bytes": "-1",
            "min.insync.replicas": "1", "compression.type": "producer"})
        self.assert_one_trouble(self.troubles(relay), "warning", "topics", name,
                                "retention.ms is 604800000, ought to be -1")
        self.mend(relay)
        self.assertEqual([], self.troubles(relay))

    def a_missing_topic(self, relay):
        name = "waybill.control.v1"
        self.kafka.delete_topic(name)
        self.assert_one_trouble(self.troubles(relay), "wrong", "topics", name,
                                "there is no such topic")
        self.mend(relay)

    def another_number_of_partitions(self, relay):
        text = relay.configuration.read_text()
        relay.configuration.write_text(text.replace("partitions = 4", "partitions = 3"))
        self.assert_one_trouble(self.troubles(relay), "wrong", "topics", "waybill.deliveries.v1",
                                "has 4 partitions, and the configuration says 3")
        relay.configuration.write_text(text)

    def mend(self, node):
        code, said = node.run("topics", "create")
        self.assertEqual(0, code, said)


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs_servers("nsd")
class MachineDoctorTest(DoctorCase):
    """`waybill serve`: all on one machine."""

    def setUp(self):
        super().setUp()
        self.names = self.start(NameServer, ZONES)
        self.serve = self.start(
            Waybill, {"x.test": {"aliases": {"postmaster": "a@[127.0.0.1]:9"}}},
            name_server=self.names, tables={"journal": {"max_size": "64 MiB"}})

    def rewrite(self, before, after):
        text = self.serve.configuration.read_text()
        self.assertIn(before, text)
        self.serve.configuration.write_text(text.replace(before, after))

    def test_nothing_is_wrong_beside_a_running_waybill(self):
        code, findings = self.examine(self.serve)
        self.assertEqual(0, code, findings)
        process = [f for f in findings if f["check"] == "process"]
        self.assertEqual([("fine", "ready, 0 events not yet in the views")],
                         [(f["severity"], f["sentence"]) for f in process])
        self.assertEqual([], [f for f in findings if f["check"] == "broker"])
        self.serve.stop()
        code, findings = self.examine(self.serve)
        self.assertEqual(0, code, findings)
        self.assertIn("no waybill runs here", [f["sentence"] for f in findings])

    def test_a_journal_at_its_limit_is_wrong(self):
        self.serve.stop()
        (self.serve.data / "journal/000099.sst").write_bytes(bytes(60 << 20))
        self.assert_one_trouble(self.troubles(self.serve), "warning", "disk", "journal",
                                "60 MiB of 64 MiB")
        self.rewrite("64 MiB", "32 MiB")
        self.assert_one_trouble(self.troubles(self.serve), "wrong", "disk", "journal",
                                "60 MiB of 32 MiB (journal.max_size): mail is answered 451")

    def test_a_disk_that_cannot_hold_the_journal_is_a_warning(self):
        gib = shutil.disk_usage(self.serve.data).free >> 30
        self.rewrite("64 MiB", f"{min(gib + 1000, 16384)} GiB")
        self.assert_one_trouble(self.troubles(self.serve), "warning", "disk", "disk",
                                "is what the journal may still grow by")

    def test_keys_that_others_may_read_or_that_are_gone_are_wrong(self):
        keys = self.serve.data / "return_path.keys"
        keys.chmod(0o644)
        self.assert_one_trouble(self.troubles(self.serve), "wrong", "keys", str(keys),
                                "may be read by others than its owner")
        keys.unlink()
        self.assert_one_trouble(self.troubles(self.serve), "wrong", "keys", str(keys), "is gone")
        self.assertFalse(keys.exists())

    def test_a_name_server_that_is_away_is_wrong(self):
        self.names.stop()
        begin = time.monotonic()
        self.assert_one_trouble(self.troubles(self.serve), "wrong", "dns",
                                f"127.0.0.1:{self.names.port}", "no answer to any question")
        self.assertLess(time.monotonic() - begin, 20)

    def test_another_program_at_our_port_and_mx_elsewhere_are_told(self):
        other = self.start(NameServer, {"x.test": "@ IN MX 10 mx.y.test.\nmx IN A 127.0.0.1"})
        self.rewrite(f"127.0.0.1:{self.names.port}", f"127.0.0.1:{other.port}")
        sink = self.start(RecordingSink)
        self.rewrite(f"127.0.0.1:{self.serve.http_port}", f"127.0.0.1:{sink.port}")
        self.assert_one_trouble(self.troubles(self.serve), "wrong", "process",
                                f"127.0.0.1:{sink.port}",
                                "something answers there that is no waybill")
        _, findings = self.examine(self.serve)
        said = [f["sentence"] for f in findings if f["check"] == "dns" and f["severity"] == "note"]
        self.assertTrue(any("its MX is mx.y.test, not mx.x.test" in one for one in said), said)

    def test_a_wrong_configuration_and_what_may_not_be_seen_have_codes_of_their_own(self):
        hidden = self.directory / "hidden"
        hidden.mkdir(mode=0o700)
        if os.geteuid() == 0:
            done = subprocess.run(
                [shutil.which("setpriv"), "--reuid", "65534", "--clear-groups", binary(), "doctor",
                 "-c", self.serve.configuration, "--data", hidden / "data", "--json"],
                capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
            unseen = {f["check"]: f["sentence"] for f in json.loads(done.stdout)
                      if f["severity"] == "unseen"}
            self.assertIn("cannot be looked at", unseen["disk"])
            self.assertIn("may not be read by us", unseen["keys"])
            self.assertEqual(3, done.returncode, done.stdout)
        self.rewrite("[journal]", "[jornal]")
        code, said = self.serve.run("doctor")
        self.assertEqual(2, code)
        self.assertIn("jornal", said)


if __name__ == "__main__":
    unittest.main()
