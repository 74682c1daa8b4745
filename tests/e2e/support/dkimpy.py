"""dkimpy: another implementation of DKIM (tests/dkim/requirements.txt), which says whether a
message's signatures hold."""

import re
import sys

from support.python_packages import DKIMPY


def needs_dkimpy(case):
    """For a test, or a class of them."""
    if str(DKIMPY.path) not in sys.path:
        sys.path.insert(0, str(DKIMPY.path))
    return DKIMPY.needed(case)


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
