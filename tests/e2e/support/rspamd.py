"""Rspamd as a milter of Postfix, which does no more than to greylist."""

from support.process import Running, free_port
from support.servers import PEERS, find_server

_SHARE = PEERS / "rspamd/usr/share/rspamd"
# Every Debian has both; rspamd gives up root for them.
_USER, _GROUP = "nobody", "nogroup"

_CONFIGURATION = """\
options {{
  filters = "";
  dns {{ nameserver = "127.0.0.1:9"; }}
  # Of the world's list a database is compiled, which takes more than 5 s.
  url_tld = "{dir}/suffixes";
  disable_hyperscan = true;
  cache_file = "{dir}/data/symbols.cache";
  control_socket = "{dir}/data/control mode=0600";
  pidfile = "{dir}/data/pid";
  hs_cache_dir = "{dir}/data";
  tempdir = "{dir}/data";
}}
logging {{ type = "console"; level = "info"; }}
actions {{ greylist = 0.5; add_header = 100; reject = 200; }}
worker "rspamd_proxy" {{
  bind_socket = "127.0.0.1:{port}";
  milter = yes;
  count = 1;
  upstream "local" {{ default = yes; self_scan = yes; }}
}}
modules {{ path = "{share}/plugins/greylist.lua"; }}
redis {{ servers = "127.0.0.1:{redis}"; }}
greylist {{ timeout = {seconds}s; check_local = true; message = "Greylisted by rspamd"; }}
lua = "{dir}/rule.lua";
"""

# Mail that looks good is not greylisted.
_RULE = """\
rspamd_config:register_symbol({
  name = 'EVERY_MAIL', type = 'normal', score = 1.0,
  callback = function(task) return true, 1.0 end,
})
"""


class Rspamd:
    """Puts off, at the end of the body, what it knows neither by its body nor by client, sender
    and recipient, until `seconds` after it saw one of the two first. `redis` is its memory."""

    def __init__(self, directory, *, redis, seconds):
        self.directory = directory
        self.port = free_port()
        self._redis = redis
        self._seconds = seconds
        self._process = None

    @property
    def milter(self):
        """For Postfix's smtpd_milters."""
        return f"inet:127.0.0.1:{self.port}"

    def start(self):
        (self.directory / "data").mkdir()
        (self.directory / "data").chmod(0o777)
        (self.directory / "suffixes").write_text("test\n")
        (self.directory / "rule.lua").write_text(_RULE)
        configuration = self.directory / "rspamd.conf"
        configuration.write_text(_CONFIGURATION.format(
            dir=self.directory, share=_SHARE, port=self.port, redis=self._redis.port,
            seconds=self._seconds))
        places = {"SHAREDIR": _SHARE, "LUALIBDIR": _SHARE / "lualib", "RULESDIR": _SHARE / "rules",
                  "PLUGINSDIR": _SHARE / "plugins", "CONFDIR": self.directory,
                  "LOCAL_CONFDIR": self.directory, "DBDIR": self.directory / "data",
                  "RUNDIR": self.directory / "data", "LOGDIR": self.directory / "data"}
        self._process = Running(
            [find_server("rspamd"), "-f", "-i", "-u", _USER, "-g", _GROUP, "-c", configuration],
            self.directory / "output", env={name: str(path) for name, path in places.items()})
        self._process.wait_for_port(self.port)

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def log(self):
        return self._process.output()
