"""Decides whose clock is wrong when samples seem to come from the future: a node's, or the panel's own."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable

from minipanel.machine.uptime import uptime
from minipanel.models.faults import MAX_AHEAD_SECONDS

FRESH_SECONDS = 60.0
"""A skew reported longer ago than this is ignored."""

STEP_SECONDS = 30.0
REMEMBERED_SECONDS = 120.0
"""For this long after the panel's clock was set back, it is the suspect. By then all nodes have reported their skew."""


class Clocks:
    """Knows each node's skew, and whether the panel's own clock was set.

    A sample from the future is refused for good, and its agent drops it. That must not happen if the panel's clock is
    wrong. The panel's clock is the suspect if it was just set back, if stored samples are newer when the panel starts,
    or if most nodes are ahead of it.
    """

    def __init__(self, clock: Callable[[], float] = time.time, uptime: Callable[[], float] = uptime) -> None:
        self._clock = clock
        self._uptime = uptime
        self._skews: dict[int, tuple[float, float]] = {}
        self._offsets: deque[tuple[float, float]] = deque()
        self._verdict: tuple[float, float | None] = (-FRESH_SECONDS, None)

    def note(self, node_id: int, skew_seconds: float | None) -> None:
        """Record how far a node's clock is ahead of the panel's."""
        if skew_seconds is not None:
            self._skews[node_id] = (self._uptime(), skew_seconds)

    def beat(self) -> None:
        """Check the panel's own clock; called every few seconds to minutes."""
        now = self._uptime()
        self._offsets.append((now, self._clock() - now))
        while self._offsets[0][0] < now - REMEMBERED_SECONDS and len(self._offsets) > 1:
            self._offsets.popleft()

    def meet(self, timestamp: int) -> None:
        """Record the time of the newest sample stored before the start: the clock can't be earlier than that now."""
        now = self._uptime()
        self._offsets.append((now, timestamp - now))

    def seconds_behind(self) -> float | None:
        """Return how far the panel's clock seems to be behind, None if it seems right. Checks once a second."""
        now = self._uptime()
        if now - self._verdict[0] >= 1:
            self._verdict = (now, self._set_back(now) or self._behind_most(now))
        return self._verdict[1]

    def are_agreed(self) -> bool:
        """Return whether nodes report and most of them agree with the panel's clock."""
        skews = self._fresh_skews(self._uptime())
        return bool(skews) and abs(statistics.median(skews)) <= MAX_AHEAD_SECONDS

    def _set_back(self, now: float) -> float | None:
        before = max((offset for _, offset in self._offsets), default=self._clock() - now)
        step = before - (self._clock() - now)
        return step if step > STEP_SECONDS else None

    def _behind_most(self, now: float) -> float | None:
        skews = self._fresh_skews(now)
        ahead = [skew for skew in skews if skew > MAX_AHEAD_SECONDS]
        return statistics.median(ahead) if len(skews) > 1 and len(ahead) > len(skews) / 2 else None

    def _fresh_skews(self, now: float) -> list[float]:
        return [skew for told_at, skew in self._skews.values() if now - told_at <= FRESH_SECONDS]
