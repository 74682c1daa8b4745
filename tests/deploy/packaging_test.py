"""packaging/: what systemd is told, and what `cmake --install` brings."""

import configparser
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from deploy_files import ROOT, run

PACKAGING = ROOT / "packaging"
UNITS = ("waybill.service", "waybill.socket", "waybill-smtps.socket")


def unit(name):
    """Its sections; of a key that is given several times, the last value."""
    path = PACKAGING / name
    reader = configparser.RawConfigParser(strict=False)
    reader.optionxform = str
    reader.read(path if path.exists() else PACKAGING / f"{name}.in")
    return reader


def listens(name):
    return re.findall(r"^ListenStream=(.*)$", (PACKAGING / name).read_text(), re.MULTILINE)


class UnitsTest(unittest.TestCase):
    def test_the_sockets_have_the_names_that_the_program_knows(self):
        doors = (ROOT / "app/roles/doors.h").read_text()
        known = re.findall(r'inline constexpr char k\w+Door\[\] = "(\w+)"', doors)
        self.assertEqual(known, [unit(name)["Socket"]["FileDescriptorName"] for name in UNITS[1:]])
        for name, port in zip(UNITS[1:], (25, 465)):
            self.assertEqual([f"0.0.0.0:{port}", f"[::]:{port}"], listens(name))
            self.assertEqual("ipv6-only", unit(name)["Socket"]["BindIPv6Only"])

    def test_the_service_has_the_user_that_is_made_for_it(self):
        made = re.search(r"^u (\S+) - ", (PACKAGING / "sysusers.conf").read_text(), re.MULTILINE)
        service = unit("waybill.service")["Service"]
        self.assertEqual(made.group(1), service["User"])
        self.assertEqual(made.group(1), service["Group"])

    def test_the_service_may_bind_low_ports_and_nothing_more(self):
        service = unit("waybill.service")["Service"]
        self.assertEqual("CAP_NET_BIND_SERVICE", service["AmbientCapabilities"])
        self.assertEqual("CAP_NET_BIND_SERVICE", service["CapabilityBoundingSet"])
        self.assertEqual("yes", service["NoNewPrivileges"])
        self.assertEqual("strict", service["ProtectSystem"])


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
class AnalyzeTest(unittest.TestCase):
    """What systemd itself says of the units, with a program that is there."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        for name in UNITS:
            path = PACKAGING / name
            text = (path if path.exists() else PACKAGING / f"{name}.in").read_text()
            text = text.replace("@CMAKE_INSTALL_FULL_BINDIR@/waybill", "/bin/true")
            text = text.replace("@CMAKE_INSTALL_FULL_DOCDIR@", "/usr/share/doc/waybill")
            (self.place / name).write_text(text)

    def test_the_units_are_without_complaint(self):
        code, said = run("systemd-analyze", "verify", "--man=no",
                         *(self.place / name for name in UNITS))
        about_ours = [line for line in said.splitlines() if "waybill" in line]
        self.assertEqual([], about_ours, said)
        self.assertEqual(0, code, said)

    def test_the_service_is_as_shut_as_the_page_says(self):
        said = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--no-pager",
             self.place / "waybill.service"], stdout=subprocess.PIPE, text=True, check=False).stdout
        exposure = re.search(r"Overall exposure level for waybill.service: ([\d.]+)", said)
        page = (ROOT / "docs/operating.md").read_text()
        written = re.search(r"an exposure of less than (\d)", page)
        self.assertLess(float(exposure.group(1)), int(written.group(1)), said)


if __name__ == "__main__":
    unittest.main()
