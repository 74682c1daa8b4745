"""Cluster: Waybill's roles as processes of their own on one Kafka."""

import subprocess

from support.kafka import Kafka
from support.process import free_port, wait_until
from support.waybill import Waybill, binary

DELIVERIES = "waybill.deliveries.v1"


class Cluster:
    """`case` is the PeersCase that it belongs to. Relays share domains, keys and secret, as the
    nodes of one cluster do."""

    def __init__(self, case, aliases=None, *, partitions=4, brokers=1, replication=None, kafka=None,
                 tables=None, name_server=None, domains=None, kind=Waybill):
        """`kind`: of its nodes; `domains` instead of `aliases`."""
        self.case = case
        self.partitions = partitions
        self.kafka = kafka or case.start(Kafka, brokers=brokers)
        self.secret = case.directory / "secret"
        self.secret.write_text("0123456789abcdef" * 4 + "\n")
        self.secret.chmod(0o600)
        self._domains = domains or {"x.test": {"aliases": aliases}}
        self._kind = kind
        self._replication = replication or brokers
        self._tables = tables or {}
        self._name_server = name_server
        self._tables_of = {}

    def create_topics(self):
        place = self.case.directory / "topics"
        place.mkdir()
        tool = Waybill(place, {}, tables=self.tables("tool"))
        tool.write_configuration()
        code, said = tool.run("topics", "create")
        assert code == 0, said
        return said

    def relay(self, name="mx1", *, kafka=None, **where):
        """`where`: address and smtp_port."""
        return self._node(name, ("relay",), kafka or {}, where)

    def projector(self, name="p1", partitions="all", **where):
        return self._node(name, ("projector", "--partitions", partitions), {}, where)

    def _node(self, name, role, kafka, where):
        tables = self.tables(name)
        tables["kafka"].update(kafka)
        node = self.case.start(self._kind, self._domains, tables=tables, role=role,
                               name_server=self._name_server, **where)
        self._tables_of[node] = tables
        return node

    def tables_of(self, node):
        return self._tables_of[node]

    def tables(self, name):
        tables = {
            "server": {"node": name, "key_file": str(self.case.directory / "keys")},
            # Where a test does not ask for it nothing lingers: each look at the log would wait.
            "kafka": {"bootstrap": self.kafka.bootstrap.split(","), "partitions": self.partitions,
                      "replication": self._replication, "linger": "0 s"},
            "cluster": {"listen": f"127.0.0.1:{free_port()}", "secret_file": str(self.secret)},
        }
        for section, keys in self._tables.items():
            tables.setdefault(section, {}).update(keys)
        return tables

    def records(self, topic=DELIVERIES):
        return self.kafka.consume(topic)

    def wait_for_log(self, relay, seconds=60):
        """Until everything that the relay has on record is in the log."""
        wait_until(lambda: relay.http.get("/readyz").json.get("backlog") == 0,
                   "the relay's journal is empty", seconds)


def sha_of_views(node):
    done = subprocess.run([binary(), "views", "digest", "-c", node.configuration],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout
