"""docker/compose.yaml and the files it mounts fit together. Nothing is started here."""

import pathlib
import re
import tempfile
import tomllib
import unittest

from deploy_files import DOCKER, ROOT, binary, need_yaml, run, yaml
from support.servers import find_server, needs_servers

need_yaml()

COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def mounts(service):
    """Source, target, options of each."""
    for text in service.get("volumes", ()):
        yield (text.split(":") + ["rw"])[:3]


def configuration(name):
    return tomllib.loads((DOCKER / name).read_text())


class ComposeTest(unittest.TestCase):
    def test_every_image_is_pinned(self):
        for name, service in SERVICES.items():
            tag = service["image"].partition(":")[2]
            self.assertRegex(tag, r"^v?\d+\.\d+\.\d+$", name)

    def test_kafka_is_the_version_that_the_tests_run(self):
        pom = (ROOT / "tests/kafka/pom.xml").read_text()
        version = re.search(r"<kafka.version>(.*)</kafka.version>", pom).group(1)
        for name in ("kafka1", "kafka2", "kafka3"):
            self.assertEqual(f"apache/kafka:{version}", SERVICES[name]["image"])

    def test_the_image_bears_the_version_of_the_program(self):
        cmake = (ROOT / "CMakeLists.txt").read_text()
        version = re.search(r"project\(waybill VERSION ([\d.]+)", cmake).group(1)
        self.assertEqual(f"waybill:{version}", SERVICES["relay1"]["image"])

    def test_what_is_mounted_is_there(self):
        for name, service in SERVICES.items():
            for source, target, options in mounts(service):
                with self.subTest(service=name, source=source):
                    if source.startswith("."):
                        self.assertTrue((DOCKER / source).exists())
                        self.assertEqual("ro", options)
                    else:
                        self.assertIn(source, COMPOSE["volumes"])
                    self.assertTrue(target.startswith("/"))

    def test_every_volume_network_and_secret_is_declared_and_used(self):
        for kind in ("volumes", "networks", "secrets"):
            used = set()
            for service in SERVICES.values():
                if kind == "volumes":
                    used |= {source for source, _, _ in mounts(service) if source[0] != "."}
                else:
                    used |= set(service.get(kind, ()))
            self.assertEqual(set(COMPOSE[kind]), used, kind)

    def test_services_depend_on_services_that_exist(self):
        for name, service in SERVICES.items():
            for other in service.get("depends_on", {}):
                self.assertIn(other, SERVICES, name)

    def test_nothing_but_mail_is_published_beyond_this_machine(self):
        for name, service in SERVICES.items():
            for port in service.get("ports", ()):
                if port != "25:2525":
                    self.assertTrue(port.startswith("127.0.0.1:"), f"{name}: {port}")

    def test_the_secrets_are_those_that_are_made_and_are_not_in_the_tree(self):
        with tempfile.TemporaryDirectory() as place:
            code, said = run("bash", DOCKER / "make_secrets.sh", place)
            self.assertEqual(0, code, said)
            made = {path.name for path in pathlib.Path(place).iterdir()}
        declared = {pathlib.Path(one["file"]).name for one in COMPOSE["secrets"].values()}
        self.assertEqual(made, declared)
        self.assertIn("/docker/secrets/", (ROOT / ".gitignore").read_text().split())


class NodesTest(unittest.TestCase):
    def projectors(self):
        return {name: one for name, one in SERVICES.items()
                if one.get("command", [""])[0] == "projector"}

    def test_every_partition_has_one_projector(self):
        owned = []
        for service in self.projectors().values():
            first, last = service["command"][-1].split("-")
            owned += range(int(first), int(last) + 1)
        partitions = configuration("projector.toml")["kafka"]["partitions"]
        self.assertEqual(list(range(partitions)), sorted(owned))

    def test_each_node_has_data_trust_and_a_door_of_its_own(self):
        for name in ("relay1", "relay2", "projector1", "projector2"):
            sources = {target: source for source, target, _ in mounts(SERVICES[name])}
            self.assertEqual(name, sources["/var/lib/waybill"])
            self.assertEqual(f"{name}-trust", sources["/run/waybill"])
            # Other nodes, and its certificate, call it by this name.
            self.assertEqual(name, SERVICES[name]["hostname"])
            self.assertIn(name, SERVICES["certs"]["command"])
            self.assertEqual(f"service:{name}", SERVICES[f"{name}-door"]["network_mode"])
            text = (DOCKER / "prometheus/prometheus.yml").read_text()
            self.assertIn(f'"{name}:9464"', text)

    def test_relays_sign_return_paths_with_the_same_keys(self):
        keys = configuration("relay.toml")["server"]["key_file"]
        folder = str(pathlib.PurePath(keys).parent)
        volumes = {source for name in ("relay1", "relay2")
                   for source, target, _ in mounts(SERVICES[name]) if target == folder}
        self.assertEqual({"return-path-keys"}, volumes)

    def test_relays_and_projectors_know_the_same_domains_and_the_same_log(self):
        relay, projector = configuration("relay.toml"), configuration("projector.toml")
        self.assertEqual(relay["domains"], projector["domains"])
        for key in ("bootstrap", "partitions", "replication"):
            self.assertEqual(relay["kafka"][key], projector["kafka"][key])
        for broker in relay["kafka"]["bootstrap"]:
            self.assertIn(broker.split(":")[0], SERVICES)

    @unittest.skipUnless(binary().exists(), f"not built: {binary()}")
    def test_waybill_reads_their_configurations(self):
        for name in ("relay.toml", "projector.toml"):
            code, said = run(binary(), "check", "-c", DOCKER / name)
            self.assertEqual(0, code, said)
            self.assertIn("1 domain", said)

    def test_the_relays_believe_their_balancer_whose_connections_it_passes_on(self):
        [network] = COMPOSE["networks"]["nodes"]["ipam"]["config"]
        self.assertEqual(network["subnet"], configuration("relay.toml")["server"]["proxy_from"])
        self.assertEqual(["nodes"], SERVICES["balancer"]["networks"])
        ways = re.findall(r"^  server relay.*", (DOCKER / "haproxy.cfg").read_text(), re.MULTILINE)
        self.assertEqual(2, len(ways))
        for way in ways:
            self.assertIn(" send-proxy-v2", way)

    @needs_servers("haproxy")
    def test_haproxy_reads_its_configuration(self):
        code, said = run(find_server("haproxy"), "-c", "-f", DOCKER / "haproxy.cfg")
        self.assertEqual(0, code, said)


if __name__ == "__main__":
    unittest.main()
