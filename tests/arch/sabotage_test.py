"""The patches by which tests/fault breaks promises on purpose still fit the code."""

import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATCHES = sorted((ROOT / "tests/fault/sabotage").glob("*.patch"))


class SabotageTest(unittest.TestCase):
    def test_every_patch_applies(self):
        self.assertGreater(len(PATCHES), 4)
        for patch in PATCHES:
            with self.subTest(patch.name):
                done = subprocess.run(
                    ["git", "apply", "--check", patch], cwd=ROOT, capture_output=True, text=True,
                    check=False, env={**os.environ,
                                      "GIT_CEILING_DIRECTORIES": str(ROOT.parent)})
                self.assertEqual("", done.stderr)
                self.assertEqual(0, done.returncode)


if __name__ == "__main__":
    unittest.main()
