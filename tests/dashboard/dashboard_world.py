"""A Waybill with mail of every fate in its log, hostile mail too, for a browser to look at."""

import smtplib

from support.openid_provider import OpenIdProvider
from support.name_server import NameServer
from support.process import Running, free_port, wait_until
from support.waybill import Waybill, binary

SENDER = "ann@origin.test"
DOMAIN = "example.test"
# U+202E turns what follows it.
TURN = "\u202e"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LONG = "y" * 9000


class Dustbin:
    """`waybill dustbin`: a next hop that does as it is told."""

    def __init__(self, directory, *options):
        self.port = free_port()
        self._directory = directory
        self._options = options
        self._process = None

    def start(self):
        self._process = Running([binary(), "dustbin", "--listen", f"127.0.0.1:{self.port}",
                                 *self._options], self._directory / "output")
        self._process.wait_for_port(self.port)

    def stop(self):
        self._process.stop()


def aliases(hop):
    at = f"@[127.0.0.1]:{hop}"
    # Servers with names of their own.
    named = {"far": "carl@hop.test", "shut": "gone@hop.test"}
    return named | {
        "buzz": f"buzz{at}", "closed": f"gone{at}", "lost": f"hidden{at}", "slow": f"slow{at}",
        "bad": f"bad{at}", "team": [f"a{at}", f"b{at}", f"hidden{at}"], "void": {"drop": True},
        "spam": {"reject": f"550 5.7.1 No {SCRIPT} please"},
    }


def start(case):
    """Of a PeersCase; Waybill with its mail on record."""
    smtp = free_port()
    home = case.start(Dustbin, "--refuse-rcpt", "gone")
    hop = case.start(Dustbin, "--refuse-rcpt", "gone", "--bounce", "hidden", "--defer-rcpt", "slow",
                     "--refuse-data", "bad", "--bounce-via", f"127.0.0.1:{smtp}")
    names = case.start(NameServer, {"origin.test": '@ IN TXT "v=spf1 ip4:127.0.0.1 -all"\n'
                                                   "@ IN MX 10 mx\nmx IN A 127.0.0.1",
                                 "unverified.test": "@ IN MX 10 mx\nmx IN A 127.0.0.1",
                                 "hop.test": "@ IN MX 10 mx\nmx IN A 127.0.0.1"})
    waybill = case.start(
        Waybill, {DOMAIN: {"log_subject": True, "aliases": aliases(hop.port)}},
        name_server=names, smtp_port=smtp, host_name=f"mx.{DOMAIN}",
        tables={"server": {"next_hop_port": home.port}, "limits": {"max_refusals": 1000}})
    write(smtp)
    # A bounce takes a second, and then its way home.
    for alias, reports in (("lost", 3), ("team", 1)):
        waybill.events(f"{alias}@{DOMAIN}", ["bounced"], reports)
        wait_until(lambda alias=alias, reports=reports: reports == sum(
            "reported_delivery_id" in entry and entry["kind"] in ("forwarded", "dropped")
            for entry in waybill.events(f"{alias}@{DOMAIN}")), f"the reports on {alias} are home")
    return waybill


def write(port):
    for alias in ("buzz", "nobody", "closed", "lost", "slow", "bad", "void", "spam"):
        send(port, SENDER, [alias], message_id=f"<{alias}@origin.test>")
    for alias in ("far", "shut", "shut"):
        send(port, SENDER, [alias])
    send(port, SENDER, ["buzz", "team", "lost", "nobody"], message_id="<many@origin.test>")
    send(port, "", ["buzz"], message_id="<null@origin.test>")
    # Nobody can be told of its bounce.
    send(port, "bob@unverified.test", ["lost"])
    send(port, SENDER, ["buzz"], subject=SCRIPT, message_id="<hostile@origin.test>")
    send(port, SENDER, ["buzz"], subject=f"abc {TURN}gnp.exe", message_id="<turned@origin.test>")
    send(port, f"a{TURN}b@origin.test", ["buzz"])
    send(port, '"<script>alert(4)</script>"@origin.test', ["buzz"])
    send(port, SENDER, ["buzz"], subject=LONG, message_id="<long@origin.test>")


def send(port, sender, names, *, subject="Hello", message_id="<any@origin.test>"):
    recipients = [f"{name}@{DOMAIN}" for name in names]
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.origin.test", timeout=60) as client:
        client.ehlo()
        client.mail(sender, [] if sender.isascii() else ["SMTPUTF8"])
        taken = [client.rcpt(recipient)[0] < 300 for recipient in recipients]
        if any(taken):
            client.data("\r\n".join([
                f"From: Ann <{SENDER}>", f"To: <{recipients[0]}>", f"Subject: {subject}",
                f"Message-ID: {message_id}", "", "To infinity.", ""]).encode())


class Guarded:
    """A Waybill that answers nobody unknown, over one message. Of a PeersCase."""

    def __init__(self, case, issuer):
        """`issuer`: the OpenID provider that vouches for people; it may come later."""
        self.waybill = case.start(
            Waybill, {DOMAIN: {"aliases": {"void": {"drop": True}}}},
            tables={"http": {"local": "none", "oidc": {
                "issuer": issuer, "audience": "waybill", "client_id": "waybill-pages",
                "scopes": ["waybill.history", "waybill.feed"]}}})
        self.base = f"http://127.0.0.1:{self.waybill.http_port}"
        send(self.waybill.smtp_port, SENDER, ["void"])


def guarded(case):
    """A Guarded whose provider does whatever somebody clicks at its door, and the provider."""
    provider = OpenIdProvider(case.directory)
    case.addCleanup(provider.stop)
    out = Guarded(case, provider.issuer)
    provider.redirect_uri = f"{out.base}/signed-in"
    provider.person = {"scope": "openid waybill.history waybill.feed", "waybill_domains": [DOMAIN]}
    wait_until(lambda: b"token_endpoint" in out.waybill.http.get("/v1/sign-in").body,
               "the server knows the provider's endpoints")
    return out, provider
