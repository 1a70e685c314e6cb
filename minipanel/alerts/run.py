"""How long a condition has lasted: in samples, or in plain time."""

from __future__ import annotations

ENOUGH = 0.8
"""The least share of a time that samples must cover before anything is concluded from it."""

COVERED_INTERVALS = 2
"""A sample covers the time since the previous one, up to this many intervals. Samples arrive sometimes just before a
check, sometimes just after it, so that a check misses one in four (measured), although none is missing."""


class Run:
    """A time in which each check had the same result.

    Moments in seconds: of samples, or of a clock that nobody sets.
    """

    __slots__ = ("_covered", "_first", "_interval_seconds", "_last")

    def __init__(self, moment: float, interval_seconds: int) -> None:
        self._first = self._last = moment
        self._covered = 0.0
        self._interval_seconds = interval_seconds

    def add(self, moment: float) -> None:
        """Add a check. The same sample seen twice counts once; if a clock was set back, the run starts over."""
        passed = moment - self._last
        if passed < 0:
            self._first, self._covered = moment, 0.0
        else:
            most = COVERED_INTERVALS * self._interval_seconds
            self._covered += passed if passed < most else most
        self._last = moment

    def go_on(self, moment: float) -> float:
        """Return how long it has lasted at this moment, where it does not matter what samples cover of it."""
        self._last = moment
        return moment - self._first

    def seconds(self) -> float:
        """Return how long the run has lasted."""
        return self._last - self._first

    def rests_on_enough(self) -> bool:
        """Return whether its samples cover enough of its time."""
        return self._covered >= ENOUGH * self.seconds()
