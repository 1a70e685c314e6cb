"""Counts failed logins by the place they come from, and makes places with many of them wait."""

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
    """Counts tries. After 5 failures, each within 5 minutes of the last, further tries wait 2, 4, 8 ... 60 seconds.

    `clock`: monotonic seconds. A place is an address (see `place_of`), or a known browser. Only the 10,000 places with
    the latest tries are remembered.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def begin(self, place: str) -> int:
        """Return 0 if a try may be made now, else the seconds to wait.

        A try counts as failed until `succeeded` is called, so that many tries at once are counted too. A try that has
        to wait is not counted, so that waiting helps even while others try from the same place.
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
    # The count grows without limit, so the exponent is limited.
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS << min(failed - FREE_TRIES, 10))


def place_of(address: str) -> str:
    """Return the place of an address: an IPv4 address itself, or the /64 network of an IPv6 address.

    One person may own a whole /64. All loopback addresses are one place: anyone on this machine has all of them.
    """
    address = normalise(address)
    if is_loopback(address):
        return "loopback"
    try:
        return str(IPv6Network((address, 64), strict=False))
    except ValueError:
        return address
