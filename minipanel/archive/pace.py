"""How long work of hours rests between two pieces, so that what the panel does for agents is never late."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

MOST_SHARE: Final = 0.7
"""Of one core: so much this process takes in all, for Python runs one thread at a time."""

PART: Final = 0.5
"""Of what the panel leaves of that, the work gets so much: a sample that comes meanwhile finds room."""

LEAST_SHARE: Final = 0.03
SMOOTHING: Final = 0.1
LONGEST_REST_SECONDS: Final = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What some work came to, and how much CPU its thread took for it."""

    result: T
    seconds: float


def with_cpu(work: Callable[[], T]) -> Done[T]:
    """Do it, in this thread."""
    began = time.thread_time()
    result = work()
    return Done(result, time.thread_time() - began)


class Pace:
    """Of one piece of work after the other. `clock` and `process`: of the time, and of this process' CPU time."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, process: Callable[[], float] = time.process_time
    ) -> None:
        self._clock = clock
        self._process = process
        self._began = self._looked_at = clock()
        self._used = process()
        self._others = 0.0

    def begin(self) -> None:
        """Record the start of a piece."""
        self._began = self._clock()

    def rest(self, own_seconds: float) -> float:
        """Return for how many seconds to rest after a piece for which its threads took so much CPU."""
        now, used = self._clock(), self._process()
        others = max(0.0, used - self._used - own_seconds) / max(now - self._looked_at, 1e-6)
        self._others += SMOOTHING * (min(others, 1.0) - self._others)
        self._looked_at, self._used = now, used
        share = max(LEAST_SHARE, PART * (MOST_SHARE - self._others))
        return min(LONGEST_REST_SECONDS, max(0.0, own_seconds / share - (now - self._began)))
