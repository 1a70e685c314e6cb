"""Reports the progress of the copy made before a migration of the database, to systemd's status and the log."""

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
    """Called with the part that is copied, 0 to 1. After 1 the copy is checked, which takes about as long."""

    def __init__(self) -> None:
        self._notified_at = self._logged_at = -math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the status that systemd shows."""
        if self._notified_at > 0:
            notify("STATUS=")

    def __call__(self, part: float) -> None:
        """Report the progress, to systemd at most every second, to the log at most every ten."""
        now = time.monotonic()
        text = f"Copying the database before it is changed: {100 * part:.0f}%"
        if part >= 1:
            text = "Checking the copy of the database, then changing it"
        if part >= 1 or now - self._notified_at >= STATUS_SECONDS:
            self._notified_at = now
            notify(f"STATUS={text}")
        if part >= 1 or now - self._logged_at >= LOG_SECONDS:
            self._logged_at = now
            log.info("%s.", text)
