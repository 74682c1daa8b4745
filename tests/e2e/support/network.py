"""Network: loopback addresses of one test's own, so that its mail and its names can go by the ports
that the world knows, beside other tests that do the same."""

import errno
import random
import socket

SMTP_PORT = 25
DNS_PORT = 53


class Network:
    """`hosts` are names; network["mail"] is the address of one of them."""

    def __init__(self, *hosts):
        prefix = f"127.{random.randrange(1, 255)}.{random.randrange(256)}"
        self._addresses = {host: f"{prefix}.{number}" for number, host in enumerate(hosts, 2)}

    def __getitem__(self, host):
        return self._addresses[host]


def closed_port():
    """Which of the ports above may not be bound on a loopback address, and why; None: both may."""
    address = Network("probe")["probe"]
    for port, kind in ((SMTP_PORT, socket.SOCK_STREAM), (DNS_PORT, socket.SOCK_DGRAM)):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((address, port))
            except OSError as failure:
                return f"port {port} of {address} cannot be bound: {errno.errorcode[failure.errno]}"
    return None
