"""How far the copy is that is made before the database is changed: for systemd, whose status shows it, and the log."""

from __future__ import annotations

import logging
import math
import time
from typing import Self

from minipanel.serving.notify import notify

log = logging.getLogger(__name__)

STATUS_SECONDS = 1.0
LOG_SECONDS = 10.0


class MigrationReport:
    """Called with the part that is done, 0 to 1; after that the copy is checked, which takes about as long."""

    def __init__(self) -> None:
        self._told_at = self._logged_at = -math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Take back what systemd shows."""
        if self._told_at > 0:
            notify("STATUS=")

    def __call__(self, part: float) -> None:
        """Report it, but not more often than anybody reads it."""
        now = time.monotonic()
        text = f"Copying the database before it is changed: {100 * part:.0f}%"
        if part >= 1:
            text = "Checking the copy of the database, then changing it"
        if part >= 1 or now - self._told_at >= STATUS_SECONDS:
            self._told_at = now
            notify(f"STATUS={text}")
        if part >= 1 or now - self._logged_at >= LOG_SECONDS:
            self._logged_at = now
            log.info("%s.", text)
