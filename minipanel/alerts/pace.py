"""Limits how many messages a channel gets per minute: beyond a limit, some services refuse everything for a while."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0


class Pace:
    """Counts messages by channel. A channel with a `per_minute` above 0 gets no more than that in a minute."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._times: dict[str, deque[float]] = {}

    def wait_seconds(self, channel: object) -> float:
        """Return how long to wait before the channel gets something; 0 if it may get it now."""
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
