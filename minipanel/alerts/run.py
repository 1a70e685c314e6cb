"""For how long something has been so: in samples seen, or in plain time."""

from __future__ import annotations

ENOUGH = 0.8
"""So much of a time at least must be covered by samples before anything is said of it."""

COVERED_INTERVALS = 2
"""A sample covers the time since the one before it, up to so many intervals: samples that come now just before a look
and now just after it overtake each other, one in four of them (measured), and none of them is missing."""


class Run:
    """A time in which each look found the same. Moments in seconds: of samples, or of a clock that nobody sets."""

    __slots__ = ("_covered", "_first", "_interval_seconds", "_last")

    def __init__(self, moment: float, interval_seconds: int) -> None:
        self._first = self._last = moment
        self._covered = 0.0
        self._interval_seconds = interval_seconds

    def add(self, moment: float) -> None:
        """Take in another look. The same sample seen twice counts once; a clock that was set back starts over."""
        if moment < self._last:
            self._first, self._covered = moment, 0.0
        else:
            self._covered += min(moment - self._last, COVERED_INTERVALS * self._interval_seconds)
        self._last = moment

    def seconds(self) -> float:
        """Return how long it has been so."""
        return self._last - self._first

    def rests_on_enough(self) -> bool:
        """Return whether the samples in it cover enough of its time."""
        return self._covered >= ENOUGH * self.seconds()
