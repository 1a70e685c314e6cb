"""A program that keeps samples in a spool while its disk gets full, read-only, and well again; prints the result.

python -m tests.agent.full_disk FOLDER tmpfs     mounts a small tmpfs on FOLDER; needs root and its own mount namespace
python -m tests.agent.full_disk FOLDER limit     limits the size of files instead; works for every user
"""

import json
import os
import resource
import subprocess
import sys

from minipanel_agent.disk import Disk
from minipanel_agent.segments import Segments
from minipanel_agent.spool import Spool

from tests.agent.measured import numbers, several

SIZE_KB = 48


class SmallTmpfs:
    """A separate disk, with a file on it that can be removed."""

    def __init__(self, folder):
        self.folder = folder
        mount(f"size={SIZE_KB}k", folder)
        with open(os.path.join(folder, "ballast"), "wb") as file:
            file.write(b"x" * 1024 * (SIZE_KB - 12))

    def free(self):
        os.unlink(os.path.join(self.folder, "ballast"))

    def protect(self):
        """Mount a read-only disk over it: a disk in use can be made read-only only by the kernel itself."""
        mount("ro", os.path.join(self.folder, "spool"))

    def unprotect(self):
        subprocess.check_call(["umount", os.path.join(self.folder, "spool")])


def mount(options, folder):
    subprocess.check_call(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder])


class SizeLimit:
    """No file may grow beyond some KB. In place of a read-only disk, no file may grow at all."""

    def __init__(self, folder):
        self.limit(8 * 1024)

    def limit(self, size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def free(self):
        self.limit(resource.RLIM_INFINITY)

    def protect(self):
        self.limit(0)

    def unprotect(self):
        self.free()


def main(folder, kind):
    disk = SmallTmpfs(folder) if kind == "tmpfs" else SizeLimit(folder)
    place, lines = os.path.join(folder, "spool"), []
    spool = Spool(place, Segments(place, "node001", 10000), Disk(), lines.append)
    keep(spool, 0, 100)
    on_disk = lines_in(place)
    disk.free()
    keep(spool, 100, 150)
    disk.protect()
    keep(spool, 150, 160)
    disk.unprotect()
    keep(spool, 160, 170)
    print(json.dumps({"on_disk": on_disk, "lines": lines, "delivered": delivered(spool), "left": left(place)}))


def keep(spool, first, last):
    for text in several(first, last):
        spool.keep(text, 5)


def lines_in(place):
    """Return how many samples are whole in the files."""
    contents = [open_read(os.path.join(place, name)) for name in left(place)]
    return sum(max(content.count(b"\n") - 1, 0) for content in contents)


def open_read(path):
    with open(path, "rb") as file:
        return file.read()


def delivered(spool):
    found = []
    while spool.count:
        batch = spool.batch(500, 5)
        found += numbers(batch.texts)
        spool.forget(batch, 5)
    return found


def left(place):
    return [name for name in os.listdir(place) if name != "lock"]


if __name__ == "__main__":
    main(*sys.argv[1:])
