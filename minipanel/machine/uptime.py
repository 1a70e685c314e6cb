"""A clock that nobody sets: how long this machine has been up."""

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
    """Return the seconds since this machine's boot, including those asleep. They are the same for all processes."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def this_moment() -> Moment:
    """Return the present moment, by both clocks of this machine."""
    return Moment(time.time(), uptime(), boot_id())


@cache
def boot_id() -> str:
    """Return the id of this machine's boot (random(4)). The uptimes of different boots can't be compared.

    The service's sandbox hides the kernel's file, so systemd passes the id in (%b in systemd.unit(5)). Without either,
    the id is random, so that it equals no other.
    """
    with suppress(OSError):
        return (os.environ.get("MINIPANEL_BOOT_ID") or _BOOT_ID.read_text("ascii")).strip().replace("-", "")
    return uuid4().hex
