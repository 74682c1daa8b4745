"""dkimpy: another implementation of DKIM (tests/dkim/requirements.txt), which says whether a
message's signatures hold. It is kept in build/dkimpy, fetched when what names it has changed."""

import fcntl
import functools
import pathlib
import re
import subprocess
import sys

from support.absence import absent

_ROOT = pathlib.Path(__file__).resolve().parents[3]
_NAMES = _ROOT / "tests/dkim/requirements.txt"
_KEPT = _ROOT / "build/dkimpy"


def needs_dkimpy(case):
    """For a test, or a class of them."""
    why = _fetch()
    return absent(why)(case) if why else case


@functools.lru_cache(maxsize=None)
def _fetch():
    """Why it is not there; None: it is. Of several processes one fetches."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    with open(_KEPT / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = _KEPT / "installed"
        names = _NAMES.read_text()
        if not installed.exists() or installed.read_text() != names:
            done = subprocess.run(
                [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "--upgrade",
                 "--no-warn-script-location", "--root-user-action=ignore", "-r", _NAMES,
                 "--target", _KEPT / "python"], capture_output=True, text=True, check=False)
            if done.returncode:
                return f"dkimpy could not be fetched: {done.stderr.strip()[-300:]}"
            installed.write_text(names)
    sys.path.insert(0, str(_KEPT / "python"))
    return None


def verdicts(octets, txt):
    """Of each signature, from the top: (a=, d=, s=, whether it holds). `txt(name)` is the text of
    a record in DNS, or None."""
    import dkim

    def key(name, timeout=5):
        text = txt(name.decode().rstrip("."))
        return text.encode() if text else None
    header = octets.split(b"\r\n\r\n", 1)[0]
    out = []
    for index, field in enumerate(re.findall(rb"(?ims)^dkim-signature:(.*?)\r\n(?![ \t])",
                                             header + b"\r\n")):
        tags = dict(re.findall(r"([a-z]+)=([^;]*)", re.sub(r"\s", "", field.decode())))
        holds = dkim.DKIM(octets).verify(index, dnsfunc=key)
        out.append((tags["a"], tags["d"], tags["s"], holds))
    return out
