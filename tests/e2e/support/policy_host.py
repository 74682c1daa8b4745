"""PolicyHost: the web server of a domain that has a policy (MTA-STS, RFC 8461)."""

from support.network import Network
from support.web_server import HTTPS_PORT, WebServer

_PATH = "/.well-known/mta-sts.txt"


class PolicyHost(WebServer):
    """`policy` is the text of the file. HTTPS has port 443 alone (RFC 8461 3.3), so that each has
    an address of its own. Needs root."""

    def __init__(self, directory, files, policy):
        super().__init__(directory, files, pages={_PATH: policy}, port=HTTPS_PORT,
                         address=Network("web")["web"])


def policy(mode, mx="mx.y.test", max_age=86400):
    return f"version: STSv1\r\nmode: {mode}\r\nmx: {mx}\r\nmax_age: {max_age}\r\n"
