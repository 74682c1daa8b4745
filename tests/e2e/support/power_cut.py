"""PowerCut: what a disk keeps when the power goes: of each file what was synced, and no more."""

import os
import pathlib
import subprocess

_SOURCE = pathlib.Path(__file__).with_suffix(".c")


class PowerCut:
    """Builds the library that listens to every sync; `env` lets a program run with it."""

    def __init__(self, directory):
        self._syncs = directory / "syncs"
        self._no_sync = directory / "no_sync"
        self._sync_fails = directory / "sync_fails"
        library = directory / "power_cut.so"
        subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
                        library, _SOURCE, "-ldl"], check=True)
        self.env = {"LD_PRELOAD": str(library), "WAYBILL_TEST_SYNCS": str(self._syncs),
                    "WAYBILL_TEST_NO_SYNC": str(self._no_sync),
                    "WAYBILL_TEST_SYNC_FAILS": str(self._sync_fails)}

    def stop_syncing(self):
        """From now on a sync is a lie."""
        self._no_sync.touch()

    def sync_again(self):
        self._no_sync.unlink()

    def fail_next_sync(self):
        self._sync_fails.touch()

    def failed(self):
        return not self._sync_fails.exists()

    def cut(self, data):
        """Takes from every file below `data` what was never synced; the octets lost in all."""
        safe = {}
        if self._syncs.exists():
            for line in self._syncs.read_text().splitlines():
                inode, size = map(int, line.split())
                safe[inode] = size
        lost = 0
        for path in pathlib.Path(data).rglob("*"):
            if not path.is_file():
                continue
            state = path.stat()
            keep = min(state.st_size, safe.get(state.st_ino, 0))
            lost += state.st_size - keep
            os.truncate(path, keep)
        return lost
