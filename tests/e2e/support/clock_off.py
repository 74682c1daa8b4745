"""clock_off: a program whose wall clock is wrong."""

import pathlib
import subprocess

_SOURCE = pathlib.Path(__file__).with_suffix(".c")


def clock_off(directory, seconds):
    """The environment in which a program's wall clock is off by so much."""
    library = directory / "clock_off.so"
    if not library.exists():
        subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
                        library, _SOURCE, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "WAYBILL_TEST_CLOCK_OFF": str(seconds)}
