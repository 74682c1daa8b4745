"""How Kafka's own programs are started: the jars that `./dev` brought (build/kafka/, from
tests/kafka/pom.xml), and the classes that every start shares."""

import os
import pathlib
import re

from support.absence import absent
from support.process import find_program

ROOT = pathlib.Path(__file__).resolve().parents[3]
HEAP = "-Xmx512m"
# Up in a third of the processor's time; a broker that is measured does without.
QUICK_START = ("-XX:TieredStopAtLevel=1",)
# Classes as they lie in memory, written once (kafka_archive.py); where it does not fit the Java at
# hand, that one says nothing and reads the jars.
ARCHIVE = "broker.jsa"

_FLAGS = (HEAP, "-XX:+UseSerialGC", "-Xshare:auto", "-Djava.awt.headless=true",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
          "-Dorg.slf4j.simpleLogger.showDateTime=true",
          "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS")


def jars():
    """The folder with the jars, whether they are there or not."""
    given = os.environ.get("WAYBILL_KAFKA_JARS")
    pom = (ROOT / "tests/kafka/pom.xml").read_text()
    version = re.search(r"<kafka\.version>(.*?)</kafka\.version>", pom).group(1)
    return pathlib.Path(given) if given else ROOT / "build/kafka" / version


def needs_kafka():
    """For a test, or a class of them, with a broker and its foreign client."""
    missing = [name for name in ("java", "kcat") if not find_program(name)]
    if missing:
        return absent(f"not installed: {', '.join(missing)}; `./dev test` installs it")
    if not any(jars().glob("kafka_*.jar")):
        return absent(f"no Kafka in {jars()}; `./dev test` fetches it")
    return lambda case: case


def java(main, *arguments, flags=QUICK_START):
    """The command line of one of Kafka's programs. The jars are named one by one and in order, as
    the archive wants them to be each time."""
    archive = jars() / ARCHIVE
    shared = [f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []
    classes = ":".join(sorted(map(str, jars().glob("*.jar"))))
    return ["java", *_FLAGS, *shared, *flags, "-cp", classes, main, *map(str, arguments)]
