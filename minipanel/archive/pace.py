"""How long work that takes hours rests between two pieces, so that agents are always answered in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

MOST_SHARE: Final = 0.7
"""The share of one core that this process may use in all: Python runs one thread at a time."""

PART: Final = 0.5
"""The work gets this part of what the panel leaves free, so that a sample which arrives meanwhile finds time."""

LEAST_SHARE: Final = 0.03
SMOOTHING: Final = 0.1
LONGEST_REST_SECONDS: Final = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The result of some work, and the CPU time that its thread used."""

    result: T
    seconds: float


def with_cpu(work: Callable[[], T]) -> Done[T]:
    """Do the work in this thread, and measure its CPU time."""
    began = time.thread_time()
    result = work()
    return Done(result, time.thread_time() - began)


class Pace:
    """The pace of work in pieces. `clock`: the time; `process`: this process's CPU time; both in seconds."""

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
        """Return how many seconds to rest after a piece whose threads used `own_seconds` of CPU."""
        now, used = self._clock(), self._process()
        others = max(0.0, used - self._used - own_seconds) / max(now - self._looked_at, 1e-6)
        self._others += SMOOTHING * (min(others, 1.0) - self._others)
        self._looked_at, self._used = now, used
        share = max(LEAST_SHARE, PART * (MOST_SHARE - self._others))
        return min(LONGEST_REST_SECONDS, max(0.0, own_seconds / share - (now - self._began)))
