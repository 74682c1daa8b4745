"""Mail that comes through HAProxy, which says by the PROXY protocol whose connection it is."""

import ipaddress
import re
import ssl
import struct
import unittest

from support.haproxy import HaProxy
from support.peers_case import PeersCase
from support.process import free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import needs_servers
from support.smtp_client import SmtpClient, message
from support.waybill import Waybill, binary

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def header(client, port=4711):
    """Version 2, a TCP connection of that client."""
    address = ipaddress.ip_address(client).packed
    family = 0x11 if len(address) == 4 else 0x21
    rest = address + address + struct.pack(">HH", port, 25)
    return SIGNATURE + struct.pack(">BBH", 0x21, family, len(rest)) + rest


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ProxyCase(PeersCase):
    """A proxy may come from 127.0.0.1 and ::1; other clients come from 127.0.0.2 and above."""

    def setUp(self):
        super().setUp()
        self.sink = self.start(RecordingSink)
        self.waybill = self.start_waybill()

    def start_waybill(self, **limits):
        port, self.tls_port = free_port(), free_port()
        tables = {"server": {"listen": [f"127.0.0.1:{port}", f"[::1]:{port}"],
                             "proxy_from": ["127.0.0.1", "::1/128"]},
                  "tls": {"listen": [f"127.0.0.1:{self.tls_port}"]},
                  "limits": limits}
        target = f"u@[127.0.0.1]:{self.sink.port}"
        return self.start(Waybill, {"x.test": {"aliases": {"a": target}}}, tables=tables,
                          smtp_port=port)

    def client_of_last_mail(self):
        """As Received has it (RFC 5321 4.4)."""
        octets = self.sink.mail()[-1].octets
        return re.search(rb"Received: from [^;]*?\(\[([^\]]+)\]\)", octets).group(1).decode()

    def deliver(self, client):
        client.hello()
        self.assertEqual(250, client.deliver("s@s.test", ["a@x.test"], message()).code)
        return self.client_of_last_mail()


@needs_servers("haproxy")
class HaProxyTest(ProxyCase):
    def setUp(self):
        super().setUp()
        port, options = self.waybill.smtp_port, "send-proxy-v2"
        self.proxy = self.start(HaProxy, {
            "v4": ("127.0.0.1", f"127.0.0.1:{port}", options),
            "v6": ("[::1]", f"[::1]:{port}", options),
            "v6_by_v4": ("[::1]", f"127.0.0.1:{port}", options),
            "v4_by_v6": ("127.0.0.1", f"[::1]:{port}", options),
            "more": ("127.0.0.1", f"127.0.0.1:{port}",
                     options + " proxy-v2-options crc32c,unique-id"),
            "tls": ("127.0.0.1", f"127.0.0.1:{self.tls_port}", options),
        })

    def test_the_client_of_the_proxy_is_the_client(self):
        for way, host, source, client in (
                ("v4", "127.0.0.1", "127.0.0.2", "127.0.0.2"),
                ("v4_by_v6", "127.0.0.1", "127.0.0.3", "127.0.0.3"),
                ("more", "127.0.0.1", "127.0.0.4", "127.0.0.4"),
                ("v6", "::1", None, "IPv6:::1"),
                ("v6_by_v4", "::1", None, "IPv6:::1")):
            with self.subTest(way), SmtpClient(self.proxy.port[way], host, source=source) as smtp:
                self.assertEqual(client, self.deliver(smtp))

    def test_the_header_comes_before_tls(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with SmtpClient(self.proxy.port["tls"], source="127.0.0.5", tls=context) as smtp:
            self.assertEqual("127.0.0.5", self.deliver(smtp))
        self.assertIn(b"with ESMTPS", self.sink.mail()[-1].octets)

    def test_a_limit_on_clients_counts_them_and_not_the_proxy(self):
        waybill = self.start_waybill(max_sessions_per_client=1)
        proxy = self.start(HaProxy, {
            "v4": ("127.0.0.1", f"127.0.0.1:{waybill.smtp_port}", "send-proxy-v2")})
        port = proxy.port["v4"]
        with SmtpClient(port, source="127.0.0.2") as first, \
                SmtpClient(port, source="127.0.0.3") as second, \
                SmtpClient(port, source="127.0.0.2") as third:
            self.assertEqual([220, 220, 421],
                             [one.greeting.code for one in (first, second, third)])


class HeaderTest(ProxyCase):
    def refused(self):
        found = re.search(r"^waybill_smtp_proxied_refused_total (\d+)", self.waybill.http.get(
            "/metrics").body.decode(), re.MULTILINE)
        return int(found.group(1))

    def closed_after(self, octets):
        before = self.refused()
        with SmtpClient(self.waybill.smtp_port, greet=False) as client:
            client.send(octets)
            self.assertTrue(client.ended(), octets)
        wait_until(lambda: self.refused() == before + 1, "it is counted")

    def test_without_a_good_header_a_proxys_connection_is_closed(self):
        wait_until(lambda: self.refused() == 1, "the look at its port was one without")
        for octets in (b"EHLO client.test\r\n",
                       b"PROXY TCP4 192.0.2.1 127.0.0.1 4711 25\r\n",
                       SIGNATURE + b"\x21\x11\xff\xff",
                       SIGNATURE + b"\x21\x31\x00\x00"):
            with self.subTest(octets):
                self.closed_after(octets)
        said = self.waybill.output().count("a connection from server.proxy_from is closed")
        self.assertEqual(1, said, "once a minute, however many there are")

    def test_a_header_that_does_not_come_is_not_waited_for(self):
        with SmtpClient(self.waybill.smtp_port, greet=False, timeout=15) as client:
            self.assertTrue(client.ended())

    def test_behind_its_header_a_client_speaks_as_any_other(self):
        with SmtpClient(self.waybill.smtp_port, greet=False) as client:
            client.send(header("198.51.100.7"))
            self.assertEqual(220, client.read().code)
            # A second one, which the client of a proxy might send, is bad SMTP.
            client.send(header("203.0.113.9") + b"\r\n")
            self.assertEqual(5, client.read().code // 100)
            client.send(b"NOOP\r\n")
            while client.read().code != 250:
                pass
            self.assertEqual("198.51.100.7", self.deliver(client))

    def test_from_elsewhere_a_header_is_bad_smtp(self):
        before = self.refused()
        with SmtpClient(self.waybill.smtp_port, source="127.0.0.2") as client:
            self.assertEqual(220, client.greeting.code)
            client.send(header("198.51.100.7") + b"\r\n")
            self.assertEqual(5, client.read().code // 100)
            client.send(b"NOOP\r\n")
            while client.read().code != 250:
                pass
            self.assertEqual("127.0.0.2", self.deliver(client))
        self.assertEqual(before, self.refused())

    def test_a_proxys_own_connection_is_its_own(self):
        with SmtpClient(self.waybill.smtp_port, greet=False) as client:
            client.send(SIGNATURE + b"\x20\x00\x00\x00")
            self.assertEqual(220, client.read().code)
            self.assertEqual("127.0.0.1", self.deliver(client))


if __name__ == "__main__":
    unittest.main()
