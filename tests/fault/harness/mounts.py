"""Disks of an experiment's own: a tmpfs that can be full, an ext4 on a loop device that can lose
its power. All are mounted in a namespace of this process's own, so that none is left behind however
it ends; a loop device goes with its mount."""

import ctypes
import fcntl
import os
import pathlib
import struct
import subprocess

# unshare(2), mount(2)
_CLONE_NEWNS = 0x00020000
_MS_REC, _MS_PRIVATE = 0x4000, 1 << 18
# _IOR('X', 125, __u32), and: what the journal of the file system has not written yet is lost too.
_EXT4_IOC_SHUTDOWN = 0x8004587D
_NOLOGFLUSH = 2
_private = False


def make_private():
    """Before any other thread is started, which would stay outside. Without root nothing is
    mounted, and nothing is done."""
    global _private  # pylint: disable=global-statement
    if _private or os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0 or libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE,
                                                     None) != 0:
        raise OSError(ctypes.get_errno(), "no mount namespace of our own")
    _private = True


def _run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


class Tmpfs:
    """A disk of `size` octets in memory, at `place`."""

    def __init__(self, place, size):
        self.place = pathlib.Path(place)
        self._size = size
        self._balloon = self.place / "balloon"

    def start(self):
        self.place.mkdir(parents=True, exist_ok=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={self._size}", "tmpfs", self.place)

    def stop(self):
        _run("umount", "-l", self.place)

    def fill(self):
        """To the last octet. What is written goes to the balloon; `release` lets it go."""
        with open(self._balloon, "ab", buffering=0) as file:
            for step in (1 << 20, 1 << 12, 1):
                try:
                    while file.write(b"\0" * step) == step:
                        pass
                except OSError:
                    continue

    def release(self):
        self._balloon.unlink(missing_ok=True)


class PoweredDisk:
    """An ext4 in an image file, at `place`. `cut` is the loss of its power; then everything on it
    fails, until `come_back`."""

    def __init__(self, place, image, size=768 << 20):
        self.place = pathlib.Path(place)
        self._image = pathlib.Path(image)
        self._size = size

    def start(self):
        self.place.mkdir(parents=True, exist_ok=True)
        with open(self._image, "wb") as file:
            file.truncate(self._size)
        _run("mkfs.ext4", "-q", "-F", self._image)
        self._mount()
        (self.place / "lost+found").rmdir()
        os.sync()

    def stop(self):
        _run("umount", "-l", self.place)
        self._image.unlink()

    def cut(self):
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _EXT4_IOC_SHUTDOWN, struct.pack("I", _NOLOGFLUSH))
        finally:
            os.close(handle)

    def come_back(self):
        """Nobody has a file of it open any more."""
        _run("umount", self.place)
        self._mount()

    def _mount(self):
        _run("mount", "-o", "loop", self._image, self.place)
