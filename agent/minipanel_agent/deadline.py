"""A moment by which something must be over: what a round does must not reach into the next tick."""

import time
from typing import Callable


class Deadline:
    """A moment by which something must be over."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds until then, above 0. Raises TimeoutError when there are none."""
        seconds = self._end - self._clock()
        if seconds <= 0:
            raise TimeoutError("timed out")
        return seconds
