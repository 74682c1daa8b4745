"""What an event takes on Kafka: the octets of the topic's segments after so many messages a second
were published as a relay does, both events of each at once.

    ./dev bench octets [--linger MS] [RATE ...]"""

import argparse

import kafka

PARTITIONS = 12
RATES = (20, 1000)
LINGER_MS = 3_000  # kafka.linger
# At a low rate for longer: some thousand events are enough.
EVENTS = 4_000


def octets_of_segments(place):
    return sum(segment.stat().st_size
               for segment in place.glob(f"kafka/broker0/data/{kafka.TOPIC}-*/*.log"))


def measure(rate, linger):
    with kafka.broker() as (broker, place):
        broker.create_topic(kafka.TOPIC, PARTITIONS)
        told = kafka.figures(kafka.PROGRAM, "pace", broker.bootstrap, PARTITIONS, rate,
                             max(20, EVENTS // 2 // rate), linger, place / "journal")
        return int(told["events"]), float(told["messages_per_second"]), octets_of_segments(place)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("rates", nargs="*", type=int, default=RATES, metavar="RATE",
                        help="messages a second")
    parser.add_argument("--linger", type=int, default=LINGER_MS, metavar="MS",
                        help="how long a record waits for others")
    options = parser.parse_args()
    kafka.build("kafka_bench")
    for rate in options.rates:
        events, paced, octets = measure(rate, options.linger)
        print(f"{events} events at {paced:.0f} messages/s: {octets / events:.0f} octets each on "
              f"Kafka, {PARTITIONS} partitions")


if __name__ == "__main__":
    main()
