"""The contract of the API, as people write it and as it is served, read by two linters: neither has
a complaint, and each sees what is wrong."""

import json
import pathlib
import subprocess
import unittest

from support.node_packages import CONTRACT
from support.peers_case import PeersCase
from support.waybill import Waybill, binary

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_WRITTEN = _ROOT / "schemas/openapi.yaml"


def lint(*documents):
    """Exit code, and the lines that were said."""
    done = subprocess.run(
        ["node", _ROOT / "tests/contract/lint.mjs", CONTRACT.path, *documents],
        capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


@CONTRACT.needed
class ContractLintTest(PeersCase):
    @unittest.skipUnless(binary().exists(), f"not built: {binary()}")
    def test_no_linter_complains(self):
        waybill = self.start(Waybill, {"x.test": {"aliases": {"void": {"drop": True}}}})
        served = self.directory / "openapi.json"
        served.write_text(json.dumps(waybill.http.get("/openapi.json").json, indent=1))
        self.assertEqual((0, [f"read {_WRITTEN}", f"read {served}"]), lint(_WRITTEN, served))

    def test_each_linter_sees_what_is_wrong(self):
        text = _WRITTEN.read_text()
        for right, wrong in (("operationId: getDelivery", "operationId: getHistory"),
                             ("'#/components/schemas/Uuid'", "'#/components/schemas/No'"),
                             ("summary: One export, and how far it is.", "deprecated: maybe")):
            self.assertIn(right, text)
            text = text.replace(right, wrong)
        broken = self.directory / "openapi.yaml"
        broken.write_text(text)
        code, said = lint(broken)
        self.assertEqual(1, code)
        for rule in ("redocly operation-operationId-unique", "redocly no-unresolved-refs",
                     "redocly struct", "spectral operation-operationId-unique",
                     "spectral invalid-ref", "spectral oas3-schema"):
            self.assertTrue(any(f" {rule}: " in line for line in said), (rule, said))


if __name__ == "__main__":
    unittest.main()
