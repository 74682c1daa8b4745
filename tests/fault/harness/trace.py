"""Injected: system calls of a process that runs fail, or take long, from now until `stop`: strace
attached to it."""

import shutil
import signal
import subprocess

from support.process import wait_until


class Injected:
    """`what` is strace's: "fdatasync,fsync:error=EIO". `files`: only calls on these."""

    def __init__(self, pid, what, log, files=()):
        calls = what.split(":", 1)[0]
        paths = [word for file in files for word in ("-P", str(file))]
        self._log = log
        log.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [shutil.which("strace"), "-f", "-qq", "-o", log, "-p", str(pid), *paths, "-e",
             f"trace={calls}", "-e", f"inject={what}"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self._pid = pid
        wait_until(self._attached, "strace is attached")

    def _attached(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"strace ended with {self._process.returncode}")
        with open(f"/proc/{self._pid}/status", encoding="utf-8") as file:
            return any(line.startswith("TracerPid:") and int(line.split()[1]) for line in file)

    @property
    def hits(self):
        """How many calls were touched."""
        if not self._log.exists():
            return 0
        said = self._log.read_text(errors="replace")
        return said.count("INJECTED") + said.count("DELAYED")

    def stop(self):
        """The process goes on without it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
