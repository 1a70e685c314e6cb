"""How many messages a channel gets in a minute: some refuse all for a while where they get more than they allow."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0


class Pace:
    """Counts by the names of channels. One that has a `per_minute` above 0 gets no more than so many in a minute."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._times: dict[str, deque[float]] = {}

    def wait_seconds(self, channel: object) -> float:
        """Return how long the channel is to get nothing; 0 where it may get something now."""
        limit, times = _limit(channel), self._times.get(_name(channel))
        if not limit or times is None or len(times) < limit:
            return 0
        return max(0.0, times[-limit] + MINUTE - self._monotonic())

    def note(self, channel: object) -> None:
        """Count a message that is sent now."""
        limit = _limit(channel)
        if limit:
            times = self._times.setdefault(_name(channel), deque())
            times.append(self._monotonic())
            while len(times) > limit:
                times.popleft()


def _limit(channel: object) -> int:
    return int(getattr(channel, "per_minute", 0))


def _name(channel: object) -> str:
    return str(getattr(channel, "name", ""))
