"""Refused posts in the log: each trouble once a minute, and never so many lines that they hide the rest."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from minipanel.errors import PanelError
from minipanel.models.quote import escape

log = logging.getLogger(__name__)

WINDOW_SECONDS = 60.0
MAX_LINES = 20
"""In a window. A thousand nodes that were set up wrong are twenty lines and a count."""


class Refusals:
    """Logs a refusal the first time in a minute for its address and status, and counts the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window_ends_at = clock() + WINDOW_SECONDS
        self._logged: set[tuple[str, int]] = set()
        self._more = 0

    def note(self, peer: str, error: PanelError) -> None:
        """Log or count one refused request from the address `peer`."""
        self._begin_window()
        key = (peer, error.status)
        if key in self._logged or len(self._logged) >= MAX_LINES:
            self._more += 1
            return
        self._logged.add(key)
        log.warning("Refused samples from %s (%d): %s", escape(peer), error.status, escape(error.sentence, 400))

    def _begin_window(self) -> None:
        now = self._clock()
        if now < self._window_ends_at:
            return
        if self._more:
            log.warning("Refused samples %d more times in the minute of the last such lines.", self._more)
        self._window_ends_at = now + WINDOW_SECONDS
        self._logged.clear()
        self._more = 0
