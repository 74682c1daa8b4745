"""rsyslog as a receiver of syslog by every way, which writes a line of JSON for each record."""

import json
import os

from support.process import Running, lasting_port
from support.servers import PEERS, find_server

_PACKAGES = ("rsyslog", "rsyslog-openssl", "rsyslog-gnutls", "rsyslog-relp")

_CONFIGURATION = """\
global(workDirectory="{place}" maxMessageSize="64k"
       defaultNetstreamDriver="{driver}" defaultNetstreamDriverCAFile="{ca}"
       defaultNetstreamDriverCertFile="{chain}" defaultNetstreamDriverKeyFile="{key}"
       parser.escapeControlCharactersOnReceive="off")
module(load="imtcp" maxSessions="200")
module(load="imudp")
module(load="imrelp" tls.tlslib="{relp_library}")
template(name="out" type="list" option.jsonf="on") {{
  property(outname="pri" name="pri" format="jsonf")
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="kind" name="msgid" format="jsonf")
  property(outname="sd" name="structured-data" format="jsonf")
  property(outname="body" name="msg" format="jsonf") }}
# Without a queue: what is answered for is in the file.
ruleset(name="siem" queue.type="Direct") {{
  action(type="omfile" file="{place}/out.jsonl" template="out" flushOnTXEnd="on"
         asyncWriting="off") }}
input(type="imtcp" port="{tls}" address="127.0.0.1" ruleset="siem"
      streamDriver.name="{driver}" streamDriver.mode="1" streamDriver.authMode="x509/name"
      permittedPeer=["relay.test"])
input(type="imtcp" port="{tcp}" address="127.0.0.1" ruleset="siem"
      streamDriver.name="ptcp" streamDriver.mode="0" streamDriver.authMode="anon")
input(type="imudp" port="{udp}" address="127.0.0.1" ruleset="siem" rcvbufSize="4m")
input(type="imrelp" port="{relp}" address="127.0.0.1" ruleset="siem" maxDataSize="64k")
input(type="imrelp" port="{relps}" address="127.0.0.1" ruleset="siem" maxDataSize="64k"
      tls="on" tls.caCert="{ca}" tls.myCert="{chain}" tls.myPrivKey="{key}" tls.authMode="name"
      tls.permittedPeer=["relay.test"])
"""


class Rsyslog:
    """`driver` is that of TLS, ossl or gtls. A client by TLS shows a certificate of relay.test. The
    ports stay the same when it is started again."""

    def __init__(self, directory, authority, driver):
        self.directory = directory
        self.port = {way: lasting_port() for way in ("tls", "tcp", "udp", "relp", "relps")}
        chain, key = authority.issue("siem.test")
        self._configuration = directory / "rsyslog.conf"
        self._configuration.write_text(_CONFIGURATION.format(
            place=directory, driver=driver, ca=authority.file, chain=chain, key=key,
            relp_library={"ossl": "openssl", "gtls": "gnutls"}[driver], **self.port))
        self._process = None

    def start(self):
        folders = [path for package in _PACKAGES
                   for path in sorted((PEERS / package / "usr/lib").glob("*"))]
        modules = ":".join(str(path / "rsyslog") for path in folders)
        self._process = Running(
            [find_server("rsyslogd").replace("bin/rsyslogd", "rsyslog/usr/sbin/rsyslogd"),
             "-n", "-f", self._configuration, "-i", self.directory / "pid", "-M", modules],
            self.directory / "output",
            env={"LD_LIBRARY_PATH": os.pathsep.join(map(str, folders))})
        for way in ("tls", "tcp", "relp", "relps"):
            self._process.wait_for_port(self.port[way])

    def kill(self):
        self._process.kill()
        self._process = None

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def output(self):
        return (self.directory / "output").read_text(errors="replace")

    def records(self):
        """Each as a dictionary, in the order of their arrival. A crash leaves half a line."""
        path = self.directory / "out.jsonl"
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]
