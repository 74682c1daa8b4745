"""The contract of the API, tried by schemathesis at a running server: what the document allows is
answered, what it forbids is refused, and every answer is as it says."""

import json
import os
import subprocess
import sys
import unittest

from support.peers_case import PeersCase
from support.python_packages import SCHEMATHESIS
from support.recording_sink import RecordingSink
from support.smtp_client import message
from support.waybill import Waybill, binary

_RUN = "from schemathesis.cli import schemathesis; schemathesis()"
# The feed is a stream: feed_test.py has it.
_STREAMS = "/v1/feed"


@SCHEMATHESIS.needed
@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ContractTest(PeersCase):
    def setUp(self):
        super().setUp()
        sink = self.start(RecordingSink)
        self.waybill = self.start(Waybill, {"x.test": {"aliases": {
            "a": f"u@[127.0.0.1]:{sink.port}", "no": {"reject": True}}}})
        with self.waybill.client() as client:
            client.hello()
            for alias in ("a", "no", "nobody"):
                client.deliver("ann@s.test", [f"{alias}@x.test"], message())
        self.waybill.events("a@x.test", ["forwarded"])

    def test_every_check_holds(self):
        server = f"http://127.0.0.1:{self.waybill.http_port}"
        done = subprocess.run(
            [sys.executable, "-B", "-c", _RUN, "run", f"{server}/openapi.json", "--url", server,
             "--checks", "all", "--max-examples", "50", "--seed", "1", "--request-timeout", "10",
             "--exclude-path", _STREAMS, "--continue-on-failure", "--no-color"],
            capture_output=True, text=True, timeout=280, check=False, cwd=self.directory,
            env={**os.environ, "PYTHONPATH": str(SCHEMATHESIS.path)})
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"\d{3,} generated, \d{3,} passed")

    def test_the_document_has_the_fields_of_every_event(self):
        document = self.waybill.http.get("/openapi.json").json
        schemas = document["components"]["schemas"]
        self.assertNotIn("yaml", json.dumps(schemas["Event"]))
        event = schemas["Event"]["properties"]
        self.assertEqual({"format": "date-time", "type": "string"}, event["occurred_at"])
        self.assertEqual({"$ref": "#/components/schemas/EventAccepted"}, event["accepted"])
        for told in self.waybill.events("a@x.test", ["accepted", "forwarded"], 2):
            whole = self.waybill.http.message(told["message_id"]).json
            for one in whole["events"]:
                self.assertLessEqual(set(one), set(event))
                body = schemas["Event" + one["kind"].capitalize()]["properties"]
                self.assertLessEqual(set(one[one["kind"]]), set(body))


if __name__ == "__main__":
    unittest.main()
