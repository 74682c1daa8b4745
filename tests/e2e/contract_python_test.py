"""A client in Python that openapi-python-client makes of the contract, at a running server: each
operation is asked, and its model of each answer has all that the answer has."""

import datetime
import importlib
import json
import os
import re
import subprocess
import sys
import time
import unittest
import uuid

from support.contract_case import ALIAS, KINDS, MESSAGE_ID, SENDER, ContractCase
from support.process import wait_until
from support.python_packages import OPENAPI_CLIENT

_NAME = "waybill_client"
# What is made is not formatted: nobody reads it.
_CONFIGURATION = f"package_name_override: {_NAME}\nproject_name_override: {_NAME}\npost_hooks: []\n"
_MAKER = "from openapi_python_client.cli import app; app()"
_OBJECTS = ("application/json", "application/problem+json")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def plain(value):
    """The value with its times as such: a model writes them otherwise, and to the microsecond."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str) and _TIME.fullmatch(value):
        return datetime.datetime.fromisoformat(value)
    return value


def undeclared(value, place="answer"):
    """Places of the members of a model that the document does not name."""
    if isinstance(value, list):
        return [found for one in value for found in undeclared(one, place)]
    fields = getattr(type(value), "__attrs_attrs__", ())
    if [field.name for field in fields] == ["additional_properties"]:
        return []  # an object of any names
    out = [f"{place}.{name}" for name in getattr(value, "additional_properties", ())]
    for field in fields:
        if field.name != "additional_properties":
            out += undeclared(getattr(value, field.name), f"{place}.{field.name}")
    return out


@OPENAPI_CLIENT.needed
class ContractPythonTest(ContractCase):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.make()
        for place in (str(OPENAPI_CLIENT.path), str(self.directory)):
            sys.path.insert(0, place)
            self.addCleanup(sys.path.remove, place)
        self.models = importlib.import_module(f"{_NAME}.models")
        self.client = self.opened("Client")
        self.places = {operation["operationId"]: f"{_NAME}.api.{operation['tags'][0]}"
                       for _, _, operation in self.operations()}
        self.asked = set()

    def make(self):
        document, configuration = self.directory / "openapi.json", self.directory / "client.yaml"
        document.write_text(json.dumps(self.contract))
        configuration.write_text(_CONFIGURATION)
        done = subprocess.run(
            [sys.executable, "-B", "-c", _MAKER, "generate", "--path", document, "--meta", "none",
             "--config", configuration, "--output-path", self.directory / _NAME,
             "--fail-on-warning"],
            capture_output=True, text=True, timeout=120, check=False, cwd=self.directory,
            env={**os.environ, "PYTHONPATH": str(OPENAPI_CLIENT.path)})
        self.assertEqual((0, ""), (done.returncode, done.stderr), done.stdout)

    def ask(self, operation, status=200, **parameters):
        """The model of the answer."""
        self.asked.add(operation)
        module = importlib.import_module(f"{self.places[operation]}.{snake(operation)}")
        answer = module.sync_detailed(client=self.client, **parameters)
        self.assertEqual(status, answer.status_code, answer.content)
        if answer.headers["Content-Type"] in _OBJECTS:
            self.assertEqual(plain(json.loads(answer.content)), plain(answer.parsed.to_dict()))
            self.assertEqual([], undeclared(answer.parsed))
        return answer.parsed

    def test_each_operation_has_an_answer_that_its_model_holds(self):
        self.ask_for_history()
        self.ask_for_counts()
        self.ask_for_searches()
        self.ask_for_the_feed()
        self.ask_for_exports()
        self.ask_for_tokens()
        self.ask_for_the_process()
        self.ask_what_is_refused()
        self.assertEqual(set(self.places), self.asked)

    def ask_for_history(self):
        models = self.models
        kinds = [models.Kind.FORWARDED, models.Kind.BOUNCED]
        page = self.ask("getHistory", address=ALIAS, limit=1, kind=kinds)
        rest = self.ask("getHistory", address=ALIAS, limit=1, kind=kinds, cursor=page.next_cursor)
        entries = page.entries + rest.entries
        self.assertEqual(["bounced", "forwarded"], [entry.kind for entry in entries])
        self.assertEqual(250, entries[1].reply.code)
        self.assertIsInstance(entries[1].time, datetime.datetime)
        sent = self.ask("getHistory", address=SENDER, role=models.Role.SENDER,
                        match=models.Match.EXACT, from_=entries[1].time)
        self.assertGreater(len(sent.entries), 2)
        self.assertEqual("127.0.0.1", self.ask("getClientHistory", ip="127.0.0.1").address)
        delivery = self.ask("getDelivery", id=entries[1].delivery_id, waybill_reason="ticket 7")
        self.assertEqual("bounced", delivery.state)
        self.assertIsInstance(delivery.delivery_id, uuid.UUID)
        [bounced] = [event.bounced for event in delivery.events
                     if event.kind == models.EventKind.BOUNCED]
        self.assertEqual("hard", bounced.class_)
        message = self.ask("getMessage", id=entries[1].message_id)
        self.assertEqual(MESSAGE_ID, message.events[0].accepted.rfc5322_message_id)
        tree = self.ask("getMessageTree", id=entries[1].message_id)
        self.assertEqual(["bounced"], [one.state for one in tree.recipients[0].deliveries])
        found = self.ask("findMessages", message_id=MESSAGE_ID).messages
        self.assertIn(message.message_id, [one.message_id for one in found])

    def ask_for_counts(self):
        models = self.models
        counters = self.ask("getCounters", domain="x.test")
        self.assertEqual(KINDS["forwarded"], counters.total.forwarded)
        for by in models.FiguresBy:
            figures = self.ask("getFigures", by=by, step=models.FiguresStep.HOUR)
            self.assertGreater(len(figures.rows), 0, by)
        figures = self.ask("getFigures", by=models.FiguresBy.NEXT_HOP,
                           order=models.FiguresOrder.REFUSED)
        self.assertEqual(1, figures.rows[0].took)
        self.assertIn(ALIAS, self.ask("getAliases", begins="a").aliases)

    def ask_for_searches(self):
        models = self.models
        events = self.ask("getEvents", kind="rejected,deferred")
        self.assertEqual(KINDS["rejected"] + KINDS["deferred"], len(events.entries))
        for text, model in ((ALIAS, models.History), (MESSAGE_ID, models.Messages),
                            ("is:rejected", models.EventsPage)):
            search = self.ask("search", q=text)
            self.assertIsInstance(search.groups[0].answer, model, text)
        self.assertTrue(self.ask("search", q=ALIAS, explain=True).groups[0].cost)

    def ask_for_the_feed(self):
        text = self.ask("readFeed", after="start", wait=1, limit=1000)
        lines = [json.loads(line) for line in text.splitlines()]
        kinds = {}
        for line in lines:
            model = self.models.FeedLine.from_dict(dict(line))
            self.assertEqual(plain(line), plain(model.to_dict()))
            self.assertEqual([], undeclared(model))
            if model.event:
                kinds[model.event.kind.value] = kinds.get(model.event.kind.value, 0) + 1
        self.assertEqual(KINDS, kinds)
        accesses = wait_until(lambda: self.ask("getAccesses", principal="local").accesses,
                              "the record of a question")
        self.assertIn("ticket 7", [access.reason for access in accesses])

    def ask_for_exports(self):
        models = self.models
        made = self.ask("makeExport", 202, format_=models.ExportFormat.CSV, domain="x.test",
                        class_=[models.ReportClass.HARD])
        self.ask("pauseExport", id=str(made.id))
        self.ask("resumeExport", id=str(made.id))
        done = wait_until(lambda: self.done(made.id), "the export is done")
        self.assertEqual((1, [models.ReportClass.HARD]), (done.count, done.query.class_))
        self.assertIn(ALIAS, self.ask("getExportFile", id=str(made.id)))
        self.assertEqual([made.id], [one.id for one in self.ask("getExports").exports])
        self.ask("removeExport", id=str(made.id))

    def done(self, export):
        now = self.ask("getExport", id=str(export))
        return now if now.state == self.models.ExportState.DONE else None

    def ask_for_tokens(self):
        expires = datetime.datetime.fromtimestamp(int(time.time()) + 3600, datetime.timezone.utc)
        anybody = self.client
        self.client = self.shows(self.owner())
        made = self.ask("makeToken", 201, name="desk", domain="x.test", expires=expires,
                        scope=[self.models.Scope.HISTORY, self.models.Scope.FEED])
        self.assertEqual(expires, made.expires_at)
        self.assertNotEqual(made.token, self.ask("rotateToken", id=made.id, overlap=60).token)
        self.assertEqual("desk", self.ask("getToken", id=made.id).name)
        self.client = self.shows(made.token)
        self.assertEqual(ALIAS, self.ask("getHistory", address=ALIAS).address)
        self.assertEqual("scope_missing", self.ask("getExports", 403).code)
        self.client = self.shows(self.owner())
        self.assertEqual("revoked", self.ask("revokeToken", id=made.id).state)
        self.assertEqual([made.id], [one.id for one in self.ask("getTokens").tokens])
        self.client = anybody

    def shows(self, token):
        """A client that shows it."""
        return self.opened("AuthenticatedClient", token=token)

    def opened(self, kind, **options):
        client = getattr(importlib.import_module(_NAME), kind)(base_url=self.server, **options)
        self.addCleanup(client.get_httpx_client().close)
        return client

    def ask_for_the_process(self):
        self.assertEqual("3.1.0", self.ask("getContract").openapi)
        self.assertTrue(self.ask("isReady").ready)
        self.assertEqual("ok\n", self.ask("isLive"))
        self.assertIn("# TYPE", self.ask("getMetrics"))
        self.assertEqual({}, self.ask("getSignIn").to_dict())

    def ask_what_is_refused(self):
        self.assertEqual("limit", self.ask("getHistory", 400, address=ALIAS, limit=0).parameter)
        self.assertEqual(404, self.ask("getDelivery", 404, id=uuid.uuid4()).status)
        refused = self.ask("search", 409, q="is:nonsense")
        self.assertEqual("search_refused", refused.code)
        self.assertGreater(refused.length, 0)
        self.assertEqual("unknown_cursor",
                         self.ask("getHistory", 409, address=ALIAS, cursor="AAAA").code)


if __name__ == "__main__":
    unittest.main()
