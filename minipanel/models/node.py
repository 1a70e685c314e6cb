"""A node of the cluster, and the states it can be in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["up", "down", "never", "disabled"]

UP_SECONDS = 15
"""A node is up while something of it was stored that was heard of within this time, or within three intervals."""


@dataclass(frozen=True, slots=True)
class Node:
    """One row of the table `nodes`. `hostname` is what the agent calls itself, `name` what people read."""

    id: int
    name: str
    ip: str
    hostname: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """When a node was heard of last. `last_seen`: its newest stored sample by its own clock, None before the first.

    `silent_seconds`: how long ago that was heard of, by a clock that nobody sets; infinite where it can't be known.
    `boot_id`: of the boot that the node was in then, where its agent said; `rebooted_seconds`: how long ago it was
    first heard of in that boot, None if it never was in another. `values`: its last record, as a sample has them.
    """

    last_seen: int | None = None
    silent_seconds: float = math.inf
    boot_id: str | None = None
    rebooted_seconds: float | None = None
    values: Sequence[float | None] | None = None


def up_seconds(interval_seconds: int) -> int:
    """Return for how long a node that reports at this interval may be silent and is up anyway."""
    return max(UP_SECONDS, 3 * interval_seconds)


def state_of(is_enabled: bool, last_seen: int | None, silent_seconds: float, interval_seconds: int) -> State:
    """Return a node's state: the one rule for the page, for commands and for all that follows from it. See Heard."""
    if not is_enabled:
        return "disabled"
    if last_seen is None:
        return "never"
    return "up" if silent_seconds <= up_seconds(interval_seconds) else "down"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the panel's machine: Unix seconds by its clock, and the uptime of the boot with this id."""

    unix_seconds: float
    uptime_seconds: float
    boot_id: str
