"""The publisher at full speed: a journal of real events into a real broker, acknowledged by all
in-sync replicas, zstd, to the partitions that the keys name.

    ./dev bench log [EVENTS] [--partitions N] [--runs N]"""

import argparse
import statistics

import kafka


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("events", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--partitions", type=int, default=12)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    kafka.build("kafka_bench")
    rates = []
    with kafka.broker() as (broker, place):
        for run in range(options.runs):
            broker.create_topic(kafka.TOPIC, options.partitions)
            told = kafka.figures(kafka.PROGRAM, "publish", broker.bootstrap, options.partitions,
                                 options.events, place / "journal")
            rates.append(float(told["events_per_second"]))
            print(f"run {run + 1}: {told['events']} events in {told['seconds']} s: "
                  f"{told['events_per_second']} events/s "
                  f"({told['events_per_cpu_second']} a second of the publishing thread)")
            broker.delete_topic(kafka.TOPIC)
    print(f"median {statistics.median(rates):.0f} events/s into {options.partitions} partitions")


if __name__ == "__main__":
    main()
