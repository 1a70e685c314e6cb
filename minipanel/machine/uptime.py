"""The clock that nobody sets: how long this machine has been up."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

from minipanel.models.node import Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def uptime() -> float:
    """Return seconds since this machine's start, those in which it slept included: the same for all processes."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def this_moment() -> Moment:
    """Return what time it is, by both clocks of this machine."""
    return Moment(time.time(), uptime(), boot_id())


@cache
def boot_id() -> str:
    """Return what names this start of the machine (random(4)): uptimes of two starts can't be compared."""
    return _BOOT_ID.read_text("ascii").strip()
