"""smtp-sink and smtp-source: Postfix's own load generator and the server that swallows its load."""

import os
import subprocess

from support.process import Running, free_port
from support.servers import find_server


class SmtpSink:
    """Takes everything, unless `options` say otherwise (smtp-sink(1)): ["-r", "rcpt"] answers RCPT
    with 4xx, ["-f", "."] the body with 5xx, ["-q", "."] hangs up there, ["-w", "5"] is slow.
    With `keep`, each message is a file."""

    def __init__(self, directory, options=(), keep=False):
        self.directory = directory
        self.port = free_port()
        self._options = list(options)
        self._keep = keep
        self._process = None

    def start(self):
        argv = [find_server("smtp-sink"), *self._options]
        if self._keep:
            (self.directory / "mail").mkdir(exist_ok=True)
            (self.directory / "mail").chmod(0o777)
            argv += ["-d", self.directory / "mail" / "%s."]
        if os.geteuid() == 0:
            argv += ["-u", "nobody"]
        self._process = Running([*argv, f"127.0.0.1:{self.port}", "100"], self.directory / "output")
        self._process.wait_for_port(self.port)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def mail(self):
        """Each message with the sink's own lines on its envelope in front."""
        return [path.read_bytes() for path in sorted((self.directory / "mail").iterdir())
                if path.stat().st_size]


def smtp_source(port, *, messages, sessions=1, octets=1000, sender="source@s.test",
                recipient="sink@x.test", keep_connections=True, seconds=120):
    """Sends that many messages and waits for the end. Its complaints; empty if all went well."""
    argv = [find_server("smtp-source"), "-s", str(sessions), "-m", str(messages), "-l",
            str(octets), "-f", sender, "-t", recipient, "-M", "source.test"]
    if keep_connections:
        argv.append("-d")
    done = subprocess.run([*argv, f"127.0.0.1:{port}"], capture_output=True, text=True,
                          timeout=seconds, check=False)
    complaints = done.stdout + done.stderr
    return complaints if done.returncode == 0 else complaints or f"exit code {done.returncode}"
