"""Pages of history beside PostgreSQL and nginx: the same entries, the same clients, in turns.

Waybill answers GET /v1/addresses/{address}/history with 50 entries of a random address; PostgreSQL
answers `SELECT json_agg(...)` of the same 50 rows, prepared, from an index that has them in their
order (pgbench); nginx sends one file that is as long as a page (wrk). Waybill is measured twice:
with who asks on record before the answer leaves, and without. All over TCP on loopback, eight
clients at one time, each round all of them; the clients share the processors with the servers."""

import argparse
import contextlib
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
# pylint: disable=wrong-import-position
from support.process import Running, free_port, wait_until
from support.servers import PEERS, find_server
from support.waybill import Waybill

PROGRAM = ROOT / "build/release/tests/query_bench"
POSTGRES = PEERS / "postgresql-15/usr/lib/postgresql/15/bin"
NOBODY = 65534  # PostgreSQL does not run as root
CLIENTS = 8
CACHE = "2 GiB"  # of each of them: all that is asked for is in memory
ROLES = ("alias", "sender", "target")
TICKS = os.sysconf("SC_CLK_TCK")

TABLE = """
CREATE TABLE entries (alias text, occurred_at timestamptz, index bigint, kind text, sender text,
  target text, message_id uuid, delivery_id uuid, by text, rule text, stage text, code int,
  enhanced text, reply text, size bigint, rfc5322_message_id text);
COPY entries FROM STDIN;
"""
INDEXES = """
CREATE INDEX ON entries (alias, occurred_at DESC, index DESC);
CREATE INDEX ON entries (sender, occurred_at DESC, index DESC);
CREATE INDEX ON entries (target, occurred_at DESC, index DESC);
"""
PAGE = """\\set n random(1, {count})
SELECT json_agg(page) FROM (SELECT * FROM entries WHERE {role} = '{role}.' || :n ||
  '@forward.example' ORDER BY occurred_at DESC, index DESC LIMIT 50) AS page;
"""

# Requests are made once; one of them is taken for each answer.
ASK = """local requests = {}
local count = 0
function init(args)
  for line in io.lines("PATHS") do
    count = count + 1
    requests[count] = wrk.format("GET", line)
  end
  math.randomseed(os.time())
end
function request() return requests[math.random(count)] end
DELAY
"""


def processor_seconds(pid):
    """Of a process and those it has started, as they are now."""
    used, parents = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                parents[int(entry.name)] = int(fields[1])
                used[int(entry.name)] = int(fields[11]) + int(fields[12])
    return sum(ticks for one, ticks in used.items() if pid in (one, parents[one])) / TICKS


class Wrk:
    """Many requests at one server."""

    def __init__(self, place):
        self.script = place / "ask.lua"

    def run(self, port, paths, seconds, connections=CLIENTS, delay_ms=0):
        """Answers a second, and the quantiles of their times in ms."""
        listed = self.script.with_suffix(".paths")
        listed.write_text("\n".join(paths) + "\n")
        delay = f"function delay() return math.random(0, {2 * delay_ms}) end" if delay_ms else ""
        self.script.write_text(ASK.replace("PATHS", str(listed)).replace("DELAY", delay))
        said = subprocess.run(
            [find_server("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s",
             self.script, f"http://127.0.0.1:{port}"],
            capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
        if re.search(r"Non-2xx|Socket errors", said):
            sys.exit(f"not every answer was one:\n{said}")
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}
        times = {share: float(value) * unit[name] for share, value, name in
                 re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)\b", said)}
        return rate, times


class Postgres:
    """The same entries in a table, with the best index for each question."""

    def __init__(self, place, events):
        self.place = place / "postgres"
        self.place.mkdir()
        os.chown(self.place, NOBODY, NOBODY)
        self.port = free_port()
        self.events = events
        self.pid = None
        self._process = None
        libraries = ":".join(sorted({str(path.parent) for path in
                                     (PEERS / "postgresql-15/usr/lib").glob("*/lib*.so*")}))
        self._env = {**os.environ, "LD_LIBRARY_PATH": libraries, "LC_ALL": "C"}
        self._scripts = {}

    def _as_nobody(self, *argv):
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                *map(str, argv)]

    def start(self):
        subprocess.run(self._as_nobody(POSTGRES / "initdb", "-D", self.place / "data", "-A",
                                       "trust", "-U", "bench"),
                       check=True, env=self._env, stdout=subprocess.DEVNULL)
        settings = {"port": self.port, "listen_addresses": "127.0.0.1",
                    "unix_socket_directories": self.place,
                    "shared_buffers": CACHE.replace(" GiB", "GB"),
                    "max_wal_size": "8GB", "autovacuum": "off", "jit": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = Running(
            self._as_nobody(POSTGRES / "postgres", "-D", self.place / "data", *options),
            self.place / "output", self._env)
        self._process.wait_for_port(self.port)
        wait_until(lambda: "ready to accept" in (self.place / "output").read_text(),
                   "PostgreSQL has started")
        self.pid = self._process.pid

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def sql(self, script, stdin=None):
        psql = PEERS / "postgresql-client-15/usr/lib/postgresql/15/bin/psql"
        subprocess.run([psql, "-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", "-q", "-v",
                        "ON_ERROR_STOP=1", "-d", "postgres", "-c", script], env=self._env,
                       check=True, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def fill(self):
        create, copy = TABLE.strip().rsplit("\n", 1)
        self.sql(create)
        with subprocess.Popen([PROGRAM, "rows", str(self.events)],
                              stdout=subprocess.PIPE) as rows:
            self.sql(copy, rows.stdout)
        self.sql(INDEXES)
        self.sql("VACUUM (ANALYZE, FREEZE) entries")

    def pages(self, role, count, seconds):
        script = self.place / f"{role}.sql"
        script.write_text(PAGE.format(role=role, count=count))
        said = subprocess.run(
            [POSTGRES / "pgbench", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", "-n",
             "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(seconds), "-f", script,
             "postgres"], env=self._env, capture_output=True, text=True, check=True).stdout
        return float(re.search(r"tps = ([\d.]+)", said)[1])


class Nginx:
    """One file, as long as a page."""

    def __init__(self, place, content):
        self.place = place / "nginx"
        self.place.mkdir(mode=0o755)
        (self.place / "page").write_bytes(content)
        self.port = free_port()
        self._process = None

    def start(self):
        (self.place / "nginx.conf").write_text(f"""daemon off;
worker_processes {os.cpu_count()};
pid {self.place}/pid;
error_log {self.place}/error;
events {{ worker_connections 256; }}
user root;
http {{ client_body_temp_path {self.place}/body; proxy_temp_path {self.place}/proxy;
  fastcgi_temp_path {self.place}/fastcgi; uwsgi_temp_path {self.place}/uwsgi;
  scgi_temp_path {self.place}/scgi; access_log off; sendfile on;
  open_file_cache max=10; keepalive_requests 1000000000;
  default_type application/json;
  server {{ listen 127.0.0.1:{self.port} reuseport; root {self.place}; }} }}
""")
        self._process = Running([find_server("nginx"), "-c", self.place / "nginx.conf", "-p",
                                 self.place], self.place / "output")
        self._process.wait_for_port(self.port)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None


class Bench:
    """All of them, and what was measured."""

    def __init__(self, place, options):
        self.place = place
        self.options = options
        self.wrk = Wrk(place)
        self.paths = {role: [] for role in ROLES}
        self.rates = {}
        self.costs = {}
        self.waybills = {}
        self.postgres = Postgres(place, options.events)
        self.nginx = None

    def start(self, cleanup):
        said = subprocess.run([PROGRAM, "addresses", str(self.options.events)],
                              capture_output=True, text=True, check=True).stdout
        for line in said.splitlines():
            role, address = line.split(" ", 1)
            self.paths[role].append(f"/v1/addresses/{urllib.parse.quote(address)}/history"
                                    f"?role={role}")
        for name, recorded in (("unrecorded", False), ("recorded", True)):
            directory = self.place / name
            directory.mkdir()
            waybill = Waybill(directory, {"forward.example": {"aliases": {"a": "a@[127.0.0.1]:9"}}},
                              tables={"http": {"record_access": recorded},
                                      "views": {"cache": CACHE}})
            if recorded:
                shutil.copytree(self.waybills["unrecorded"].data, waybill.data)
            else:
                # The first start makes the keys; the log is filled behind it.
                cleanup.append(waybill.stop)
                waybill.start()
                waybill.stop()
                subprocess.run([PROGRAM, "fill", str(self.options.events), waybill.data],
                               check=True)
            cleanup.append(waybill.stop)
            waybill.write_configuration()
            waybill.spawn()
            waybill.wait_until_ready(3600)
            if not recorded:
                # The other begins with the same views.
                waybill.stop()
            self.waybills[name] = waybill
        self.waybills["unrecorded"].start()
        cleanup.append(self.postgres.stop)
        self.postgres.start()
        self.postgres.fill()
        page = self.read_page(self.paths["alias"][0])
        self.nginx = Nginx(self.place, page)
        cleanup.append(self.nginx.stop)
        self.nginx.start()
        return len(page)

    def settle(self):
        """What was written is sorted in the background first; what is asked for is read once."""
        for name, waybill in self.waybills.items():
            def idle(pid=waybill.pid):
                before = processor_seconds(pid)
                time.sleep(3)
                return processor_seconds(pid) - before < 0.06
            wait_until(idle, f"the store of {name} is sorted", 1800)
            for role in self.options.roles:
                self.wrk.run(waybill.http_port, self.paths[role], 2 * self.options.seconds)
        for role in self.options.roles:
            self.postgres.pages(role, len(self.paths[role]), 2 * self.options.seconds)

    def read_page(self, path):
        port = self.waybills["unrecorded"].http_port
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.read()

    def measure(self, what, pid, run):
        before, began = processor_seconds(pid), time.monotonic()
        rate = run()
        spent = processor_seconds(pid) - before
        self.rates.setdefault(what, []).append(rate)
        self.costs.setdefault(what, []).append(
            1e6 * spent / (rate * (time.monotonic() - began)))

    def round(self):
        seconds = self.options.seconds
        for role in self.options.roles:
            for name, waybill in self.waybills.items():
                self.measure((role, name), waybill.pid, lambda port=waybill.http_port: self.wrk.run(
                    port, self.paths[role], seconds)[0])
            self.measure((role, "postgres"), self.postgres.pid, lambda role=role:
                         self.postgres.pages(role, len(self.paths[role]), seconds))
        self.rates.setdefault("nginx", []).append(
            self.wrk.run(self.nginx.port, ["/page"], seconds)[0])

    def at_half_load(self, name, rate):
        """Quantiles in ms, and the rate that it was."""
        connections = 4 * CLIENTS
        delay = max(1, round(1000 * connections / (rate / 2)))
        return self.wrk.run(self.waybills[name].http_port, self.paths["alias"],
                            self.options.seconds, connections, delay)

    def report(self, octets):
        print(f"\n{self.options.events} events, pages of 50, {octets} octets, {CLIENTS} clients, "
              f"{self.options.rounds} rounds of {self.options.seconds} s; medians")
        print(f"{'':<26}{'pages/s':>10}{'us of a processor':>20}{'to PostgreSQL':>16}")
        median = statistics.median
        for role in self.options.roles:
            theirs = median(self.rates[(role, "postgres")])
            for name in (*self.waybills, "postgres"):
                rate = median(self.rates[(role, name)])
                print(f"{role + ', ' + name:<26}{rate:>10.0f}"
                      f"{median(self.costs[(role, name)]):>20.1f}{rate / theirs:>16.2f}")
        static = median(self.rates["nginx"])
        ours = median(self.rates[(self.options.roles[0], "unrecorded")])
        print(f"{'nginx, a file':<26}{static:>10.0f}{'':>20}  (ours: {ours / static:.2f} times)")
        for name in self.waybills:
            rate, times = self.at_half_load(name, median(self.rates[("alias", name)]))
            print(f"at {rate:.0f} pages/s, {name}: p50 {times['50']:.2f} ms, "
                  f"p99 {times['99']:.2f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("events", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of one measurement")
    parser.add_argument("--roles", nargs="+", choices=ROLES, default=ROLES)
    parser.add_argument("--directory", help="where the data live: a disk, not a tmpfs")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("PostgreSQL is started as nobody: by root alone")
    subprocess.run([sys.executable, ROOT / "scripts/unpack.py", "postgresql-15",
                    "postgresql-client-15", "wrk", "nginx"], check=True)
    subprocess.run(["cmake", "--build", ROOT / "build/release", "--target", "query_bench",
                    "waybill"], check=True, stdout=subprocess.DEVNULL)
    place = pathlib.Path(tempfile.mkdtemp(prefix="waybill-bench-", dir=options.directory))
    place.chmod(0o755)
    cleanup = []
    try:
        bench = Bench(place, options)
        octets = bench.start(cleanup)
        bench.settle()
        for _ in range(options.rounds):
            bench.round()
        bench.report(octets)
    finally:
        for stop in reversed(cleanup):
            stop()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
