"""packages.txt, and what ./dev makes of it: scripts/packages.sh and scripts/unpack.py."""

import pathlib
import re
import subprocess
import tempfile
import unittest

from deploy_files import ROOT, run
from support.peers_case import needs

SECTIONS = ("build", "libraries", "run", "kafka", "tests", "fault", "lint", "browser", "format",
            "portable")
# Its scripts set the kernel's parameters, and run nothing.
NO_SERVICE = {"procps"}


def shell(script, packages=None, **programs):
    """What a script says after scripts/packages.sh, where `programs` stand before the system's:
    {"apt_get": "exit 1"} is an apt-get."""
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        for program, text in programs.items():
            path = place / program.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        (place / "packages.txt").write_text(packages or (ROOT / "packages.txt").read_text())
        return run("bash", "-euc", f"""
            PATH={place}:$PATH
            die() {{ echo "dev: $*"; exit 1; }}
            source {ROOT}/scripts/packages.sh
            cd {place}
            {script}""")


def entries(*sections):
    code, said = shell(f"entries {' '.join(sections)}")
    assert code == 0, said
    return [name for line in said.splitlines() for name in line.split("#")[0].split("|")]


class SectionsTest(unittest.TestCase):
    def test_every_section_is_known(self):
        found = re.findall(r"^\[(\w+)\]$", (ROOT / "packages.txt").read_text(), re.MULTILINE)
        self.assertEqual([*SECTIONS, "servers"], sorted(found, key=[*SECTIONS, "servers"].index))
        for section in found:
            self.assertTrue(entries(section), section)

    def test_running_needs_nothing_of_the_tests(self):
        needed = {name.strip() for name in entries("build", "libraries", "run")}
        self.assertIn("librdkafka-dev", needed)
        for name in ("libgtest-dev", "libspf2-dev", "clang-14", "maven", "nodejs"):
            self.assertNotIn(name, needed)

    @needs("dpkg-query")
    def test_nothing_that_is_installed_has_a_service(self):
        seen = 0
        for name in map(str.strip, entries(*SECTIONS)):
            done = subprocess.run(["dpkg-query", "-L", name], capture_output=True, text=True,
                                  check=False)
            if done.returncode != 0 or name in NO_SERVICE:
                continue
            seen += 1
            for path in done.stdout.split():
                self.assertNotRegex(path, r"/systemd/system/.*\.(service|socket)$|/init\.d/.")
        self.assertGreater(seen, 10)


class MissingTest(unittest.TestCase):
    PACKAGES = """
# A comment.
[build]
old-dev | new-dev
tool  # for tool
# Another.
plain
[servers]
server
"""

    def missing(self, installed, **programs):
        lines = "\n".join(f"echo installed {name}" for name in installed)
        code, said = shell("missing_entries build", self.PACKAGES,
                           dpkg_query=f"{lines}\necho config-files plain", **programs)
        self.assertEqual(0, code, said)
        return [line.strip() for line in said.splitlines()]

    def test_an_alternative_is_enough(self):
        self.assertEqual(["tool", "plain"], self.missing(["new-dev"]))
        self.assertEqual(["old-dev | new-dev", "tool", "plain"], self.missing(["other"]))

    def test_a_command_is_enough_wherever_it_came_from(self):
        self.assertEqual([], self.missing(["old-dev", "plain"], tool="exit 0"))

    def test_of_alternatives_the_first_that_the_release_has_is_installed(self):
        # Debian 13 has no Boost 1.81; its Boost 1.83 mentions one that it replaces.
        for unknown in ("exit 100", "exit 0"):
            code, said = shell("as_root() { echo \"$*\"; }; ensure_packages build",
                               self.PACKAGES, dpkg_query="exit 0", tool="exit 0",
                               apt_cache=f'test "$2" != old-dev || {unknown}; echo "Package: $2"')
            self.assertEqual(0, code, said)
            self.assertRegex(said, r"apt-get .* install .* new-dev plain\n")

    def test_a_release_with_none_of_them_is_told_so(self):
        code, said = shell("ensure_packages build", self.PACKAGES, dpkg_query="exit 0",
                           apt_cache="exit 100", apt_get="exit 0", sudo="exit 0")
        self.assertEqual(1, code)
        self.assertIn("has none of: old-dev new-dev", said)


class UnpackTest(unittest.TestCase):
    def test_a_server_that_cannot_be_fetched_is_named(self):
        code, said = shell(f"python3 -B {ROOT}/scripts/unpack.py waybill-none",
                           apt_get="echo 'E: no mirror' >&2; exit 100")
        self.assertEqual(1, code)
        self.assertIn("unpack: no waybill-none: apt-get -s: E: no mirror", said)
        self.assertFalse(list((ROOT / "build/peers").glob("waybill-none*")))

    def test_modules_of_perl_come_along_and_perl_itself_does_not(self):
        sections = {"libmail-perl": "perl", "libperl5.99": "libs", "libx1": "libs", "perl": "perl",
                    "perl-base": "perl", "perl-modules-5.99": "libs", "adduser": "admin"}
        told = "".join(f"echo Package: {name}; echo Section: {section}\n"
                       for name, section in sections.items())
        brought = "".join(f"echo Inst {name} x\n" for name in sections)
        code, said = shell(f"python3 -B {ROOT}/scripts/unpack.py waybill-none", apt_cache=told,
                           apt_get=f'test $1 = download || {{ {brought} exit 0; }}\n'
                                   'shift 4; echo "E: fetched: $*" >&2; exit 100')
        self.assertEqual(1, code)
        self.assertRegex(said, r"E: fetched: waybill-none libmail-perl libx1\n")

    def test_a_program_in_perl_finds_the_modules_that_came_along(self):
        with tempfile.TemporaryDirectory() as name:
            place = pathlib.Path(name, "server")
            for path, text in (("usr/share/perl5/Own.pm", "package Own; sub word { 'found' } 1;"),
                               ("usr/sbin/own", "#!/usr/bin/perl -T -w\nuse Own; print Own::word;"),
                               ("usr/sbin/other", "#!/bin/sh\n")):
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).write_text(text)
            code, said = run("python3", "-B", "-c", f"""
import pathlib, sys
sys.path.append("{ROOT}/scripts")
import unpack
unpack.PEERS = pathlib.Path("{name}")
unpack.write_wrappers("server")""")
            self.assertEqual((0, ""), (code, said))
            self.assertEqual((0, "found"), run(f"{name}/bin/own"))
            self.assertFalse(pathlib.Path(name, "bin/other").exists())


if __name__ == "__main__":
    unittest.main()
