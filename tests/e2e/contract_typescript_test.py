"""Types of TypeScript that openapi-typescript makes of the contract: a program against them asks a
running server every question, and each answer is a value of its type."""

import json
import pathlib
import shutil
import subprocess
import unittest

from support.contract_case import ALIAS, KINDS, MESSAGE_ID, ContractCase
from support.node_packages import CONTRACT

_SOURCES = pathlib.Path(__file__).resolve().parents[2] / "tests/contract"
# A literal may have no member that its type has not, and what the contract has no answer for is of
# type never.
_ANSWERS = """\
import type { paths } from './contract.js';

type Of<T, K> = K extends keyof T ? T[K] : never;
type Answer<Path extends keyof paths, Method, Status, Type> =
  Of<Of<Of<Of<Of<paths[Path], Method>, 'responses'>, Status>, 'content'>, Type>;

"""


@CONTRACT.needed
class ContractTypescriptTest(ContractCase):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.place = self.directory / "typescript"
        self.place.mkdir()
        # Modules are looked for from where a source lies upwards.
        (self.place / "node_modules").symlink_to(CONTRACT.path / "node_modules")
        for name in ("ask.ts", "package.json", "tsconfig.json"):
            shutil.copy(_SOURCES / name, self.place)
        (self.place / "openapi.json").write_text(json.dumps(self.contract))
        self.run_program(CONTRACT.program("openapi-typescript"), "openapi.json", "--output",
                         "contract.ts")

    def run_program(self, *command):
        """What it says."""
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                              cwd=self.place)
        self.assertEqual(0, done.returncode, f"{done.stderr[-2000:]}\n{done.stdout[:2000]}")
        return done.stdout

    def test_a_program_asks_by_the_types_and_each_answer_is_of_its_type(self):
        self.run_program(CONTRACT.program("tsc"))
        *answers, seen = map(json.loads, self.run_program(
            "node", "ask.js", self.server, ALIAS, self.owner()).splitlines())
        self.check_what_was_seen(seen)
        self.assertEqual({(path, method) for path, method, _ in self.operations()},
                         {(answer["path"], answer["method"]) for answer in answers})
        self.check_types([answer for answer in answers if answer["body"]])

    def check_what_was_seen(self, seen):
        events = seen.pop("events")
        self.assertEqual(KINDS, {kind: events.count(kind) for kind in events})
        self.assertEqual({
            "labels": ["bounced", "accepted", "forwarded", "accepted"], "code": 250,
            "state": "bounced", "tree": [["bounced"]], "class": "hard",
            "story": ["accepted", "forwarded", "bounced"],
            "message_id": MESSAGE_ID, "forwarded": KINDS["forwarded"], "cost": "string",
            "export": "done", "rows": 3, "scope": "scope_missing", "token": "revoked",
            "revoked": 401, "openapi": "3.1.0", "ready": True, "live": "ok\n",
            "parameter": "limit", "conflict": "unknown_cursor", "none": 404}, seen)

    def check_types(self, answers):
        lines = [f"export const answer{number}: Answer<'{answer['path']}', '{answer['method']}', "
                 f"{answer['status']}, '{answer['type']}'> = {json.dumps(answer['body'])};\n"
                 for number, answer in enumerate(answers)]
        self.assertGreater(len(lines), 40)
        (self.place / "answers.ts").write_text(_ANSWERS + "".join(lines))
        configuration = json.loads((self.place / "tsconfig.json").read_text())
        (self.place / "tsconfig.json").write_text(json.dumps(
            {**configuration, "files": ["answers.ts"]}))
        self.run_program(CONTRACT.program("tsc"), "--noEmit")


if __name__ == "__main__":
    unittest.main()
