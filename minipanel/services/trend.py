"""The last minutes of the whole cluster, read from its nodes' last hours when a page opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minipanel.services.lasthour import LastHour

TREND_SECONDS = 600
STEP_SECONDS = 30
"""At least, and a whole number of intervals: every sample of every node would take six times as long and hardly be seen
in a chart an inch wide."""

ON_THEIR_WAY_SECONDS = 10
"""Nodes send their samples up to 4 s apart: a sum that lacks some of them would look like a drop."""


def trend(hours: Sequence[tuple[LastHour, int]], now: float, interval_seconds: int = 5) -> dict[str, list[Any]]:
    """Return the shape of Trend; a time of which no node has a sample is left out.

    `hours` holds each node's last hour and its memory in bytes.
    """
    step = -(-STEP_SECONDS // interval_seconds) * interval_seconds
    last = int(now - ON_THEIR_WAY_SECONDS) // step * step
    columns: dict[str, list[Any]] = {name: [] for name in ("timestamp", *_SUMS)}
    for timestamp in range(last - (TREND_SECONDS // step - 1) * step, last + 1, step):
        found = [(hour.at(timestamp), total) for hour, total in hours]
        samples = [(*sample, total) for sample, total in found if sample is not None]
        if samples:
            columns["timestamp"].append(timestamp)
            for name, total_of in _SUMS.items():
                columns[name].append(total_of(samples))
    return columns


_Samples = list[tuple[float, int, float | None, int]]
"""CPU percent, memory used, temperature and memory in all, a node each."""


def _mean_cpu(samples: _Samples) -> float:
    return round(sum(cpu for cpu, _, _, _ in samples) / len(samples), 2)


def _highest_cpu(samples: _Samples) -> float:
    return max(cpu for cpu, _, _, _ in samples)


def _memory(samples: _Samples) -> float:
    return round(100 * sum(used for _, used, _, _ in samples) / sum(total for _, _, _, total in samples), 2)


def _highest_temp(samples: _Samples) -> float | None:
    return max((temp for _, _, temp, _ in samples if temp is not None), default=None)


_SUMS = {
    "cpu_percent": _mean_cpu,
    "cpu_percent_max": _highest_cpu,
    "memory_percent": _memory,
    "cpu_temp_max": _highest_temp,
}
