"""A moment by which work must be finished: a round must not reach into the next tick."""

import time
from typing import Callable


class Deadline:
    """A moment by which work must be finished."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds until then, above 0. Raises TimeoutError if there are none."""
        seconds = self._end - self._clock()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds
