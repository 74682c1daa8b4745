"""The power goes: of every file the disk has what was synced, and perhaps no more."""

from harness.catalogue import experiment
from harness.mounts import PoweredDisk


def on_powered_disk(bench, **options):
    """The node, on a disk of its own: bench.disk."""
    return bench.start_all(disk=lambda place: PoweredDisk(place, bench.directory / "image"),
                           **options)


def cut_and_come_back(bench, node):
    """Everything ends at one instant: the process stands still first. Else a sync that is under way
    while ext4 shuts down can return success, and its octets be gone, which no power cut does."""
    node.freeze()
    bench.disk.cut()
    node.kill()
    bench.disk.come_back()
    node.start()


@experiment("the power of the disk goes, and comes back", rounds=10, long=200,
            needs=("root", "mkfs.ext4"))
def power_cut(bench):
    """What was said was synced before."""
    node = on_powered_disk(bench)
    for number in range(bench.rounds):
        bench.moment(most=0.7)
        cut_and_come_back(bench, node)
        bench.progress(f"round {number + 1} of {bench.rounds}, {bench.replies()} answered")
    bench.heals(node)
    bench.conclude(node)
