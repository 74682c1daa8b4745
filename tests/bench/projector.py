"""The projector at full speed: alone, and from a real broker into all views, beside Kafka Streams,
which keeps two of them (timeline and counters), with RocksDB stores and exactly_once_v2.

    ./dev bench projector [EVENTS] [--runs N] [--alone]"""

import argparse
import statistics
import subprocess

import kafka

PARTITIONS = 1


def from_kafka(events, runs):
    ours, theirs = [], []
    with kafka.broker() as (broker, place):
        broker.create_topic(kafka.TOPIC, PARTITIONS)
        kafka.figures(kafka.PROGRAM, "publish", broker.bootstrap, PARTITIONS, events,
                      place / "journal")
        for run in range(runs):
            told = kafka.figures(kafka.PROGRAM, "fold", broker.bootstrap, PARTITIONS,
                                 place / "views")
            ours.append(float(told["events_per_second"]))
            print(f"run {run + 1}: projector, all views: {told['events_per_second']} events/s, "
                  f"{told['events_per_cpu_second']} a second of the folding thread")
            told = kafka.figures("bash", kafka.ROOT / "tests/bench/streams/run.sh",
                                 broker.bootstrap, kafka.TOPIC)
            theirs.append(float(told["events_per_second"]))
            print(f"run {run + 1}: Kafka Streams, two of them: {told['events_per_second']} "
                  f"events/s, {told['events_per_cpu_second']} a second of its thread")
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"medians: {statistics.median(ours):.0f} and {statistics.median(theirs):.0f} events/s, "
          f"ratio {ratio:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("events", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="without a broker")
    options = parser.parse_args()
    kafka.build("projector_bench", "kafka_bench")
    subprocess.run([kafka.ROOT / "build/release/tests/projector_bench", str(options.events)],
                   check=True)
    if not options.alone:
        from_kafka(options.events, options.runs)


if __name__ == "__main__":
    main()
