"""Typed readings of a sample for rules."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

from minipanel.models.cluster import NodeNow

if TYPE_CHECKING:  # not at run time: the archive reads config.toml without msgspec installed
    from minipanel.models.sample import Sample

cpu_percent: Callable[[Sample], float] = attrgetter("cpu_percent")
memory_used: Callable[[Sample], int] = attrgetter("memory_used")
memory_total: Callable[[Sample], int] = attrgetter("memory_total")
cpu_temp: Callable[[Sample], float | None] = attrgetter("cpu_temp")


def memory_percent(sample: Sample) -> float:
    """Return the share of memory in use, percent."""
    return 100 * memory_used(sample) / memory_total(sample)


def temperature(now: NodeNow | None) -> float | None:
    """Return the newest temperature of a node, °C; None without one."""
    return None if now is None or now.newest is None else cpu_temp(now.newest)
