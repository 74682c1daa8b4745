"""The dashboard in a real browser, over a real Waybill: ./dev dashboard. Not a part of the suite,
for it installs a browser (306 MB)."""

import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/e2e"))

from support.peers_case import PeersCase, needs  # noqa: E402
from support.process import find_program, free_port  # noqa: E402
from support.servers import needs_servers  # noqa: E402
from support.waybill import binary  # noqa: E402

import dashboard_world  # noqa: E402

BROWSER = find_program("chromium-headless-shell") or find_program("chromium")


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@unittest.skipUnless(BROWSER, "not installed: chromium-headless-shell; `./dev dashboard` does")
@needs_servers("nsd")
@needs("node", "npm")
class DashboardTest(PeersCase):
    def test_what_a_reader_does_in_a_browser(self):
        waybill = dashboard_world.start(self)
        guarded, provider = dashboard_world.guarded(self)
        # The walk starts this provider.
        certified_port = free_port()
        certified = dashboard_world.Guarded(self, f"http://127.0.0.1:{certified_port}")
        some = os.environ.get("WAYBILL_WALK")  # a pattern of names
        done = subprocess.run(
            ["bash", ROOT / "tests/dashboard/run.sh", ROOT / "build/dashboard_test",
             *([f"--test-name-pattern={some}"] if some else [])],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=900,
            env={**os.environ, "WAYBILL_BASE": f"http://127.0.0.1:{waybill.http_port}",
                 "WAYBILL_GUARDED_BASE": guarded.base,
                 "OPENID_ISSUER": provider.issuer,
                 "CERTIFIED_BASE": certified.base, "CERTIFIED_PORT": f"{certified_port}",
                 "WAYBILL_SMTP_PORT": str(waybill.smtp_port), "BROWSER": BROWSER,
                 "WAYBILL_OWNER_TOKEN": (waybill.data / "owner.token").read_text().strip()})
        print(done.stdout)
        self.assertEqual(0, done.returncode, done.stdout[-6000:])


if __name__ == "__main__":
    unittest.main()
