"""A root directory of a server's own: for a server that asks the system for users which only its
installed package makes, or that keeps its files in places of the system."""

import os
import pathlib
import re
import shutil
import subprocess


def _libraries(place, program):
    """Where the program finds them, outside the root directory."""
    unpacked = ":".join(sorted({str(path.parent) for path in place.rglob("lib*.so*")}))
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True,
                          env={**os.environ, "LD_LIBRARY_PATH": unpacked}).stdout
    return [pathlib.Path(path) for path in re.findall(r"(/\S+) \(0x", told)]


def make_own_root(root, place, program, *, users, etc):
    """Below `root`: the `program` of the package that was unpacked in `place`, with its libraries;
    `users` ({"Debian-exim": 65534}), each with a group of the same name and number; and files of
    /etc ({"resolv.conf": ""})."""
    for path in [place / program, *_libraries(place, place / program)]:
        inside = root / path.relative_to(place if path.is_relative_to(place) else "/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, inside)
        inside.chmod(0o755)
    for folder in ("dev", "etc", "tmp"):
        (root / folder).mkdir()
    (root / "dev/null").touch(0o666)
    (root / "dev/null").chmod(0o666)
    everyone = {"root": 0, **users}
    files = {"passwd": "".join(f"{name}:x:{uid}:{uid}::/:\n" for name, uid in everyone.items()),
             "group": "".join(f"{name}:x:{uid}:\n" for name, uid in everyone.items()),
             "services": "smtp 25/tcp\n", **etc}
    for name, text in files.items():
        path = root / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o644)
