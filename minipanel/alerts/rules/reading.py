"""What rules read of a sample, typed."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

from minipanel.models.cluster import NodeNow

if TYPE_CHECKING:  # not when it runs: the archive reads config.toml where no msgspec is installed
    from minipanel.models.sample import Sample

cpu_percent: Callable[[Sample], float] = attrgetter("cpu_percent")
memory_used: Callable[[Sample], int] = attrgetter("memory_used")
memory_total: Callable[[Sample], int] = attrgetter("memory_total")
cpu_temp: Callable[[Sample], float | None] = attrgetter("cpu_temp")


def memory_percent(sample: Sample) -> float:
    """Return how much of the memory is in use."""
    return 100 * memory_used(sample) / memory_total(sample)


def temperature(now: NodeNow | None) -> float | None:
    """Return the newest temperature of a node, °C; None without one."""
    return None if now is None or now.newest is None else cpu_temp(now.newest)
