"""A node of the cluster, and the states it can be in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["up", "down", "never", "disabled"]

UP_SECONDS = 15
"""A node is up if a sample of it arrived and was stored within this time or three intervals, whichever is longer."""


@dataclass(frozen=True, slots=True)
class Node:
    """One row of the table `nodes`. `hostname`: as the agent reports it. `name`: as people see it."""

    id: int
    name: str
    ip: str
    hostname: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """When a node was last heard from. `last_seen`: the timestamp of its newest stored sample, None before the first.

    `silent_seconds`: how long ago that sample arrived, by a clock that nobody sets; infinite if unknown. `boot_id`: the
    node's boot then, if its agent reported it; `rebooted_seconds`: how long ago it was first heard from in that boot,
    None if no other boot is known. `values`: its last record, in the form of a sample's values.
    """

    last_seen: int | None = None
    silent_seconds: float = math.inf
    boot_id: str | None = None
    rebooted_seconds: float | None = None
    values: Sequence[float | None] | None = None


def up_seconds(interval_seconds: int) -> int:
    """Return how many seconds a node that reports at this interval may be silent and still be up."""
    return max(UP_SECONDS, 3 * interval_seconds)


def state_of(is_enabled: bool, last_seen: int | None, silent_seconds: float, interval_seconds: int) -> State:
    """Return a node's state: the one rule for the page, commands and alerts. Arguments as in Heard."""
    if not is_enabled:
        return "disabled"
    if last_seen is None:
        return "never"
    return "up" if silent_seconds <= up_seconds(interval_seconds) else "down"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on the panel's machine: the time by its clock, and the uptime within the boot with this id."""

    unix_seconds: float
    uptime_seconds: float
    boot_id: str
