"""For how long something has been so: in samples seen, or in plain time."""

from __future__ import annotations

ENOUGH = 0.8
"""Of the samples of a time, at least so many must be there before anything is said of it."""


class Run:
    """A time in which each look found the same. Moments in seconds: of samples, or of a clock that nobody sets."""

    __slots__ = ("count", "first", "last")

    def __init__(self, moment: float) -> None:
        self.first = self.last = moment
        self.count = 1

    def add(self, moment: float) -> None:
        """Take in another look. The same sample seen twice counts once."""
        if moment > self.last:
            self.last = moment
            self.count += 1

    def seconds(self) -> float:
        """Return how long it has been so."""
        return self.last - self.first

    def rests_on_enough(self, interval_seconds: int) -> bool:
        """Tell whether the samples in it are as many as one may expect."""
        return self.count >= ENOUGH * (self.seconds() / interval_seconds + 1)
