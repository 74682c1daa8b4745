"""Our verifier, dkimpy and mailauth on the same messages: whose signature holds?

    differential.py PROGRAM MAILAUTH [FOLDER] [--all]

PROGRAM is dkim_verdicts, MAILAUTH the folder where npm put mailauth, FOLDER has messages of other
projects. Each of them is altered in each way in one form and algorithm, those of our own in six;
with --all, every message in all. Every difference has its reason in EXPLAINED, or the run fails;
and each reason must have been met.
"""

import base64
import json
import os
import re
import subprocess
import sys
from collections import Counter

import cases

MAILAUTH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mailauth.mjs")


def _header(octets):
    return octets.split(b"\r\n\r\n")[0]


def _body(octets):
    return octets.partition(b"\r\n\r\n")[2]


def _partly_signed(octets, mine, theirs):
    ours = [one["word"] == "pass" or one["reason"].startswith("l= leaves") for one in mine]
    return ours == _passes(theirs)


def _passes(theirs):
    return [one.split(" ")[0] == "pass" for one in theirs]


# Which other differs, why, and whether that is the reason: of (octets, our answer, its answer).
EXPLAINED = (
    ("dkimpy", "it trusts l= that leaves the end unsigned (RFC 6376 8.2)", _partly_signed),
    ("mailauth", "it trusts l= that leaves the end unsigned (RFC 6376 8.2)", _partly_signed),
    ("dkimpy", "it reads no header that has white space before a colon (RFC 5322 4.5)",
     lambda octets, mine, theirs: all(one.startswith("Unexpected char") for one in theirs)),
    ("dkimpy", "it does not add the CRLF that the last line lacks (RFC 6376 3.4.4)",
     lambda octets, mine, theirs: not _body(octets).endswith(b"\r\n")),
    ("mailauth", "white space without a line end is an empty line to it, not an empty body",
     lambda octets, mine, theirs: _body(octets) and not _body(octets).strip(b" \t")),
)


def by_dkimpy(octets, records):
    import dkim

    def key(name, timeout=5):
        text = records.get(name.decode().rstrip("."))
        return text.encode() if text else None
    out = []
    count = len(re.findall(rb"(?im)^dkim-signature[ \t]*:", _header(octets)))
    try:
        message = dkim.DKIM(octets)
    except dkim.MessageFormatError as error:
        return [str(error)] * count
    for index in range(count):
        try:
            out.append("pass" if message.verify(index, dnsfunc=key) else "fail")
        except Exception as error:  # of any kind: it is no pass
            out.append(f"{type(error).__name__}: {error}")
    return out


def ask(command, lines):
    done = subprocess.run(command, input="".join(line + "\n" for line in lines),
                          encoding="utf-8", stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def all_cases(keys, folder, everything):
    """(what it is, alteration, octets)"""
    turn = 0
    kinds = [(algorithm, form, length) for algorithm in cases.ALGORITHMS for form in cases.FORMS
             for length in (False, True)]
    messages = cases.own_messages()
    if folder:
        messages |= cases.foreign_messages(folder)
    for name, message in messages.items():
        signed = {}
        for alteration, change in cases.ALTERATIONS.items():
            turn += 1
            few = 4 if name.startswith("own: ") else len(kinds)
            chosen = kinds if everything else kinds[turn % few::few]
            for kind in chosen:
                if kind not in signed:
                    signed[kind] = keys.sign(message, *kind)
                if signed[kind]:
                    yield f"{name}, {kind}", alteration, change(signed[kind])


def main(program, mailauth, folder, everything):
    keys = cases.Keys()
    asked = list(all_cases(keys, folder, everything))
    lines = [json.dumps({"message": base64.b64encode(octets).decode(), "keys": keys.records,
                         "now": cases.NOW}) for _, _, octets in asked]
    ours = ask([program], lines)
    others = {"dkimpy": [by_dkimpy(octets, keys.records) for _, _, octets in asked],
              "mailauth": [[f"{one['word']} {one['reason']}" for one in words]
                           for words in ask(["node", MAILAUTH, os.path.abspath(mailauth)], lines)]}
    met, left = Counter(), []
    for number, (what, alteration, octets) in enumerate(asked):
        mine = ours[number]
        for other, answers in others.items():
            theirs = answers[number]
            if [one["word"] == "pass" for one in mine] == _passes(theirs):
                continue
            for who, why, holds in EXPLAINED:
                if who == other and holds(octets, mine, theirs):
                    met[who, why] += 1
                    break
            else:
                left.append((what, alteration, other, mine, theirs))
    passes = sum(one["word"] == "pass" for words in ours for one in words)
    print(f"{len(asked)} messages, {passes} signatures hold")
    for (who, why), times in sorted(met.items()):
        print(f"  {times} otherwise by {who}: {why}")
    for what, alteration, other, mine, theirs in left[:40]:
        print(f"{what}, {alteration}: ours {mine}, {other} {theirs}")
    print(f"{len(left)} differences without a reason")
    unmet = [why for who, why, _ in EXPLAINED if (who, why) not in met]
    for why in unmet:
        print(f"no difference any more for this reason: {why}")
    return 1 if left or unmet or not passes else 0


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--all"]
    sys.exit(main(words[0], words[1], words[2] if len(words) > 2 else None, "--all" in sys.argv))
