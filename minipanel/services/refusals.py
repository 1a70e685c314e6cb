"""Logs refused requests: each problem once a minute, and never so many lines that they hide the rest of the log."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

from minipanel.errors import PanelError
from minipanel.models.events import RefusalListener
from minipanel.models.quote import escape

log = logging.getLogger(__name__)

WINDOW_SECONDS = 60.0
MAX_LINES = 20
"""Lines per window. A thousand misconfigured nodes make twenty lines and a count."""


class Refusals:
    """Logs the first refusal of each kind in a minute, and counts the others.

    For samples, the kind is address and status. For connections, which anybody can open, it is only the sentence.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window_ends_at = clock() + WINDOW_SECONDS
        self._logged: set[tuple[str, int]] = set()
        self._more = 0
        self._closed: Counter[str] = Counter()
        self._listeners: list[RefusalListener] = []

    def listen(self, listener: RefusalListener) -> None:
        """Call `listener` at each refusal of samples, logged or not."""
        self._listeners.append(listener)

    def note(self, peer: str, error: PanelError) -> None:
        """Log or count refused samples from the address `peer`."""
        for listener in self._listeners:
            listener(peer, error)
        self.begin_window()
        key = (peer, error.status)
        if key in self._logged or len(self._logged) >= MAX_LINES:
            self._more += 1
            return
        self._logged.add(key)
        log.warning("Refused samples from %s (%d): %s", _shown(peer), error.status, escape(error.sentence, 400))

    def note_connection(self, peer: str, sentence: str) -> None:
        """Log or count a connection from the address `peer` that was closed; `sentence`: one of a few."""
        self.begin_window()
        self._closed[sentence] += 1
        if self._closed[sentence] == 1:
            log.warning("Closed a connection from %s: %s", _shown(peer), sentence)

    def begin_window(self) -> None:
        """Log the counts once their minute is over."""
        now = self._clock()
        if now < self._window_ends_at:
            return
        if self._more:
            log.warning("Refused samples %d more times in the minute of the last such lines.", self._more)
        for sentence, times in self._closed.items():
            if times > 1:
                log.warning("Closed %d more connections within a minute: %s", times - 1, sentence)
        self._window_ends_at = now + WINDOW_SECONDS
        self._logged.clear()
        self._more = 0
        self._closed.clear()


def _shown(peer: str) -> str:
    """Return an address for the log. A client that left at once has none: the kernel no longer knows it."""
    return escape(peer) or "an unknown address"
