"""The clocks of one node with a real agent: the storm sets the time that the agent sees."""

from __future__ import annotations

import time

from storm.controls import SharedNumbers, number

machine_time = time.time
_monotonic, _sleep = time.monotonic, time.sleep


class Clock(SharedNumbers):
    """The system clock may be set; the monotonic one stands still while the node is suspended (clock_gettime(2))."""

    ahead_seconds = number(0)
    """How far the system clock is ahead."""

    asleep_seconds = number(1)
    """How long the node was suspended, in all."""

    def now(self) -> float:
        """Return Unix seconds by the node's clock."""
        return machine_time() + float(self.ahead_seconds)

    def monotonic(self) -> float:
        """Return seconds of the monotonic clock, which is never set."""
        return _monotonic() - float(self.asleep_seconds)

    def sleep(self, seconds: float) -> None:
        """Sleep for this many seconds of the monotonic clock: after a suspension the rest is slept."""
        end = self.monotonic() + seconds
        _sleep(seconds)
        while (left := end - self.monotonic()) > 0:
            _sleep(left)

    def take_over(self) -> None:
        """Make these the clocks of this process. Call it before importing the modules that are to use them.

        Where C code waits on its own, as for a socket or a lock, the machine's clock still counts.
        """
        time.time, time.monotonic, time.sleep = self.now, self.monotonic, self.sleep
