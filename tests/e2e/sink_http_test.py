"""The transport into data streams against a real OpenSearch, and against itself: what a record
becomes there, what is refused, and what a receiver that has no template gets."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from support.opensearch import OpenSearch, needs_opensearch
from support.waybill import binary

STREAM = "logs-waybill.delivery-default"


def program():
    """tests/stream/sink_http.cc."""
    given = os.environ.get("WAYBILL_SINK_HTTP")
    return pathlib.Path(given) if given else binary().parent / "tests/sink_http"


def document(event_id, **more):
    return {"@timestamp": "2026-11-26T20:00:00.123456789Z",
            "event": {"id": event_id, "action": "email-accepted", "outcome": "success"},
            "source": {"ip": "192.0.2.25", "port": 40000}, **more}


def record(event_id, body=None):
    return {"id": event_id, "kind": "accepted",
            "body": json.dumps(body or document(event_id), ensure_ascii=False)}


def send(url, *records, stream=STREAM):
    """What became of each, and the last line."""
    lines = "".join(json.dumps(one) + "\n" for one in records)
    done = subprocess.run([program(), "bulk", url, stream], input=lines, capture_output=True,
                          text=True, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"{done.returncode}: {done.stderr}")
    *each, last = [json.loads(line) for line in done.stdout.splitlines()]
    return each, last


def fates(each):
    return [one["fate"] for one in each]


@needs_opensearch()
@unittest.skipUnless(program().exists(), f"not built: {program()}")
class DataStreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="waybill-opensearch-")
        cls.node = OpenSearch(cls.place.name)
        cls.addClassCleanup(cls.place.cleanup)
        cls.addClassCleanup(cls.node.stop)
        cls.node.start()
        cls.template = json.loads(subprocess.run([program(), "template", "opensearch"], check=True,
                                                 capture_output=True, text=True).stdout)

    def setUp(self):
        self.node.ask("DELETE", f"/_data_stream/{STREAM}")
        status, answer = self.node.ask("PUT", "/_index_template/waybill", self.template)
        self.assertEqual(200, status, answer)

    def hits(self, event_id):
        return self.node.count(STREAM, {"term": {"event.id": event_id}})

    def test_a_record_is_a_document_and_a_repeat_is_none(self):
        first, last = send(self.node.url, record("a"), record("b"))
        self.assertEqual(["confirmed", "confirmed"], fates(first), last)
        self.assertEqual("stored", last["grade"])
        again, _ = send(self.node.url, record("b"), record("c"))
        self.assertEqual(["repeat", "confirmed"], fates(again))
        for event_id in "abc":
            self.assertEqual(1, self.hits(event_id), event_id)

    def test_what_is_refused_says_why_and_the_rest_is_in(self):
        each, last = send(self.node.url, record("d"),
                          record("e", document("e", source={"ip": "not-an-ip"})),
                          record("f", {"event": {"id": "f"}}), record("g"))
        self.assertEqual(["confirmed", "refused", "refused", "confirmed"], fates(each))
        self.assertIn("'not-an-ip' is not an IP string literal", each[1]["why"])
        self.assertIn("@timestamp", each[2]["why"])
        self.assertEqual("none", last["trouble"])
        self.assertEqual([1, 0, 0, 1], [self.hits(event_id) for event_id in "defg"])

    def test_a_field_that_the_template_does_not_name_is_kept(self):
        body = document("h", waybill={"future": {"a": [1, {"b": "x"}]}}, other="é\t\"")
        self.assertEqual(["confirmed"], fates(send(self.node.url, record("h", body))[0]))
        self.hits("h")
        query = {"query": {"ids": {"values": ["h"]}}}
        _, answer = self.node.ask("GET", f"/{STREAM}/_search", query)
        self.assertEqual(body, answer["hits"]["hits"][0]["_source"])

    def test_without_a_template_nothing_is_written(self):
        self.node.ask("DELETE", f"/_data_stream/{STREAM}")
        self.node.ask("DELETE", "/_index_template/waybill")
        each, last = send(self.node.url, record("i"))
        self.assertEqual(["again"], fates(each))
        self.assertEqual("setup", last["trouble"])
        self.assertIn("waybill sink template", last["why"])
        self.assertIn("no matching index template found", last["why"])
        self.assertEqual(404, self.node.ask("GET", f"/{STREAM}")[0])

    def test_a_block_of_the_index_is_weather(self):
        send(self.node.url, record("j"))
        _, answer = self.node.ask("GET", f"/_data_stream/{STREAM}")
        index = answer["data_streams"][0]["indices"][-1]["index_name"]
        for block in ("write", "read_only", "read_only_allow_delete"):
            self.node.ask("PUT", f"/{index}/_settings", {f"index.blocks.{block}": True})
            each, last = send(self.node.url, record("k"))
            self.assertEqual((["again"], "weather"), (fates(each), last["trouble"]), (block, last))
            self.node.ask("PUT", f"/{index}/_settings", {f"index.blocks.{block}": None})
        self.assertEqual(["confirmed"], fates(send(self.node.url, record("k"))[0]))

    def test_after_a_rollover_a_repeat_is_a_second_document_of_the_same_id(self):
        send(self.node.url, record("l"))
        self.assertEqual(200, self.node.ask("POST", f"/{STREAM}/_rollover")[0])
        self.assertEqual(["confirmed"], fates(send(self.node.url, record("l"))[0]))
        self.assertEqual(2, self.hits("l"))

    def test_a_batch_of_the_most_records_is_taken(self):
        each, last = send(self.node.url, *(record(f"n-{i}") for i in range(1000)))
        self.assertEqual({"confirmed"}, set(fates(each)), last)
        self.assertEqual(1000, self.node.count(STREAM, {"prefix": {"event.id": "n-"}}))


if __name__ == "__main__":
    unittest.main()
