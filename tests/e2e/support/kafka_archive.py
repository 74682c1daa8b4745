"""Writes the archive of classes that brokers share (kafka_java.ARCHIVE): starts one, lets it do
what tests do, and stops it. `./dev` runs this once, after it fetched the jars."""

import os
import pathlib
import tempfile

from support.kafka import Kafka
from support.kafka_java import ARCHIVE, jars


def main():
    archive = jars() / ARCHIVE
    written = archive.with_suffix(".part")
    written.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="waybill-kafka-") as place:
        kafka = Kafka(pathlib.Path(place), flags=(f"-XX:ArchiveClassesAtExit={written}",))
        try:
            kafka.start()
            kafka.create_topic("t")
            kafka.produce("t", [(b"key", b"value")])
            kafka.consume("t")
            kafka.stop_broker()
        finally:
            kafka.stop()
    os.replace(written, archive)


if __name__ == "__main__":
    main()
