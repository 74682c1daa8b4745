"""A program under test control: started with its output in a file, ended by its process id."""

import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import time

START_SECONDS = 20
STOP_SECONDS = 40


def free_port():
    """A port of 127.0.0.1 that is free for TCP and UDP now; whoever asked should bind it soon."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def lasting_port():
    """A free TCP port of 127.0.0.1 for a server that goes away and comes back to it. It lies below
    those that the kernel gives to clients: else a client that tries to reconnect may get that very
    port for its own end, and meet itself there."""
    below = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(below * 2 // 3, below)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until(condition, what, seconds=START_SECONDS):
    """Until condition() gives something true, which is returned. A port that nobody listens at yet
    is no answer yet: it is asked again."""
    deadline = time.monotonic() + seconds
    while True:
        refused = None
        try:
            result = condition()
        except ConnectionRefusedError as error:
            result, refused = None, error
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} s still not: {what}") from refused
        time.sleep(0.02)


def listening(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def find_program(name):
    """Daemons live in sbin, which is not in everybody's path."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Running:
    """One process. It ends with this one, however this one ends: by the signal `with_us`, which is
    KILL for what takes its time over TERM. `listens`: its standard input is told lines."""

    def __init__(self, argv, log, env=None, with_us="TERM", listens=False):
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as output:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", with_us, *map(str, argv)],
                stdin=subprocess.PIPE if listens else subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env={**os.environ, **(env or {})},
                start_new_session=True)

    def tell(self, line):
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    @property
    def exit_code(self):
        """None while it runs; below 0 for a signal."""
        return self._process.poll()

    @property
    def pid(self):
        return self._process.pid

    def alive(self):
        return self._process.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_for_port(self, port, host="127.0.0.1"):
        def up():
            if not self.alive():
                raise RuntimeError(f"ended with {self._process.returncode}:\n{self.output()}")
            return listening(port, host)
        wait_until(up, f"port {port} of {host} answers")

    def signal(self, number):
        if self.alive():
            os.kill(self.pid, number)

    def freeze(self):
        """It goes on listening and answers nothing, until thaw()."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def wait(self, seconds=STOP_SECONDS):
        code = self._process.wait(seconds)
        if self._process.stdin:
            self._process.stdin.close()
        return code

    def kill(self):
        """As a crash: nothing is tidied up."""
        self.signal(signal.SIGKILL)
        return self.wait()

    def stop(self):
        self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise
