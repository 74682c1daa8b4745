"""Sinks of a running Waybill: every event of the log is at the receiver, also behind crashes of
either side; a receiver that is away costs no mail."""

import json
import signal
import unittest

from support.certificates import Authority
from support.peers_case import PeersCase
from support.process import wait_until
from support.rsyslog import Rsyslog
from support.servers import needs_servers
from support.smtp_client import message
from support.waybill import Waybill, binary

ALIAS = "void@x.test"


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class SinkCase(PeersCase):
    def begin(self, *sinks):
        self.waybill = self.start(
            Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}},
            tables={"sinks": list(sinks),
                    "limits": {"max_refusals": 1000, "max_refusals_per_client": 10_000}})

    def write(self, count=1, sender="ann@s.test"):
        with self.waybill.client() as client:
            client.hello()
            for _ in range(count):
                client.deliver(sender, [ALIAS], message())

    def ids(self):
        """Of all mail in the log."""
        answer = self.waybill.http.get("/v1/feed", after="start", wait=0)
        lines = [json.loads(line) for line in answer.body.splitlines()]
        return [line["event"]["event_id"] for line in lines if "event" in line]

    def note(self):
        return self.waybill.http.get("/readyz").body.decode()

    def metric(self, line):
        return line in self.waybill.http.get("/metrics").body.decode()


class FileSinkTest(SinkCase):
    def setUp(self):
        super().setUp()
        self.path = self.directory / "events.ndjson"
        self.sink = {"name": "siem", "transport": "file", "to": str(self.path)}

    def written(self):
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def wait_for_all(self):
        wanted = self.ids()
        self.assertGreater(len(wanted), 0)
        wait_until(lambda: set(wanted) <= {one["event_id"] for one in self.written()},
                   "every event is in the file")
        return wanted

    def test_has_every_event_once_and_in_order(self):
        self.begin(self.sink)
        self.write(20)
        wanted = self.wait_for_all()
        told = [one["event_id"] for one in self.written()]
        self.assertEqual(wanted, [one for one in told if one in set(wanted)])
        self.assertEqual(len(told), len(set(told)))
        wait_until(lambda: "access" in {one["kind"] for one in self.written()},
                   "it is told who asked, too")
        wait_until(lambda: self.metric('waybill_sink_behind{sink="siem"} 0'), "nothing is left")

    def test_misses_nothing_where_the_process_is_killed(self):
        self.begin(self.sink)
        for _ in range(5):
            self.write(10)
            self.waybill.kill()
            self.waybill.start()
        self.wait_for_all()

    def test_is_begun_changed_and_ended_by_a_reload(self):
        self.begin()
        self.write()
        old = set(self.ids())
        self.waybill.set_tables({"sinks": [self.sink]})
        self.waybill.signal(signal.SIGHUP)
        wait_until(lambda: "sink=siem" in self.waybill.output(), "the sink is there")
        wait_until(lambda: (self.waybill.data / "sinks/siem.cursor").exists(), "it has begun")
        self.write()
        new = set(self.ids()) - old
        wait_until(lambda: new <= {one["event_id"] for one in self.written()}, "it is told of")
        self.assertEqual(set(), old & {one["event_id"] for one in self.written()},
                         "a new sink begins with what comes")
        everything = {**self.sink, "name": "all", "begin": "start",
                      "to": str(self.path.with_suffix(".all")), "format": "ocsf"}
        self.waybill.set_tables({"sinks": [everything]})
        self.waybill.signal(signal.SIGHUP)
        self.path = self.path.with_suffix(".all")
        wait_until(lambda: old | new <= {one["metadata"]["uid"] for one in self.written()},
                   "all is told of")

    def test_one_that_cannot_run_costs_no_mail_and_is_said(self):
        secret = self.directory / "token"
        token = {"name": "hec", "transport": "hec", "to": "http://127.0.0.1:9/?token=wonderful",
                 "secret_file": str(secret)}
        self.begin(self.sink, token)
        self.write()
        self.wait_for_all()
        self.assertIn("sink hec does not run", self.note())
        self.assertTrue(self.waybill.http.ready())
        wait_until(lambda: self.metric('waybill_sink_trouble{sink="hec",state="stuck"} 1'),
                   "it is an alert")
        secret.write_text("abc\n")
        secret.chmod(0o600)
        wait_until(lambda: (self.waybill.data / "sinks/hec.cursor").exists(), "it runs by itself")
        self.write()
        wait_until(lambda: "sink hec is waiting" in self.note(), "it runs, and nobody is there")
        self.assertNotIn("wonderful", self.waybill.output(), "of a URL the rest may be a secret")
        self.waybill.set_tables({"sinks": [self.sink]})
        self.waybill.signal(signal.SIGHUP)
        wait_until(lambda: self.metric('waybill_sink_trouble{sink="hec",state="waiting"} 0'),
                   "what is gone troubles nobody")

    def test_a_configuration_that_is_none_is_refused_in_words(self):
        self.begin(self.sink)
        self.waybill.set_tables({"sinks": [{**self.sink, "transport": "telex"}]})
        self.waybill.signal(signal.SIGHUP)
        wait_until(lambda: "sinks[0].transport: expected" in self.waybill.output(), "it says why")
        self.write()
        self.wait_for_all()


@needs_servers("rsyslogd")
class RelpSinkTest(SinkCase):
    def test_a_receiver_that_is_away_costs_no_mail_and_misses_nothing(self):
        authority = Authority(self.directory)
        chain, key = authority.issue("relay.test")
        rsyslog = self.start(Rsyslog, authority, "ossl")
        ends = {"ca": str(authority.file), "certificate": str(chain), "key": str(key),
                "server_name": "siem.test"}
        self.begin(
            {"name": "kept", "transport": "relp", "format": "waybill", **ends,
             "to": f"tls://127.0.0.1:{rsyslog.port['relps']}"},
            {"name": "read", "transport": "syslog", "format": "waybill", **ends,
             "to": f"tls://127.0.0.1:{rsyslog.port['tls']}"})
        self.write(5)
        rsyslog.kill()
        self.write(5)
        wait_until(lambda: "sink kept is waiting" in self.note(), "it is said")
        self.assertTrue(self.waybill.http.ready(), "mail goes on")
        self.waybill.kill()
        self.waybill.start()
        self.write(5)
        rsyslog.start()
        wanted = set(self.ids())
        self.assertEqual(30, len(wanted))

        def arrived():
            bodies = [json.loads(one["body"]) for one in rsyslog.records()]
            return {body["event_id"] for body in bodies}
        wait_until(lambda: wanted <= arrived(), "all has arrived", 60)
        wait_until(lambda: "sink" not in self.note(), "nothing is wrong any more", 60)


if __name__ == "__main__":
    unittest.main()
