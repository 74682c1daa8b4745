"""Node: Waybill under a supervisor, which starts it again where it ends by itself, as systemd does
(packaging/waybill.service.in); and the watch on its memory and descriptors."""

import os
import pathlib
import signal
import threading
import time

from support.http_client import HttpClient
from support.process import lasting_port, wait_until
from support.waybill import Waybill

RESTART_SECONDS = 2
# Status 3: the journal's disk failed (docs/operating.md). Another end is a defect.
ENDS_BY_ITSELF = {0, 3}


class Node(Waybill):
    """`ends`: the exit codes of ends that nobody asked for, below 0 for a signal."""

    def __init__(self, directory, domains, **options):
        super().__init__(directory, domains, smtp_port=lasting_port(), **options)
        self.http_port = lasting_port()
        self.http = HttpClient(self.http_port, timeout=20)
        self.most_rss = self.most_descriptors = 0
        self.ends = []
        self.ends_well = set(ENDS_BY_ITSELF)
        self.supervised = False
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._watch = None

    def start(self):
        with self._lock:
            super().start()
            self._begin_watch()

    def kill(self):
        with self._lock:
            return super().kill() if self._process else None

    def stop(self):
        with self._lock:
            return super().stop()

    def run_bare(self):
        """Without waiting for anything; what becomes of it, `exit_code` says."""
        with self._lock:
            self.write_configuration()
            self.spawn()
            self._begin_watch()

    @property
    def exit_code(self):
        return self._process.exit_code if self._process else None

    @property
    def runs(self):
        return self._process is not None and self._process.alive()

    def freeze(self):
        """Until every thread stands still; what the kernel does for one of them ends first."""
        self.signal(signal.SIGSTOP)
        wait_until(lambda: self._states() == {"T"}, "every thread stands still")

    def thaw(self):
        self.signal(signal.SIGCONT)

    def _states(self):
        tasks = pathlib.Path(f"/proc/{self.pid}/task").glob("*/stat")
        return {path.read_text().rpartition(")")[2].split()[0] for path in tasks}

    def set_program(self, path):
        """Another binary, for the next start."""
        self._program = path

    def end_watch(self):
        self._over.set()
        if self._watch:
            self._watch.join()

    def unexpected(self):
        return [code for code in self.ends if code not in self.ends_well]

    def _begin_watch(self):
        if self._watch is None:
            self._watch = threading.Thread(target=self._look, daemon=True)
            self._watch.start()

    def _look(self):
        while not self._over.wait(0.2):
            with self._lock:
                process = self._process
                if process is None:
                    continue
                if process.alive():
                    self._measure(process.pid)
                elif self.supervised:
                    self.ends.append(process.exit_code)
                    self._process = None
                else:
                    continue
            if process is not None and self._process is None and not self._over.wait(
                    RESTART_SECONDS):
                with self._lock:
                    if self._process is None and self.supervised:
                        self.spawn()

    def _measure(self, pid):
        try:
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            rss = next(line for line in status.splitlines() if line.startswith("VmRSS"))
            self.most_rss = max(self.most_rss, int(rss.split()[1]) << 10)
            self.most_descriptors = max(self.most_descriptors, len(os.listdir(f"/proc/{pid}/fd")))
        except (OSError, StopIteration):
            pass  # it ended while it was looked at


def ready_seconds(node, seconds=60):
    """How long until /readyz says ready."""
    began = time.monotonic()
    wait_until(node.http.ready, f"ready:\n{node.output()[-2000:]}", seconds)
    return time.monotonic() - began
