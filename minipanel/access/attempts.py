"""Logins that failed, by the place they came from: who has to wait, and how long."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Network

from minipanel.machine.addresses import is_loopback, normalise

FREE_TRIES = 5
WINDOW_SECONDS = 300.0
FIRST_WAIT_SECONDS = 2
LONGEST_WAIT_SECONDS = 60
MAX_PLACES = 10_000


@dataclass(slots=True)
class _Tries:
    failed: int = 0
    last_at: float = 0.0


class Attempts:
    """Counts tries. After 5 failed ones within 5 minutes of each other the next ones wait: 2, 4, 8 ... 60 seconds.

    `clock` gives seconds that only grow. A place is an address as `place_of` has it, or a browser that is known. At
    most 10,000 places are remembered, those that tried last.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def begin(self, place: str) -> int:
        """Return 0 if a try may be made now, else the seconds to wait.

        A try counts as failed from here on, until `succeeded` is called: many at once are no way around the count.
        One that has to wait is not counted, so that waiting helps even where others try from the same place.
        """
        now = self._clock()
        tries = self._tries.get(place, _Tries())
        if now - tries.last_at > WINDOW_SECONDS:
            tries.failed = 0
        ready_at = tries.last_at + _wait_seconds(tries.failed)
        if now < ready_at:
            return math.ceil(ready_at - now)
        tries.failed += 1
        tries.last_at = now
        self._remember(place, tries)
        return 0

    def succeeded(self, place: str) -> None:
        """Forget the tries of a place."""
        self._tries.pop(place, None)

    def _remember(self, place: str, tries: _Tries) -> None:
        self._tries[place] = tries
        self._tries.move_to_end(place)
        if len(self._tries) > MAX_PLACES:
            self._tries.popitem(last=False)


def _wait_seconds(failed: int) -> int:
    if failed < FREE_TRIES:
        return 0
    # Bounded before it is a power: the count goes on growing.
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS << min(failed - FREE_TRIES, 10))


def place_of(address: str) -> str:
    """Return what is counted for an address: itself, or the /64 network of an IPv6 one, which one person may own.

    All addresses of loopback are one place: whoever is on this machine has them all.
    """
    address = normalise(address)
    if is_loopback(address):
        return "loopback"
    try:
        return str(IPv6Network((address, 64), strict=False))
    except ValueError:
        return address
