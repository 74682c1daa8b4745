"""kcat: a foreign client, which knows nothing of Waybill and reads what is really in a topic."""

import collections
import json
import subprocess

from support.process import find_program

# Between a key and its value, and between records, on kcat's way in.
_KEY_END, _RECORD_END = b"\x1fkey-ends\x1f", b"\x1erecord-ends\x1e"

# key and value: bytes, or None where there is none. headers: pairs of a name and bytes, in order.
Record = collections.namedtuple("Record", "partition offset timestamp key headers value")


def _octets(text):
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _record(line):
    """kcat's JSON holds octets as they are; what is not UTF-8 passes through as surrogates."""
    told = json.loads(line.decode("utf-8", "surrogateescape"))
    flat = told.get("headers", [])
    headers = [(name, _octets(value)) for name, value in zip(flat[::2], flat[1::2])]
    return Record(told["partition"], told["offset"], told.get("ts"), _octets(told["key"]), headers,
                  _octets(told["payload"]))


def _run(arguments, octets=b"", seconds=60):
    done = subprocess.run([find_program("kcat"), *arguments], input=octets, capture_output=True,
                          timeout=seconds, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"kcat {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def consume(bootstrap, topic, *, offset="beginning", isolation="read_committed", seconds=60):
    """Everything of a topic, from every partition, by partition and offset."""
    lines = _run(["-C", "-q", "-b", bootstrap, "-t", topic, "-J", "-e", "-o", str(offset),
                  "-X", f"isolation.level={isolation}"], seconds=seconds).splitlines()
    return sorted((_record(line) for line in lines), key=lambda r: (r.partition, r.offset))


def produce(bootstrap, topic, records, *, headers=(), partition=None, acks="all", settings=None,
            seconds=60):
    """`records`: pairs of key and value, in bytes; `headers`: pairs of text for every one of them.
    Raises where one is not acknowledged within `seconds`."""
    arguments = ["-P", "-b", bootstrap, "-t", topic, "-X", f"acks={acks}",
                 "-X", f"message.timeout.ms={seconds * 1000}",
                 "-K", _KEY_END.decode(), "-D", _RECORD_END.decode()]
    for name, value in headers:
        arguments += ["-H", f"{name}={value}"]
    if partition is not None:
        arguments += ["-p", str(partition)]
    for name, value in (settings or {}).items():
        arguments += ["-X", f"{name}={value}"]
    _run(arguments, _RECORD_END.join(key + _KEY_END + value for key, value in records),
         seconds=seconds + 10)
