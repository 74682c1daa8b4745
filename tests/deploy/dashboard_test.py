"""The dashboard's files in the repository: they are what their sources make, they fit on a thin
line, and nothing that came over the wire can become markup in them."""

import gzip
import json
import re
import subprocess
import tempfile
import pathlib
import unittest

from deploy_files import ROOT
from support.peers_case import needs

PLACE = ROOT / "query/dashboard"
FILES = ("index.html", "app.css", "app.js")
# Octets of a first visit, as docs/dashboard.md promises them.
BUDGET = 150 << 10
# What makes markup, code or a style of text; and where else a page could send or load something.
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySet|DOMParser|srcdoc"
    r"|createContextualFragment|\beval\b|new Function|\bstyle=|setAttribute|\.cssText"
    r"|localStorage|document\.cookie|EventSource|XMLHttpRequest|WebSocket|sendBeacon")
ELSEWHERE = re.compile(r"https?:|[\"'(]//|@import url|\bwindow\.open\b|target=")


def build(*options):
    done = subprocess.run([PLACE / "build.sh", *options], capture_output=True, text=True,
                          check=False, timeout=600)
    return done.returncode, done.stdout + done.stderr


def sources():
    for path in sorted((PLACE / "source").rglob("*")):
        if path.suffix in (".ts", ".tsx", ".css") and not path.name.endswith("_test.ts"):
            yield path


class FilesTest(unittest.TestCase):
    def test_a_first_visit_fits_into_the_budget(self):
        octets = sum(len(gzip.compress((PLACE / "dist" / name).read_bytes())) for name in FILES)
        self.assertLess(octets, BUDGET)

    def test_nothing_but_these_files_is_served(self):
        self.assertEqual(sorted(FILES), sorted(path.name for path in (PLACE / "dist").iterdir()))

    def test_no_text_becomes_markup(self):
        self.assertGreater(len(list(sources())), 20)
        for path in sources():
            for number, line in enumerate(path.read_text().splitlines(), 1):
                self.assertNotRegex(line, MARKUP, f"{path}:{number}")

    def test_nothing_comes_from_elsewhere(self):
        for path in sources():
            for number, line in enumerate(path.read_text().splitlines(), 1):
                self.assertNotRegex(line, ELSEWHERE, f"{path}:{number}")
        index = (PLACE / "source/index.html").read_text()
        self.assertEqual({"app.css", "app.js"}, {name for name in re.findall(
            r'(?:src|href)="([^"]*)"', index) if not name.startswith("data:")})
        self.assertNotRegex(index, r"<style|style=|<script(?! src=)|\son\w+=")

    def test_what_it_is_made_of_is_pinned_with_its_digest(self):
        locked = json.loads((PLACE / "package-lock.json").read_text())["packages"]
        wanted = json.loads((PLACE / "package.json").read_text())
        for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
            self.assertRegex(version, r"^\d+\.\d+\.\d+$", name)
            self.assertEqual(version, locked[f"node_modules/{name}"]["version"])
        for name, package in locked.items():
            if name:
                self.assertRegex(package.get("integrity", ""), r"^sha512-", name)


@needs("node", "npm")
class SourcesTest(unittest.TestCase):
    def test_the_files_are_what_the_sources_make(self):
        with tempfile.TemporaryDirectory() as name:
            code, said = build(name)
            self.assertEqual(0, code, said)
            for file in FILES:
                made = (pathlib.Path(name) / file).read_bytes()
                self.assertEqual(made, (PLACE / "dist" / file).read_bytes(),
                                 f"{file}: run query/dashboard/build.sh")

    def test_the_types_agree(self):
        code, said = build("--check")
        self.assertEqual(0, code, said)

    def test_the_parts_do_what_they_say(self):
        code, said = build("--test")
        self.assertEqual(0, code, said[-4000:])


if __name__ == "__main__":
    unittest.main()
