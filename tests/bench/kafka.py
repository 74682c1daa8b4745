"""What the benchmarks on a real broker share: the broker, and programs that print pairs."""

import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
# pylint: disable=wrong-import-position
from support.kafka import Kafka

TOPIC = "waybill.deliveries.v1"
PROGRAM = ROOT / "build/release/tests/kafka_bench"


def build(*targets):
    subprocess.run([ROOT / "dev", "ensure-kafka"], check=True)
    subprocess.run(["cmake", "--build", ROOT / "build/release", "--target", *targets], check=True,
                   stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def broker():
    """One broker with Java's own way of compiling what is hot, and a directory beside it."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="waybill-bench-"))
    (place / "kafka").mkdir()
    kafka = Kafka(place / "kafka", flags=())
    try:
        kafka.start()
        yield kafka, place
    finally:
        kafka.stop()
        shutil.rmtree(place, ignore_errors=True)


def figures(*argv):
    """The key=value pairs of the last line that the program prints with any."""
    done = subprocess.run([str(arg) for arg in argv], stdout=subprocess.PIPE, text=True, check=True)
    [*_, line] = [line for line in done.stdout.splitlines() if "events" in line and "=" in line
                  or "p99_ms=" in line]
    return dict(pair.split("=", 1) for pair in line.split() if "=" in pair)
