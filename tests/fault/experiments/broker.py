"""The broker is away, stands still, is slow, has lost its end, is another; the projector stands
still. Mail goes on, and the log has it in the end."""

import os
import shutil
import signal
import time

from harness.catalogue import experiment
from harness.mounts import PoweredDisk
from support.kafka import Kafka
from support.process import wait_until

AWAY_SECONDS = 8
# Of mail that must be in the log before the broker loses something.
LEAST = 100


def _cluster(bench, kafka=None, rate=60):
    cluster = bench.start_cluster(kafka)
    relay, projector = cluster.relay(), cluster.projector()
    bench.start_parties(relay, rate=rate)
    bench.moment(least=20)
    return cluster, relay, projector


def _mail_goes_on(bench, relay, seconds, what):
    """Asked again and again; bounces may have to wait."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if trouble := bench.prober.trouble(relay, bounce=False, ready=False):
            bench.wrong.append(f"with the broker {what}, {trouble}")
            return
        time.sleep(0.3)


def _through(bench, what, begin, end):
    """Mail goes on from `begin` to `end` of what is done to the broker, and all is well after."""
    cluster, relay, projector = _cluster(bench)
    for _ in range(bench.rounds):
        begin(cluster.kafka)
        _mail_goes_on(bench, relay, AWAY_SECONDS, what)
        end(cluster.kafka)
        if bench.heals(relay, projector) is None:
            break
        bench.moment(least=20)
    bench.conclude_cluster(cluster, relay, projector)


@experiment("the broker is killed for 8 s", rounds=2, long=10, needs=("kafka",))
def broker_down(bench):
    _through(bench, "away", Kafka.kill, Kafka.start_broker)


@experiment("the broker stands still for 8 s (SIGSTOP)", rounds=2, long=10, needs=("kafka",))
def broker_frozen(bench):
    _through(bench, "frozen", Kafka.freeze, Kafka.thaw)


@experiment("the broker runs for 20 ms of each 220 ms, for 8 s", rounds=2, long=10,
            needs=("kafka",))
def broker_slow(bench):
    cluster, relay, projector = _cluster(bench)
    for _ in range(bench.rounds):
        until = time.monotonic() + AWAY_SECONDS
        while time.monotonic() < until:
            cluster.kafka.freeze()
            time.sleep(0.2)
            cluster.kafka.thaw()
            time.sleep(0.02)
        if bench.heals(relay, projector) is None:
            break
        bench.moment(least=20)
    bench.conclude_cluster(cluster, relay, projector)


@experiment("the relay is killed while the broker is away", rounds=2, long=10, needs=("kafka",))
def broker_down_kill(bench):
    cluster, relay, projector = _cluster(bench)
    for _ in range(bench.rounds):
        cluster.kafka.kill()
        bench.moment(least=20)
        relay.kill()
        relay.start_again()
        bench.moment(least=5)
        cluster.kafka.start_broker()
        if bench.heals(relay, projector) is None:
            break
        bench.moment(least=20)
    bench.conclude_cluster(cluster, relay, projector)


@experiment("the projector stands still under load (--rounds: times 30 s)", rounds=1, long=10,
            needs=("kafka",))
def projector_frozen(bench):
    """Mail goes on; bounces and history wait."""
    cluster, relay, projector = _cluster(bench)
    projector.signal(signal.SIGSTOP)
    _mail_goes_on(bench, relay, 30 * bench.rounds, "there and the projector frozen")
    projector.signal(signal.SIGCONT)
    bench.heals(relay, projector)
    bench.conclude_cluster(cluster, relay, projector)


# ---- the log itself loses something ----


def _settled(bench, cluster, relay):
    """At least so many mails, and the log has them all."""
    bench.moment(least=LEAST, most=0, seconds=120)
    bench.pause()
    cluster.wait_for_log(relay)


def _there(bench, cluster, relay, projector, what):
    """After the log lost something that was acknowledged: nothing is missing in the end."""
    bench.go_on()
    bench.moment(least=20, seconds=120)
    if bench.heals(relay, projector, seconds=45) is not None:
        bench.conclude_cluster(cluster, relay, projector)
        return
    said = projector.http.get("/readyz").body.decode()
    bench.figures["/readyz"] = said[:200]
    bench.wrong.append(f"{what}: it does not heal; /readyz: {said[:300]}")
    bench.count_diaries()


@experiment("the power of the broker's disk goes (the projector is away, and has not read)",
            rounds=1, long=20, needs=("root", "mkfs.ext4", "kafka"))
def power_cut_broker(bench):
    """What was answered is in the log in the end: the relay still has what the broker lost."""
    place = bench.directory / "broker-disk"
    bench.disk = bench.mount(PoweredDisk(place, bench.directory / "image"))
    kafka = Kafka(place / "kafka")
    kafka.directory.mkdir()
    bench.callback(kafka.stop)
    kafka.start()
    cluster, relay, projector = _cluster(bench, kafka)
    for _ in range(bench.rounds):
        # Its topics are older than the cut: they alone are synced here.
        os.sync()
        projector.stop()
        # Reports wait for it meanwhile: nothing can be waited for that they belong to.
        bench.moment(least=LEAST, most=0, seconds=120)
        kafka.freeze()
        time.sleep(0.5)
        bench.disk.cut()
        kafka.kill()
        bench.disk.come_back()
        kafka.start_broker()
        projector.start_again()
        bench.go_on()
        bench.moment(least=20, seconds=120)
    _there(bench, cluster, relay, projector, "after the power cut")


@experiment("the broker's log directory loses its newest 4 KiB in each partition",
            needs=("kafka",))
def broker_truncated(bench):
    cluster, relay, projector = _cluster(bench)
    _settled(bench, cluster, relay)
    cluster.kafka.stop_broker()
    data = cluster.kafka.brokers[0].place / "data"
    for segment in data.glob("waybill.deliveries.v1-*/*.log"):
        size = segment.stat().st_size
        with open(segment, "r+b") as file:
            file.truncate(max(0, size - 4096))
    # Kafka reads a log through that was not closed cleanly.
    (data / ".kafka_cleanshutdown").unlink(missing_ok=True)
    cluster.kafka.start_broker()
    _there(bench, cluster, relay, projector, "after the log was cut")


@experiment("another broker in its place, empty, with the same topics", needs=("kafka",))
def broker_replaced(bench):
    cluster, relay, projector = _cluster(bench)
    _settled(bench, cluster, relay)
    cluster.kafka.kill()
    broker = cluster.kafka.brokers[0]
    shutil.rmtree(broker.place / "data")
    done = broker.format()
    done.communicate(timeout=90)
    cluster.kafka.start_broker()
    code, said = relay.run("topics", "create")
    if code != 0:
        bench.wrong.append(f"topics create: {said}")
    wait_until(lambda: cluster.kafka.describe().topics, "topics are there")
    _there(bench, cluster, relay, projector, "with an empty broker")
