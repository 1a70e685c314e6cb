"""Ticks: the multiples of the interval on the system clock, at which all nodes measure at once."""

import time
from typing import Callable, Optional

LATE_SECONDS = 1.0
"""Waking later than this misses the tick: the sample would describe too long a time."""


class Ticks:
    """Waits for one tick after another, however long the rounds between them take."""

    def __init__(
        self,
        interval: int,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """interval: seconds. clock: Unix seconds."""
        self.interval = interval
        self._clock = clock
        self._sleep = sleep
        self._last = self._tick_before_now()

    def wait(self) -> Optional[int]:
        """Sleep until the next tick and return its time, Unix seconds.

        None if a tick was missed: the last round took too long, this process or the node slept or stalled, or the clock
        was set. Earlier readings then can't be the beginning of a sample.
        """
        tick = self._last + self.interval
        if not self.sleep_until(tick):
            self._last = self._tick_before_now()
            return None
        self._last = tick
        return tick

    def sleep_until(self, moment: float) -> bool:
        """Sleep until a moment at most one interval away, Unix seconds; return whether it was reached in time."""
        left = moment - self._clock()
        while 0 < left <= self.interval:  # the remaining time grows if the clock is set back
            self._sleep(left)
            left = moment - self._clock()
        return -LATE_SECONDS <= left <= 0

    def seconds_left(self, margin_seconds: float) -> float:
        """Return the time until shortly before the next tick; work in between must be finished by then.

        At most one interval: if the clock was set back, it would be hours.
        """
        return min(self._last + self.interval - self._clock(), self.interval) - margin_seconds

    def _tick_before_now(self) -> int:
        return int(self._clock() // self.interval) * self.interval
