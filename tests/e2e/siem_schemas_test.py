"""What the mapping makes of each event (stream/mapping/golden, which its unit test holds against
the code), read by the schemas that OCSF and Elastic publish: neither has a complaint, and each sees
what is wrong."""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from support.node_packages import SIEM
from support.python_packages import OCSF

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_GOLDEN = _ROOT / "stream/mapping/golden"
_OCSF_VERSION = "1.8.0"
_ECS_VERSION = "9.4.0"
# As they are; with each text hashed that may be; without all that may be withheld; cut.
_GIVEN = ("", "_hashed", "_least", "_short")


def run(command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, **environment})
    return done.returncode, (done.stdout + done.stderr).splitlines()


def ocsf_check(file):
    return run([sys.executable, "-B", _ROOT / "tests/siem/ocsf_check.py", _OCSF_VERSION, file],
               PYTHONPATH=str(OCSF.path))


def ecs_check(file):
    return run(["node", _ROOT / "tests/siem/ecs_check.mjs", SIEM.path, _ECS_VERSION, file])


def records(name):
    return [json.loads(line) for line in (_GOLDEN / name).read_text().splitlines()]


def put(record, path, value):
    """The record with that value at "email.to"; None: without it."""
    out = copy.deepcopy(record)
    *objects, last = path.split(".")
    place = out
    for name in objects:
        place = place.setdefault(name, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return out


class SchemaCase(unittest.TestCase):
    def complaints(self, check, all_records):
        """What is said of each record, by its place."""
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
            file.write("".join(json.dumps(one) + "\n" for one in all_records))
            file.flush()
            code, lines = check(file.name)
        said = {}
        for line in lines:
            number, complaint = line.split(": ", 1)
            said.setdefault(int(number) - 1, []).append(complaint)
        self.assertEqual(1 if said else 0, code, lines)
        return said

    def sees(self, check, record, breaks):
        """Each (path, value, words of the complaint) is told, and nothing of the record whole."""
        self.assertEqual({}, self.complaints(check, [record]))
        said = self.complaints(check, [put(record, path, value) for path, value, _ in breaks])
        for number, (path, value, words) in enumerate(breaks):
            with self.subTest(path=path, value=value):
                self.assertTrue(any(words in one for one in said.get(number, [])), said.get(number))


@OCSF.needed
class OcsfTest(SchemaCase):
    def test_no_record_has_a_fault(self):
        for name in _GIVEN:
            with self.subTest(name):
                self.assertEqual((0, []), ocsf_check(_GOLDEN / f"ocsf{name}.golden"))

    def test_records_are_of_three_classes_and_of_each_activity(self):
        told = {(one["class_uid"], one["activity_id"]) for one in records("ocsf.golden")}
        self.assertEqual({(4009, 1), (4009, 2), (4009, 4), (6003, 2), (3004, 1), (3004, 3),
                          (3004, 4), (3004, 10), (3004, 99)}, told)

    def test_what_is_wrong_is_seen(self):
        mail = records("ocsf.golden")[0]
        self.assertEqual("accepted", mail["metadata"]["event_code"])
        self.sees(ocsf_check, mail, [
            ("time", 1772366400, "time: is not in milliseconds"),
            ("time", "2026-03-01T12:00:00Z", "time: "),
            ("type_uid", 400901, "type_uid: is not"),
            ("category_uid", 3, "category_uid: "),
            ("class_uid", 4998, "class_uid: "),
            ("metadata.version", "1.7.0", "metadata.version: "),
            ("metadata.profiles", ["security_contrl"], "no profile"),
            ("metadata.profiles", None, "action_id"),
            ("status", "Delivered", "is not the caption of status_id 1"),
            ("activity_name", "Send", "is not the caption of activity_id 2"),
            ("status_code", 250, "status_code: "),
            ("email", None, "email"),
            ("email", {"subject": "x"}, "email: "),
            ("email.from", "b\u00fccher@example.org", "email/from: "),
            ("email.to", "orders@example.org", "email/to: "),
            ("email.smtp_from", "a@example.org", "email.smtp_from: is deprecated"),
            ("src_endpoint.ip", "somewhere", "src_endpoint/ip: "),
            ("severity_id", 7, "severity_id: "),
            ("direction_id", None, "direction_id"),
            ("no_such_attribute", 1, "no_such_attribute"),
        ])

    def test_another_status_says_which(self):
        deferred = next(one for one in records("ocsf.golden") if one["status_id"] == 99)
        self.sees(ocsf_check, deferred, [("status", None, "status_id: is Other")])


@SIEM.needed
class EcsTest(SchemaCase):
    def test_no_record_has_a_fault(self):
        for name in _GIVEN:
            with self.subTest(name):
                self.assertEqual((0, []), ecs_check(_GOLDEN / f"ecs{name}.golden"))

    def test_what_is_wrong_is_seen(self):
        mail = records("ecs.golden")[0]
        self.assertEqual("accepted", mail["waybill"]["kind"])
        self.sees(ecs_check, mail, [
            ("email.message_size", 18342, "email.message_size: no field of ECS"),
            ("email.to.address", "orders@example.org", "email.to.address: is no list"),
            ("email.sender.address", ["carol@example.net"], "email.sender.address: is a list"),
            ("event.outcome", "delivered", "event.outcome: delivered is not allowed"),
            ("event.category", ["mail"], "event.category: mail is not allowed"),
            ("event.type", ["creation"], "event.type: creation is not expected of email"),
            ("event.sequence", "48211", "event.sequence: "),
            ("source.ip", "somewhere", "source.ip: "),
            ("source.port", "25", "source.port: "),
            ("tls.established", "true", "tls.established: "),
            ("@timestamp", "2026-03-01 12:00", "@timestamp: "),
            ("@timestamp", None, "@timestamp: is missing"),
            ("ecs.version", "8.0.0", "ecs.version: is not"),
        ])


if __name__ == "__main__":
    unittest.main()
