"""The clock that nobody sets: how long this machine has been up."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

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
    """Return what names this start of the machine (random(4)): uptimes of two starts can't be compared.

    The service's sandbox hides the kernel's file, so systemd hands the name in (%b in systemd.unit(5)). Where nobody
    names it, it is like no other.
    """
    with suppress(OSError):
        return (os.environ.get("MINIPANEL_BOOT_ID") or _BOOT_ID.read_text("ascii")).strip().replace("-", "")
    return uuid4().hex
