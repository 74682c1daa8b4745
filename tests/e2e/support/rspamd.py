"""Rspamd: as a milter of Postfix that does no more than to greylist, and as a judge over HTTP."""

from support.process import Running, free_port
from support.servers import PEERS, find_server

_SHARE = PEERS / "rspamd/usr/share/rspamd"
# Every Debian has both; rspamd gives up root for them.
_USER, _GROUP = "nobody", "nogroup"

_OPTIONS = """\
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
lua = "{dir}/rule.lua";
"""

_GREYLIST = """\
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
"""

# Mail that looks good is not greylisted.
_EVERY_MAIL = """\
rspamd_config:register_symbol({
  name = 'EVERY_MAIL', type = 'normal', score = 1.0,
  callback = function(task) return true, 1.0 end,
})
"""

_JUDGE = """\
actions {{ greylist = 4; add_header = 6; reject = 15; }}
worker "normal" {{
  bind_socket = "127.0.0.1:{port}";
  count = 1;
}}
"""

# A message says itself what it is worth, and whether it is to come again.
_AS_IT_SAYS = """\
rspamd_config:register_symbol({
  name = 'AS_IT_SAYS', type = 'normal', score = 1.0,
  callback = function(task)
    task:set_milter_reply({add_headers = {['X-Rspamd-Saw'] = tostring(task:get_from_ip())}})
    if task:get_header('X-Again') then
      task:set_pre_result('soft reject', 'Come again, says rspamd')
    end
    local score = tonumber(task:get_header('X-Score') or '0')
    return score ~= 0, score
  end,
})
"""


class _Rspamd:
    """Rspamd with these workers and this rule in Lua."""

    def __init__(self, directory):
        self.directory = directory
        self.port = free_port()
        self._process = None

    def _workers(self):
        raise NotImplementedError

    def _rule(self):
        raise NotImplementedError

    def start(self):
        data = self.directory / "data"
        data.mkdir(exist_ok=True)
        data.chmod(0o777)
        (self.directory / "suffixes").write_text("test\n")
        (self.directory / "rule.lua").write_text(self._rule())
        configuration = self.directory / "rspamd.conf"
        configuration.write_text(_OPTIONS.format(dir=self.directory) + self._workers())
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


class Rspamd(_Rspamd):
    """Puts off, at the end of the body, what it knows neither by its body nor by client, sender
    and recipient, until `seconds` after it saw one of the two first. `redis` is its memory."""

    def __init__(self, directory, *, redis, seconds):
        super().__init__(directory)
        self._redis = redis
        self._seconds = seconds

    @property
    def milter(self):
        """For Postfix's smtpd_milters."""
        return f"inet:127.0.0.1:{self.port}"

    def _workers(self):
        return _GREYLIST.format(share=_SHARE, port=self.port, redis=self._redis.port,
                                seconds=self._seconds)

    def _rule(self):
        return _EVERY_MAIL


class RspamdJudge(_Rspamd):
    """Judges over HTTP: X-Score of a message is its score, and with X-Again it is to come again."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def _workers(self):
        return _JUDGE.format(port=self.port)

    def _rule(self):
        return _AS_IT_SAYS
