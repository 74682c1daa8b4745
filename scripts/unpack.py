#!/usr/bin/env python3
"""Brings servers, and shells, that the tests and the demonstration start for themselves, without
installing them: no service is started, no user made, nothing of the system's configuration touched.
Each package is downloaded by apt-get and unpacked in build/peers/PACKAGE, with the libraries and
the modules of Perl that it asks for and the system has not. Its programs are then
build/peers/bin/NAME.

Usage: unpack.py PACKAGE...    what is there already is left as it is, and no network asked
"""

import fcntl
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys

PEERS = pathlib.Path(__file__).resolve().parents[1] / "build/peers"
# Its last file: the names of what was unpacked.
STAMP = "unpacked"
# Where a package has its programs; the last is Postfix's, for its daemons.
PROGRAMS = ("usr/sbin", "usr/bin", "sbin", "bin", "usr/lib/postfix/sbin")
# Debian's sections of shared libraries and of modules. What else a server's package depends on, its
# maintainer's scripts need: adduser, systemd's words, web pages.
LIBRARIES = ("libs", "perl")
# Perl itself is the system's, as Debian's compilers need it.
PERL = re.compile(r"perl(-base|-modules.*)?$|libperl\d")

# The libraries are found by their path; what the program starts in its turn finds them too.
WRAPPER = """\
#!/bin/sh
# Written by scripts/unpack.py.
peers=${{0%/*}}/..
{environment}exec {interpreter}"$peers/{program}" "$@"
"""


class Unavailable(Exception):
    """Why a package is not there, in words for a person."""


def say(*command, where=None):
    """What a command prints; where it fails, its complaint."""
    done = subprocess.run(command, cwd=where, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if done.returncode != 0:
        last = (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1]
        raise Unavailable(f"{' '.join(command[:2])}: {last}")
    return done.stdout


def closure(package):
    """The package, and the libraries that installing it would bring along."""
    told = say("apt-get", "-s", "--no-install-recommends", "install", package)
    brought = sorted(set(re.findall(r"^Inst (\S+)", told, re.MULTILINE)) - {package})
    return [package, *libraries_of(brought)]


def libraries_of(packages):
    if not packages:
        return []
    told = say("apt-cache", "show", "--no-all-versions", *packages)
    sections = dict(re.findall(r"^Package: (\S+)$.*?^Section: (?:\S+/)?(\S+)$", told,
                               re.MULTILINE | re.DOTALL))
    return [package for package in packages
            if sections[package] in LIBRARIES and not PERL.match(package)]


def programs(place):
    """Compiled ones, and those in Perl; other scripts ask for the installed package."""
    for folder in PROGRAMS:
        for path in sorted((place / folder).glob("*")):
            if path.is_file() and not path.is_symlink():
                if first_octets(path, 4) == b"\x7fELF" or perl_of(path):
                    yield path


def first_octets(path, count):
    with open(path, "rb") as file:
        return file.read(count)


def perl_of(program):
    """Perl and its options, as the first line of a script in Perl has them; else empty."""
    line = first_octets(program, 80).split(b"\n")[0].decode("latin-1")
    return line.removeprefix("#!").split() if line.startswith("#!/usr/bin/perl") else []


def library_folders(place):
    return sorted({path.parent for path in place.rglob("lib*.so*")})


def module_folders(place):
    """Where the modules of Perl are, compiled ones and others."""
    return sorted([*place.glob("usr/share/perl5"), *place.glob("usr/lib/*/perl5/*")])


def lacking(place):
    """The libraries that the programs there do not find."""
    path = ":".join(map(str, library_folders(place)))
    lines = []
    for program in programs(place):
        # ldd fails over a program that needs no library, and over a script.
        done = subprocess.run(["ldd", program], capture_output=True, text=True, check=False,
                              env={**os.environ, "LD_LIBRARY_PATH": path})
        lines += re.findall(r"(\S+) => not found", done.stdout)
    return sorted(set(lines))


def fetch(package, place):
    downloads = place / "downloads"
    downloads.mkdir(parents=True)
    names = closure(package)
    say("apt-get", "download", "-q", "-o", "Acquire::Retries=3", *names, where=downloads)
    for file in sorted(downloads.glob("*.deb")):
        say("dpkg", "-x", str(file), str(place))
    shutil.rmtree(downloads)
    for path in programs(place):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o755)  # nobody else's rights
    if missing := lacking(place):
        raise Unavailable(f"{package} lacks {', '.join(missing)}")
    (place / STAMP).write_text("\n".join(names) + "\n")


def write_wrappers(package):
    place = PEERS / package
    (PEERS / "bin").mkdir(exist_ok=True)
    folders = [f"$peers/{path.relative_to(PEERS)}" for path in library_folders(place)]
    environment = f'export LD_LIBRARY_PATH="{":".join(folders)}"\n' if folders else ""
    # By options: a script that distrusts what it is given (perlsec(1), -T) reads no PERL5LIB.
    modules = [f'-I"$peers/{path.relative_to(PEERS)}"' for path in module_folders(place)]
    for program in programs(place):
        perl = perl_of(program)
        interpreter = " ".join([*perl, *modules]) + " " if perl else ""
        wrapper = PEERS / "bin" / program.name
        wrapper.write_text(WRAPPER.format(environment=environment, interpreter=interpreter,
                                          program=program.relative_to(PEERS)))
        wrapper.chmod(0o755)


def unpack(package):
    place = PEERS / package
    # A library that the system had may have gone since.
    if (place / STAMP).exists() and not lacking(place):
        return
    print(f"unpack: {package}", flush=True)
    part = PEERS / f"{package}.part"
    try:
        shutil.rmtree(part, ignore_errors=True)
        fetch(package, part)
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    write_wrappers(package)


def main(packages):
    PEERS.mkdir(parents=True, exist_ok=True)
    failed = False
    with open(PEERS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for package in packages:
            try:
                unpack(package)
            except Unavailable as why:
                print(f"unpack: no {package}: {why}", file=sys.stderr)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
