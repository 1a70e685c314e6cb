"""What rules know about nodes' last hours. Computed seldom, and in a thread: 10,000 nodes take most of a second."""

from __future__ import annotations

import time
from collections.abc import Mapping

from minipanel.alerts.completeness import HOUR_SECONDS, percent_of_samples
from minipanel.alerts.rising import FULL_PERCENT, HABIT_SECONDS, full_at
from minipanel.models.record import RECORD_SECONDS
from minipanel.models.sample import Sample
from minipanel.services.lasthour import LastHour
from minipanel.services.panel import Panel
from minipanel.services.spread import COLUMNS

LOOK_SECONDS = 600.0

CANDIDATES = 500
"""At most this many nodes with rising memory have their records read in one check: those that would be full soonest."""

FAR_SECONDS = 4 * 3600
"""If memory, at the rate of the last half hour, needs longer than this to fill, no records are read."""

BACK_SECONDS = 1800

AT_ONCE = 50
PAUSE_SECONDS = 0.005
"""A pause after some nodes, in which the event loop has Python to itself."""

_MEMORY = 1 + COLUMNS.index("memory_percent")
_USED = "memory_used"


class Hours:
    """`rising`: when a node's memory will be full, Unix seconds, None if it does not rise. `complete`: percent of an
    hour's samples.

    Both are by node id. A node that is missing there is unknown.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self.rising: Mapping[int, int | None] = {}
        self.complete: Mapping[int, float] = {}

    async def look(self) -> None:
        """Check all nodes that are up. Raises TryLater."""
        hours, interval = self._panel.live.hours_by_id(), self._panel.live.interval_seconds
        self.rising, self.complete = await self._panel.reading.do(self._look, hours, interval)

    def _look(
        self, hours: list[tuple[int, LastHour, Sample]], interval: int
    ) -> tuple[dict[int, int | None], dict[int, float]]:
        complete, rising, candidates = {}, dict[int, int | None](), []
        for place, (node_id, hour, newest) in enumerate(hours):
            if place % AT_ONCE == 0:
                time.sleep(PAUSE_SECONDS)
            percent = _complete(hour, newest.timestamp, interval)
            if percent is not None:
                complete[node_id] = percent
            seconds = _seconds_to_full(hour, newest)
            if seconds is None:
                continue
            if seconds <= FAR_SECONDS:
                candidates.append((seconds, node_id, newest.timestamp))
            else:
                rising[node_id] = None
        for _, node_id, now in sorted(candidates)[:CANDIDATES]:
            time.sleep(PAUSE_SECONDS)
            rising[node_id] = self._full_at(node_id, now)
        return rising, complete

    def _full_at(self, node_id: int, now: int) -> int | None:
        last = now // RECORD_SECONDS * RECORD_SECONDS
        times = range(last - HABIT_SECONDS, last + 1, RECORD_SECONDS)
        rows = self._panel.reading.reader.records_at([node_id], times, now)
        return full_at([(row[0], value) for row in rows if (value := row[_MEMORY]) is not None], now)


def _complete(hour: LastHour, until: int, interval: int) -> float | None:
    """Return percent_of_samples. The times themselves are examined only if too many samples are missing."""
    if hour.count(until) * interval >= HOUR_SECONDS:
        return 100.0
    return percent_of_samples(hour.times(until), until, interval)


def _seconds_to_full(hour: LastHour, newest: Sample) -> float | None:
    """Return in how many seconds memory would be full at the rate of the last half hour; None if that is unknown.

    Assumes twice the real rate: this only saves reading the records of nodes that are far from full.
    """
    before = hour.value(_USED, newest.timestamp - BACK_SECONDS)
    if before is None:
        return None
    used, total = newest.memory_used, newest.memory_total  # type: ignore[attr-defined]
    rose, left = used - before, FULL_PERCENT / 100 * total - used
    if rose <= 0 or left <= 0:
        return float("inf")
    return float(left / rose * BACK_SECONDS / 2)
