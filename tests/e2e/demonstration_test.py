"""`./dev run`: the demonstration shows its whole story, says how it went, and leaves nothing
behind, however it is ended."""

import os
import pathlib
import pty
import signal
import socket
import subprocess
import time
import unittest

from support.kafka_java import needs_kafka
from support.peers_case import PeersCase, needs
from support.process import free_port, lasting_port, wait_until
from support.servers import needs_servers
from support.waybill import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = ("SMTP", "HOP", "HOME", "DNS", "HTTP", "RELAY_HTTP", "PEERS")
# The whole takes 3 s; a broker and a shared processor take their time.
SECONDS = 180

STORY = (
    "buzz@example.test      250 ",
    "nobody@example.test    550 5.1.1 ",
    "closed@example.test    550 5.1.1 ",
    "lost@example.test      250 ",
    "Final-Recipient: rfc822; lost@example.test",
    " forwarded  ann@origin.test > buzz@example.test > buzz@[127.0.0.1]",
    " rejected   ann@origin.test > nobody@example.test  550 5.1.1",
    " rejected   ann@origin.test > closed@example.test > gone@[127.0.0.1]",
    " sent_home  <> > lost@example.test > ann@origin.test",  # a history: newest first
    " bounced    ann@origin.test > lost@example.test > hidden@[127.0.0.1]",
    " accepted       from ann@origin.test for lost@example.test; SPF passed for origin.test",
    " sent_home      ann@origin.test: mx.origin.test said: 250",
    "That is all",
)
KAFKA_STORY = (
    "lost@example.test   waybill.delivery.bounced",
    "The relay has no views, and knows where they are",
)


def broker_port():
    """Its controller listens on the next one."""
    while True:
        port = lasting_port()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port + 1)) != 0:
                return port


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs_servers("dnsmasq")
@needs("curl")
class DemonstrationTest(PeersCase):
    def setUp(self):
        super().setUp()
        self.data = self.directory / "data"
        self.ports = {f"WAYBILL_{name}_PORT": str(free_port()) for name in PORTS}
        self.environment = {**os.environ, **self.ports, "WAYBILL_BIN": str(binary()),
                            "WAYBILL_DATA": str(self.data)}

    def begin(self, *options, **how):
        """With its output in a pipe, in a session without a terminal."""
        process = subprocess.Popen(
            [ROOT / "dev", "run", *options], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            **how)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def run_to_its_end(self, *options):
        process = self.begin(*options)
        said, _ = process.communicate(timeout=SECONDS)
        self.assertEqual(0, process.returncode, said)
        return said

    def read_until(self, process, words):
        for line in process.stdout:
            if words in line:
                return
        self.fail(f"ended with {process.wait()} and without saying: {words}")

    def processes(self):
        """What runs with this demonstration's environment: all that it started, in any session."""
        mark = f"WAYBILL_DATA={self.data}".encode()
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:  # it ended meanwhile, or is another's
                continue
        return found

    def check_nothing_is_left(self):
        try:
            wait_until(lambda: not self.processes(), "all have ended", 5)
        except TimeoutError:
            self.fail(f"left behind: {self.processes()}")

    def check_story(self, said, story):
        at = 0
        for words in story:
            self.assertIn(words, said[at:])
            at = said.index(words, at)

    def test_once_ends_by_itself_after_the_whole_story(self):
        said = self.run_to_its_end("--once")
        self.check_story(said, STORY)
        home = (self.data / "home/000001.eml").read_text()
        self.assertIn("lost@example.test", home)
        self.assertNotIn("hidden", home)
        self.check_nothing_is_left()

    def test_again_over_the_data_of_the_last_time(self):
        self.run_to_its_end("--once")
        self.check_story(self.run_to_its_end("--once"), STORY)

    @needs_kafka()
    def test_once_with_a_broker_and_the_roles_apart(self):
        port = broker_port()
        self.environment["WAYBILL_KAFKA_PORT"] = str(port)
        said = self.run_to_its_end("--once", "--kafka")
        self.check_story(said, (*STORY[:-1], *KAFKA_STORY, STORY[-1]))
        self.check_nothing_is_left()

    @needs_kafka()
    def test_a_signal_while_the_broker_starts_ends_it_too(self):
        self.environment["WAYBILL_KAFKA_PORT"] = str(broker_port())
        process = self.begin("--once", "--kafka")
        self.read_until(process, "a Kafka broker, which takes some seconds")
        wait_until(lambda: any("kafka." in command for command in self.processes()), "java runs")
        process.terminate()
        self.assertEqual(128 + signal.SIGTERM, process.wait(SECONDS))
        self.check_nothing_is_left()

    def test_without_once_it_stays_until_it_is_told_to_end(self):
        process = self.begin()
        self.read_until(process, "It stays up")
        self.assertEqual(4, sum("waybill" in command or "dnsmasq" in command
                                for command in self.processes() if "sed -u" not in command))
        process.terminate()
        self.assertEqual(0, process.wait(SECONDS))
        self.check_nothing_is_left()

    def test_a_signal_amid_the_story_ends_everything(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                process = self.begin("--once")
                self.read_until(process, "Four messages")
                os.killpg(process.pid, number)
                self.assertEqual(128 + number, process.wait(SECONDS))
                self.check_nothing_is_left()

    def test_control_c_in_a_terminal_ends_it(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(ROOT)
            os.execve(ROOT / "dev", ["dev", "run"], self.environment)
        self.addCleanup(os.close, terminal)
        said = b""
        deadline = time.monotonic() + SECONDS
        while b"It stays up" not in said and time.monotonic() < deadline:
            said += os.read(terminal, 65536)
        os.write(terminal, b"\x03")
        self.assertEqual(0, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode())
        self.check_nothing_is_left()

    def test_a_reader_that_goes_away_ends_it(self):
        process = self.begin("--once")
        self.read_until(process, "Starting")
        process.stdout.close()
        self.assertNotEqual(0, process.wait(SECONDS))
        self.check_nothing_is_left()

    def test_when_it_is_killed_its_processes_end(self):
        process = self.begin()
        self.read_until(process, "It stays up")
        process.kill()
        process.wait()
        self.check_nothing_is_left()

    def test_a_port_that_is_taken_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.environment["WAYBILL_HTTP_PORT"] = str(port)
            process = self.begin("--once")
            said, _ = process.communicate(timeout=SECONDS)
        self.assertEqual(3, process.returncode, said)
        self.assertIn(f"port {port} of 127.0.0.1 is taken", said)
        self.assertIn("WAYBILL_HTTP_PORT", said)
        self.check_nothing_is_left()


if __name__ == "__main__":
    unittest.main()
