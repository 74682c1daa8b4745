"""Kafka: a real Apache Kafka of one broker or three on loopback, in KRaft mode, each broker its own
controller too."""

import signal
import subprocess

from support import kafka_requests
from support.kafka_java import QUICK_START, java
from support.kcat import consume, produce
from support.process import Running, lasting_port, wait_until

# A broker alone is up after 3 s; three, on two processors that others use too, take their time.
START_SECONDS = 90
# The cluster's name: 16 octets in base64.
CLUSTER_ID = "d2F5YmlsbC10ZXN0cy1rYQ"
# Without a word from a broker for so long, its partitions are led by another.
SESSION_MS = 3000

_PROPERTIES = """\
process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor={replicas}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms={session_ms}
broker.heartbeat.interval.ms={heartbeat_ms}
log.cleaner.dedupe.buffer.size=8388608
num.network.threads=2
num.io.threads=4
"""


class _Broker:
    def __init__(self, number, place, flags):
        self.id = number
        self.place = place
        self.flags = flags
        self.port = lasting_port()
        self.controller_port = lasting_port()
        self.process = None

    @property
    def alive(self):
        return self.process is not None and self.process.alive()

    def format(self):
        """A process that prepares the data directory."""
        return subprocess.Popen(
            java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c",
                  self.place / "server.properties"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def start(self):
        self.process = Running(
            java("kafka.Kafka", self.place / "server.properties", flags=self.flags),
            self.place / "log", with_us="KILL")


class Kafka:
    """Broker n, counted from 0, keeps its data and its port through kill and start_broker. Topics
    are made by create_topic alone; `extra` are settings for every broker, `flags` Java's."""

    def __init__(self, directory, brokers=1, *, extra=None, flags=QUICK_START):
        self.directory = directory
        self._extra = extra or {}
        self.brokers = [_Broker(n + 1, directory / f"broker{n}", flags) for n in range(brokers)]

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{broker.port}" for broker in self.brokers)

    def start(self):
        """Returns once every broker is in service and says so."""
        if not self.brokers[0].place.exists():
            self._format()
        for broker in self.brokers:
            broker.start()
        self.wait_for_brokers()

    def stop(self):
        """The end of the test: nobody needs the data any more, so nobody waits for good-byes."""
        for broker in self.brokers:
            if broker.process:
                broker.process.kill()

    def stop_broker(self, n=0):
        """As an operator does it: its partitions are led by others first."""
        self.brokers[n].process.stop()

    def kill(self, n=0):
        """As a crash."""
        self.brokers[n].process.kill()

    def start_broker(self, n=0):
        """Again after kill or stop_broker: the same data, the same port."""
        self.brokers[n].start()
        self.wait_for_brokers()

    def freeze(self, n=0):
        """It keeps its connections, and answers nothing."""
        self.brokers[n].process.signal(signal.SIGSTOP)

    def thaw(self, n=0):
        self.brokers[n].process.signal(signal.SIGCONT)

    def alive(self, n=0):
        return self.brokers[n].alive

    def wait_for_brokers(self):
        """Until every broker that runs knows of all that run."""
        running = [broker for broker in self.brokers if broker.alive]

        def in_service():
            for broker in running:
                if not broker.alive:
                    raise RuntimeError(f"broker {broker.id} ended:\n{broker.process.output()}")
                cluster = self._metadata(broker)
                if cluster is None or not {b.id for b in running} <= set(cluster.brokers):
                    return False
            return True
        wait_until(in_service, "the brokers are in service", START_SECONDS)

    def describe(self):
        """What the first broker that answers knows: kafka_requests.Cluster."""
        for broker in self.brokers:
            cluster = self._metadata(broker) if broker.alive else None
            if cluster is not None:
                return cluster
        raise ConnectionError("no broker answers")

    def create_topic(self, name, partitions=1, config=None, replication=None):
        """Returns once all its partitions are led, as every broker that runs sees it."""
        kafka_requests.create_topic(self._any_port(), name, partitions,
                                    replication or len(self.brokers), config or {})
        wait_until(lambda: all(self._led(broker, name, partitions)
                               for broker in self.brokers if broker.alive), f"{name} is led")

    def delete_topic(self, name):
        kafka_requests.delete_topic(self._any_port(), name)
        wait_until(lambda: name not in self.describe().topics, f"{name} is gone")

    def topic(self, name):
        """{partition: (leader, replicas, in-sync replicas)}."""
        return self.describe().topics[name]

    def topic_config(self, name):
        return kafka_requests.topic_config(self._any_port(), name)

    def offsets(self, name):
        """{partition: (first offset, offset after the last record)}."""
        return {partition: tuple(kafka_requests.offset(self._leader_port(name, partition), name,
                                                       partition, where)
                                 for where in (kafka_requests.EARLIEST, kafka_requests.LATEST))
                for partition in sorted(self.topic(name))}

    def delete_records(self, name, partition, before):
        """The partition then begins at offset `before`, as if retention had taken the rest."""
        kafka_requests.delete_records(self._leader_port(name, partition), name, partition, before)

    def produce(self, topic, records, **how):
        produce(self.bootstrap, topic, records, **how)

    def consume(self, topic, **how):
        return consume(self.bootstrap, topic, **how)

    def _any_port(self):
        return next(iter(self.describe().brokers.values()))

    def _leader_port(self, topic, partition):
        cluster = self.describe()
        return cluster.brokers[cluster.topics[topic][partition][0]]

    def _led(self, broker, topic, partitions):
        cluster = self._metadata(broker)
        found = cluster.topics.get(topic, {}) if cluster else {}
        return len(found) == partitions and all(leader >= 0 for leader, _, _ in found.values())

    @staticmethod
    def _metadata(broker):
        try:
            return kafka_requests.metadata(broker.port, seconds=2)
        except OSError:
            return None

    def _format(self):
        voters = ",".join(f"{b.id}@127.0.0.1:{b.controller_port}" for b in self.brokers)
        for broker in self.brokers:
            broker.place.mkdir()
            text = _PROPERTIES.format(
                id=broker.id, voters=voters, port=broker.port, data=broker.place / "data",
                controller_port=broker.controller_port, replicas=len(self.brokers),
                in_sync=(len(self.brokers) + 1) // 2, session_ms=SESSION_MS,
                heartbeat_ms=SESSION_MS // 6)
            text += "".join(f"{key}={value}\n" for key, value in self._extra.items())
            (broker.place / "server.properties").write_text(text)
        for broker, process in [(broker, broker.format()) for broker in self.brokers]:
            output, _ = process.communicate(timeout=START_SECONDS)
            if process.returncode != 0:
                raise RuntimeError(f"broker {broker.id} is not formatted:\n{output}")
