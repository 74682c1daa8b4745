"""The short selection of tests/fault, for every run of `./dev test`: the rest is `./dev fault`."""

import os
import random
import unittest

import harness  # noqa: F401  pylint: disable=unused-import
import experiments  # noqa: F401  pylint: disable=unused-import
from harness import runner, sabotages, table
from harness.catalogue import CATALOGUE
from support.waybill import binary

SEED = int(os.environ.get("WAYBILL_FAULT_SEED", str(random.randrange(1 << 32))))
# Experiment and rounds: some three minutes of two processors together.
SHORT = {"kill": 4, "kill-at": 3, "kill-in-sync": 2, "term": 2, "power-cut": 4, "full-disk": 2,
         "full-views": 1, "full-start": 1, "emfile": 1, "sync-fails": 3, "short-writes": 1,
         "clock": 7, "flip-views": 8, "two-on-one": 1}
SABOTAGES = {"no-sync", "lying-proxy"}


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ShortTest(unittest.TestCase):
    def hold(self, name):
        row = runner.run(CATALOGUE[name], SHORT[name], SEED)
        if row.verdict == "skipped":
            # What `./dev` could have brought is no excuse in CI (tests/e2e/support/absence.py).
            if os.environ.get("CI") and "root" not in row.why[0]:
                self.fail(row.why[0])
            self.skipTest(row.why[0])
        self.assertEqual("held", row.verdict,
                         f"WAYBILL_FAULT_SEED={SEED}\n{table.text([row])}")


    def test_what_is_broken_on_purpose_is_seen(self):
        self.assertTrue(sabotages.run(SEED, SABOTAGES))


def _test(name):
    def test(self):
        self.hold(name)
    test.__doc__ = CATALOGUE[name].what
    return test


for _name in SHORT:
    setattr(ShortTest, f"test_{_name.replace('-', '_')}", _test(_name))


if __name__ == "__main__":
    unittest.main()
