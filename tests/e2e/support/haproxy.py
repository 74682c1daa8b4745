"""HAProxy as a door for mail: it passes connections on and says whose they are."""

from support.process import Running, free_port
from support.servers import find_server

_FRAME = """\
global
  maxconn 100
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
"""


class HaProxy:
    """`ways`: {name: (address that it listens at, "ip:port" where it passes on to, options)}, such
    as {"v4": ("127.0.0.1", "127.0.0.1:2525", "send-proxy-v2")}. `port` has the port of each."""

    def __init__(self, directory, ways):
        self._directory = directory
        self._ways = ways
        self.port = {name: free_port() for name in ways}
        self._process = None

    def start(self):
        text = _FRAME
        for name, (address, to, options) in self._ways.items():
            text += (f"listen {name}\n  bind {address}:{self.port[name]}\n"
                     f"  server waybill {to} {options}\n")
        configuration = self._directory / "haproxy.cfg"
        configuration.write_text(text)
        self._process = Running([find_server("haproxy"), "-db", "-f", configuration],
                                self._directory / "output")
        for name, (address, *_) in self._ways.items():
            self._process.wait_for_port(self.port[name], address.strip("[]"))

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None
