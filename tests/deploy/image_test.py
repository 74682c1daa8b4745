"""docker/Dockerfile is in step with the program and with packages.txt."""

import os
import platform
import re
import unittest

from deploy_files import DOCKER, ROOT, binary, run
from support.peers_case import needs

DOCKERFILE = (DOCKER / "Dockerfile").read_text()
RELEASE = re.search(r"^FROM debian:(\w+)-slim$", DOCKERFILE, re.MULTILINE).group(1)
# In every Debian.
BASE = {"libc6"}


def runtime_packages():
    runtime = DOCKERFILE.rpartition("\nFROM ")[2]
    listed = re.search(r"--no-install-recommends \\\n(.*?)\n &&", runtime, re.DOTALL).group(1)
    return set(listed.replace("\\", " ").split())


def sections():
    """The sections of packages.txt, and what the Dockerfile's sed leaves of it."""
    text = (ROOT / "packages.txt").read_text()
    headings = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    script = re.search(r"sed (-e .*) packages\.txt", DOCKERFILE).group(1)
    code, left = run("bash", "-c", f"sed {script} packages.txt", cwd=ROOT)
    assert code == 0, left
    return headings, left.split()


class ImageTest(unittest.TestCase):
    def test_the_builder_installs_what_building_needs_and_nothing_of_the_tests(self):
        headings, packages = sections()
        self.assertEqual(["build", "libraries", "run"], headings[:3])
        for package in ("build-essential", "libboost1.81-dev", "librdkafka-dev", "zlib1g-dev"):
            self.assertIn(package, packages)
        for package in ("clang-14", "postfix", "maven", "curl", "libboost1.83-dev", "|"):
            self.assertNotIn(package, packages)

    @unittest.skipUnless(RELEASE == platform.freedesktop_os_release().get("VERSION_CODENAME"),
                         f"the image is of Debian {RELEASE}, whose packages have other names here")
    @needs("dpkg-query", "objdump")
    @unittest.skipUnless(binary().exists(), f"not built: {binary()}")
    def test_the_image_has_the_owner_of_every_library_that_the_program_names(self):
        _, said = run("objdump", "-p", binary())
        _, linked = run("ldd", binary())
        for library in re.findall(r"NEEDED\s+(\S+)", said):
            path = re.search(rf"^\s*{re.escape(library)} => (\S+)", linked, re.MULTILINE)
            self.assertTrue(path, library)
            code, owner = run("dpkg-query", "-S", f"*/{os.path.basename(library)}")
            self.assertEqual(0, code, owner)
            owners = {line.split(":")[0] for line in owner.splitlines()}
            self.assertTrue(owners & (runtime_packages() | BASE), f"{library}: {owners}")

    def test_the_context_has_every_folder_of_the_program(self):
        ignored = (ROOT / ".dockerignore").read_text().split("\n")
        self.assertIn("*", ignored)
        cmake = (ROOT / "CMakeLists.txt").read_text()
        folders = set(re.findall(r"(?:waybill_library|add_subdirectory)\((\w+)", cmake)) - {"tests"}
        for name in sorted(folders | {"cmake", "CMakeLists.txt", "packages.txt"}):
            self.assertIn(f"!{name}", ignored)
        for source in re.findall(r"^COPY (docker/\S+)", DOCKERFILE, re.MULTILINE):
            self.assertIn(f"!{source}", ignored)
            self.assertTrue((ROOT / source).exists())

    def test_it_runs_as_nobody_special_and_is_asked_how_it_is(self):
        runtime = DOCKERFILE.rpartition("\nFROM ")[2]
        for line in ("USER 10001:10001", "VOLUME /var/lib/waybill", "EXPOSE 2525 8025 8026",
                     "STOPSIGNAL SIGTERM", 'ENTRYPOINT ["waybill"]'):
            self.assertIn(f"\n{line}\n", runtime)
        self.assertIn("HEALTHCHECK", runtime)


if __name__ == "__main__":
    unittest.main()
