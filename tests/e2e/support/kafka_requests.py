"""What a test asks of a Kafka broker beside producing and consuming, in Kafka's own protocol: who
is there, topics made and removed, records deleted, offsets. No client library: a request takes
milliseconds, where Kafka's own tools start a Java machine for each."""

import socket
import struct

METADATA, LIST_OFFSETS, CREATE_TOPICS, DELETE_TOPICS = 3, 2, 19, 20
DELETE_RECORDS, DESCRIBE_CONFIGS = 21, 32
NONE = 0
EARLIEST, LATEST = -2, -1
_TOPIC = 2  # the type of a resource with a configuration
_WAIT_SECONDS = 10


class KafkaError(Exception):
    def __init__(self, what, code, message=""):
        super().__init__(f"{what}: error {code} {message or ''}".strip())
        self.code = code


def _string(text):
    octets = text.encode()
    return struct.pack(">h", len(octets)) + octets


def _array(items):
    items = list(items)
    return struct.pack(">i", len(items)) + b"".join(items)


class _Reader:
    def __init__(self, octets):
        self._octets = octets
        self._at = 0

    def take(self, layout):
        """One number or boolean, by struct's letter."""
        value, = struct.unpack_from(">" + layout, self._octets, self._at)
        self._at += struct.calcsize(">" + layout)
        return value

    def string(self):
        """None where the protocol's null stands."""
        size = self.take("h")
        if size < 0:
            return None
        self._at += size
        return self._octets[self._at - size:self._at].decode()

    def array(self, item):
        return [item() for _ in range(self.take("i"))]

    def numbers(self):
        return self.array(lambda: self.take("i"))


def ask(port, api, version, body, seconds=_WAIT_SECONDS):
    """One request to the broker on this port of 127.0.0.1; versions whose header is the old one."""
    head = struct.pack(">hhi", api, version, 1) + _string("waybill-tests")
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
        with connection.makefile("rb") as stream:
            size = stream.read(4)
            if len(size) < 4:
                raise ConnectionError("the broker hung up")
            answer = stream.read(struct.unpack(">i", size)[0])
    return _Reader(answer[4:])


class Cluster:
    """`brokers`: {id: port} of those in service. `topics`: {name: {partition: (leader, replicas,
    in-sync replicas)}}; a leader of -1 is none."""

    def __init__(self, reader):
        def broker():
            number, _, port, _ = (reader.take("i"), reader.string(), reader.take("i"),
                                  reader.string())
            return number, port

        def partition():
            _, number, leader = reader.take("h"), reader.take("i"), reader.take("i")
            return number, (leader, reader.numbers(), reader.numbers())

        def topic():
            _, name, _ = reader.take("h"), reader.string(), reader.take("?")
            return name, dict(reader.array(partition))

        self.brokers = dict(reader.array(broker))
        self.controller = reader.take("i")
        self.topics = dict(reader.array(topic))


def metadata(port, seconds=_WAIT_SECONDS):
    return Cluster(ask(port, METADATA, 1, struct.pack(">i", -1), seconds))


def create_topic(port, name, partitions, replication, config):
    configs = _array(_string(key) + _string(str(value)) for key, value in config.items())
    topic = _string(name) + struct.pack(">ih", partitions, replication) + _array([]) + configs
    answer = ask(port, CREATE_TOPICS, 2,
                 _array([topic]) + struct.pack(">i?", _WAIT_SECONDS * 1000, False))
    answer.take("i")
    for name, code, message in answer.array(
            lambda: (answer.string(), answer.take("h"), answer.string())):
        if code != NONE:
            raise KafkaError(f"topic {name} is not created", code, message)


def delete_topic(port, name):
    answer = ask(port, DELETE_TOPICS, 1,
                 _array([_string(name)]) + struct.pack(">i", _WAIT_SECONDS * 1000))
    answer.take("i")
    for name, code in answer.array(lambda: (answer.string(), answer.take("h"))):
        if code != NONE:
            raise KafkaError(f"topic {name} is not deleted", code)


def topic_config(port, name):
    """Every setting that holds for a topic: {"cleanup.policy": "delete", ...}."""
    answer = ask(port, DESCRIBE_CONFIGS, 1,
                 _array([struct.pack(">b", _TOPIC) + _string(name) + struct.pack(">i", -1)])
                 + struct.pack(">?", False))

    def setting():
        key, value = answer.string(), answer.string()
        for layout in "?b?":  # read-only, source, sensitive
            answer.take(layout)
        answer.array(lambda: (answer.string(), answer.string(), answer.take("b")))
        return key, value

    answer.take("i")
    answer.take("i")  # how many resources: the one asked for
    code, message = answer.take("h"), answer.string()
    if code != NONE:
        raise KafkaError(f"configuration of {name}", code, message)
    answer.take("b")
    answer.string()
    return dict(answer.array(setting))


def _of_one_partition(answer, item):
    """Both answers about partitions: topics, each with its partitions."""
    (_, partitions), = answer.array(lambda: (answer.string(), answer.array(item)))
    return partitions[0]


def offset(port, topic, partition, where):
    """EARLIEST or LATEST of a partition, told by its leader."""
    question = _array([_string(topic) + _array([struct.pack(">iq", partition, where)])])
    answer = ask(port, LIST_OFFSETS, 1, struct.pack(">i", -1) + question)
    _, code, _, found = _of_one_partition(
        answer, lambda: (answer.take("i"), answer.take("h"), answer.take("q"), answer.take("q")))
    if code != NONE:
        raise KafkaError(f"offset of {topic} {partition}", code)
    return found


def delete_records(port, topic, partition, before):
    """The partition then begins at offset `before`; asked of its leader."""
    question = _array([_string(topic) + _array([struct.pack(">iq", partition, before)])])
    answer = ask(port, DELETE_RECORDS, 0, question + struct.pack(">i", _WAIT_SECONDS * 1000))
    answer.take("i")
    _, _, code = _of_one_partition(
        answer, lambda: (answer.take("i"), answer.take("q"), answer.take("h")))
    if code != NONE:
        raise KafkaError(f"records of {topic} {partition} are not deleted", code)
