"""What docker/ puts around the program, at work on loopback: the door in front of HTTP, the
certificates and the secret between nodes, and the health check."""

import base64
import http.client
import os
import pathlib
import re
import subprocess
import unittest

from support.cluster import Cluster
from support.kafka_java import needs_kafka
from support.peers_case import PeersCase, needs
from support.process import Running, free_port, wait_until
from support.recording_sink import RecordingSink
from support.servers import find_server, needs_servers
from support.smtp_client import message
from support.waybill import Waybill, binary

DOCKER = pathlib.Path(__file__).resolve().parents[2] / "docker"


def make_secrets(directory):
    """The directory they are in, and the password that was shown."""
    said = subprocess.run(["bash", DOCKER / "make_secrets.sh", directory / "secrets"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return directory / "secrets", re.search(r"password (\w+)", said).group(1)


class Door:
    """nginx with docker/nginx.conf, on free ports of loopback."""

    def __init__(self, directory, waybill, secrets):
        self.people, self.machines = free_port(), free_port()
        text = (DOCKER / "nginx.conf").read_text()
        for old, new in {"listen 8080;": f"listen 127.0.0.1:{self.people};",
                         "listen 9464;": f"listen 127.0.0.1:{self.machines};",
                         "127.0.0.1:8025": f"127.0.0.1:{waybill.http_port}",
                         "/run/secrets/htpasswd": str(secrets / "htpasswd"),
                         "/dev/stdout": str(directory / "access")}.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        # The image has these for itself.
        own = "".join(f"{what}_temp_path {directory}/{what};\n"
                      for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        text = f"pid {directory}/pid;\n" + text.replace("http {", "http {\n" + own)
        self._directory = directory
        (directory / "nginx.conf").write_text(text)
        self._process = None

    def start(self):
        command = [find_server("nginx"), "-p", self._directory, "-c",
                   self._directory / "nginx.conf", "-e", self._directory / "errors",
                   "-g", "daemon off;" + (" user root;" if os.geteuid() == 0 else "")]
        self._process = Running(command, self._directory / "output", {})
        self._process.wait_for_port(self.people)

    def stop(self):
        self._process.stop()

    def ask(self, port, path, password=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        fields = {"Host": "history.example.org"}
        if password:
            word = base64.b64encode(f"operator:{password}".encode()).decode()
            fields["Authorization"] = f"Basic {word}"
        try:
            connection.request("GET", path, headers=fields)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs_servers("nginx")
@needs("openssl")
class DoorTest(PeersCase):
    def setUp(self):
        super().setUp()
        secrets, self.password = make_secrets(self.directory)
        self.waybill = self.start(Waybill, {"x.test": {"aliases": {"a": "a@[192.0.2.1]"}}})
        self.door = self.start(Door, self.waybill, secrets)

    def test_history_is_for_those_who_know_the_password(self):
        path = "/v1/addresses/a%40x.test/history"
        self.assertEqual(401, self.door.ask(self.door.people, path)[0])
        self.assertEqual(401, self.door.ask(self.door.people, path, "wrong")[0])
        self.assertEqual(200, self.door.ask(self.door.people, path, self.password)[0])

    def test_machines_get_numbers_and_readiness_and_no_history(self):
        status, text = self.door.ask(self.door.machines, "/metrics")
        self.assertEqual(200, status)
        self.assertIn("\nwaybill_ready 1\n", text)
        self.assertEqual(200, self.door.ask(self.door.machines, "/readyz")[0])
        for path in ("/v1/addresses/a%40x.test/history", "/metrics/../v1/messages?message_id=x"):
            self.assertEqual(404, self.door.ask(self.door.machines, path)[0], path)

    def test_the_health_check_says_what_readyz_says(self):
        self.assertEqual(0, self.health(self.waybill.http_port))
        self.waybill.stop()
        self.assertNotEqual(0, self.health(self.waybill.http_port))

    def test_a_waybill_that_answers_and_is_not_ready_is_not_healthy(self):
        # nginx speaks in its place: to who shows no password, 401.
        self.assertEqual(0, self.health(self.door.machines))
        self.assertNotEqual(0, self.health(self.door.people))

    @staticmethod
    def health(port):
        environment = {**os.environ, "WAYBILL_HTTP_PORT": str(port)}
        return subprocess.run(["bash", DOCKER / "ready.sh"], env=environment, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).returncode


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
@needs("openssl")
@needs_kafka()
class TrustTest(PeersCase):
    """A relay and two projectors as in compose.yaml: certificates of make_certificates.sh."""

    def setUp(self):
        super().setUp()
        secrets, _ = make_secrets(self.directory)
        subprocess.run(["bash", DOCKER / "make_certificates.sh", secrets / "cluster_secret",
                        self.directory / "authority", self.directory / "nodes", "localhost",
                        "elsewhere"], check=True, stderr=subprocess.DEVNULL)
        sink = self.start(RecordingSink)
        self.tables = {"cluster": {}}
        self.cluster = Cluster(self, {"a": f"a@[127.0.0.1]:{sink.port}"}, partitions=2,
                               tables=self.tables)
        self.cluster.create_topics()

    def projector(self, name, partitions, certificate="localhost"):
        nodes = self.directory / "nodes"
        port = free_port()
        self.tables["cluster"] = {
            "listen": f"127.0.0.1:{port}", "advertise": f"https://localhost:{port}",
            "secret_file": str(nodes / certificate / "secret"),
            "certificate": str(nodes / certificate / "certificate.pem"),
            "key": str(nodes / certificate / "key.pem"), "ca": str(nodes / certificate / "ca.pem")}
        return self.cluster.projector(name, partitions)

    def deliver(self):
        relay = self.cluster.relay()
        with relay.client() as client:
            client.hello()
            self.assertEqual(250, client.deliver("s@s.test", ["a@x.test"], message()).code)

    def test_each_projector_asks_the_other_over_tls(self):
        first, second = self.projector("p1", "0"), self.projector("p2", "1")
        self.deliver()
        for node in (first, second):
            self.assertEqual(2, len(node.events("a@x.test", count=2)))

    def test_a_node_with_the_certificate_of_another_is_not_believed(self):
        self.projector("p1", "1", certificate="elsewhere")
        other = self.projector("p2", "0")
        wait_until(lambda: self.missing(other) and "certificate" in other.output(),
                   "it was asked, and its certificate refused")
        self.assertEqual([1], self.missing(other))

    def test_nothing_is_missing_once_the_other_is_believed(self):
        self.projector("p1", "1")
        other = self.projector("p2", "0")
        wait_until(lambda: self.missing(other) == [], "nothing is missing")

    @staticmethod
    def missing(node):
        """Which partitions its answer lacks, to a question that all of them have to answer."""
        answer = node.http.get("/v1/messages", message_id="<x@y.test>").json
        return answer.get("missing") or answer.get("as_of", {}).get("missing", [])


if __name__ == "__main__":
    unittest.main()
