"""The clocks of one node with a real agent: what it takes for the time is set by the storm."""

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
        """Return Unix seconds as the node takes them to be."""
        return machine_time() + float(self.ahead_seconds)

    def monotonic(self) -> float:
        """Return seconds of the clock that nobody sets."""
        return _monotonic() - float(self.asleep_seconds)

    def sleep(self, seconds: float) -> None:
        """Sleep for so many seconds of the monotonic clock: what was left at a suspension is slept after it."""
        end = self.monotonic() + seconds
        _sleep(seconds)
        while (left := end - self.monotonic()) > 0:
            _sleep(left)

    def take_over(self) -> None:
        """Make these the clocks of this process. To be called before what is to go by them is imported.

        What C code waits for on its own, as for a socket or a lock, still goes by the machine's clock.
        """
        time.time, time.monotonic, time.sleep = self.now, self.monotonic, self.sleep
