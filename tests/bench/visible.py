"""From durable to visible: how long after a verdict is on record at a relay the history over HTTP
has it, through a real broker and a projector that is a process of its own.

    ./dev bench visible [--rate MESSAGES_A_SECOND] [--seconds N]"""

import argparse

import kafka
from support.process import free_port
from support.waybill import Waybill

PARTITIONS = 12


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    kafka.build("kafka_bench")
    with kafka.broker() as (broker, place):
        tables = {"kafka": {"bootstrap": [broker.bootstrap], "partitions": PARTITIONS,
                            "replication": 1},
                  "cluster": {"listen": f"127.0.0.1:{free_port()}",
                              "secret_file": str(place / "secret")}}
        (place / "secret").write_text("0123456789abcdef" * 4 + "\n")
        (place / "secret").chmod(0o600)
        (place / "projector").mkdir()
        projector = Waybill(place / "projector", {}, tables=tables, role=("projector",))
        projector.write_configuration()
        projector.run("topics", "create")
        projector.start()
        try:
            told = kafka.figures(kafka.PROGRAM, "visible", broker.bootstrap, PARTITIONS,
                                 options.rate, options.seconds,
                                 f"http://127.0.0.1:{projector.http_port}", place / "journal")
        finally:
            projector.stop()
    print(f"{told['messages_per_second']} messages/s: durable to visible over HTTP p50 "
          f"{told['p50_ms']} ms, p99 {told['p99_ms']} ms, most {told['max_ms']} ms "
          f"({told['asked']} asked)")


if __name__ == "__main__":
    main()
