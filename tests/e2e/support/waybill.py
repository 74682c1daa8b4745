"""Waybill: one process of it, `waybill serve` or another role, with a configuration written for one
test."""

import json
import os
import pathlib
import re
import subprocess

from support.http_client import HttpClient
from support.process import STOP_SECONDS, Running, free_port, wait_until
from support.smtp_client import SmtpClient

# A projector may have to wait until the broker gives up on one before it that left without a word.
READY_SECONDS = 60

_ROOT = pathlib.Path(__file__).resolve().parents[3]


def binary():
    """The program under test: WAYBILL_BIN, or the release build."""
    return pathlib.Path(os.environ.get("WAYBILL_BIN", _ROOT / "build/release/waybill"))


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)  # strings, numbers, booleans, lists: TOML writes them alike


def _key(name):
    return name if re.fullmatch(r"[\w-]+", name) else json.dumps(name)


class Waybill:
    """`domains`: {"x.test": {"aliases": {"a": "a@y.test:2525"}}}, the keys of [domains."x.test"].
    `tables` are further ones: {"limits": {"rcpt_deadline": "5s"}}."""

    def __init__(self, directory, domains, *, name_server=None, host_name="mx.x.test", tables=None,
                 env=None, address="127.0.0.1", smtp_port=None, role=("serve",), prefix=()):
        """`prefix`: a command that becomes the program in the end, such as prlimit."""
        self.directory = directory
        self.address = address
        self.smtp_port = smtp_port or free_port()
        self.http_port = free_port()
        self.http = HttpClient(self.http_port)
        self._domains = domains
        self._name_server = name_server
        self._host_name = host_name
        self._tables = tables or {}
        self._env = env or {}
        self._role = role
        self._prefix = list(prefix)
        self._program = None
        self._process = None

    def start(self):
        self.start_again()
        self.wait_until_ready()

    def wait_until_ready(self, seconds=READY_SECONDS):
        wait_until(self.http.ready, f"/readyz says ready:\n{self.output()}", seconds)

    def start_again(self):
        """Without waiting for more than its port: what it needs may be away."""
        self.write_configuration()
        self.spawn()
        if self._role[0] != "projector":
            self._process.wait_for_port(self.smtp_port, self.address)

    def spawn(self):
        """The process alone: whatever becomes of it."""
        role, *options = self._role
        self._process = Running(
            [*self._prefix, self._program or binary(), role, "-c", self.configuration, *options],
            self.directory / "output", self._env)

    def stop(self):
        """SIGTERM, and the exit code; None where it was not running."""
        process, self._process = self._process, None
        return process.stop() if process else None

    def kill(self):
        """As a crash."""
        process, self._process = self._process, None
        return process.kill()

    def freeze(self):
        self._process.freeze()

    def thaw(self):
        self._process.thaw()

    def wait(self):
        """Until it ends of its own accord: the exit code."""
        process, self._process = self._process, None
        return process.wait()

    def run(self, *arguments):
        """Another `waybill` with the same configuration: exit code and everything it said."""
        done = subprocess.run([binary(), *arguments, "-c", self.configuration],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=STOP_SECONDS, check=False)
        return done.returncode, done.stdout

    def trace(self, *arguments):
        """What `waybill trace` says of this process."""
        return subprocess.run(
            [binary(), "trace", *arguments, "--server", f"http://127.0.0.1:{self.http_port}"],
            capture_output=True, text=True, timeout=STOP_SECONDS, check=True).stdout

    @property
    def data(self):
        return self.directory / "data"

    @property
    def configuration(self):
        return self.directory / "waybill.toml"

    def restart(self):
        self.stop()
        self.start()

    def signal(self, number):
        self._process.signal(number)

    @property
    def pid(self):
        return self._process.pid

    def output(self):
        return (self.directory / "output").read_text(errors="replace")

    def client(self, **options):
        return SmtpClient(self.smtp_port, self.address, **options)

    def set_environment(self, env):
        """For the next start."""
        self._env = env

    def set_tables(self, tables):
        """For the next start, or for SIGHUP."""
        self._tables = tables
        self.write_configuration()

    def set_domains(self, domains):
        """For the next start, or for SIGHUP."""
        self._domains = domains
        self.write_configuration()

    def write_configuration(self):
        tables = {
            "server": {"host_name": self._host_name, "data_dir": str(self.data),
                       "listen": [f"{self.address}:{self.smtp_port}"]},
            "http": {"listen": f"127.0.0.1:{self.http_port}"},
        }
        if self._name_server:
            server = self._name_server
            tables["dns"] = {"servers": [f"{server.address}:{server.port}"]}
        for name, keys in self._tables.items():
            if not isinstance(keys, list):
                tables.setdefault(name, {}).update(keys)
        lines = []
        for name, keys in tables.items():
            lines += [f"[{name}]",
                      *(f"{_key(key)} = {_toml(value)}" for key, value in keys.items())]
        for name, list_of in self._tables.items():
            for keys in list_of if isinstance(list_of, list) else []:
                lines += [f"[[{name}]]",
                          *(f"{_key(key)} = {_toml(value)}" for key, value in keys.items())]
        for name, keys in self._domains.items():
            lines += [f"[domains.{json.dumps(name)}]",
                      *(f"{key} = {_toml(value)}" for key, value in keys.items())]
        self.configuration.write_text("\n".join(lines) + "\n")

    # what it says happened

    def events(self, address, kinds=(), count=1, role="alias"):
        """The timeline of an address once it has `count` entries (of those kinds), newest first."""
        def entries():
            parameters = {"role": role, "limit": 500}
            if kinds:
                parameters["kind"] = ",".join(kinds)
            answer = self.http.history(address, **parameters)
            found = answer.json.get("entries", []) if answer.status == 200 else []
            return found if len(found) >= count else None
        return wait_until(entries, f"{count} events of {address}")
