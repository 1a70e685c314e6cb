"""The panel's own upkeep: when its disk will be full, its certificate expires, its last backup was made."""

from __future__ import annotations

import asyncio

from minipanel.config import Config
from minipanel.database.newest import readable
from minipanel.database.size import measure
from minipanel.machine.certificate import ends_at
from minipanel.services.forecast import forecast
from minipanel.services.panel import Panel

LOOK_SECONDS = 3600.0
DAY_SECONDS = 86400


class Keeping:
    """Checked once an hour. None: unknown, or there is no such thing."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._started_at = panel.clock()
        self.disk_full_days: int | None = None
        self._certificate_ends_at: int | None = None
        self._backup_made_at: float | None = None

    @property
    def certificate_days(self) -> float | None:
        """Days until the panel's certificate expires; negative afterwards."""
        ends = self._certificate_ends_at
        return None if ends is None else (ends - self._panel.clock()) / DAY_SECONDS

    @property
    def backup_days(self) -> float | None:
        """Days since the last good backup."""
        made = self._backup_made_at
        return None if made is None else (self._panel.clock() - made) / DAY_SECONDS

    async def look(self) -> None:
        """Check everything. Raises DatabaseError, TryLater."""
        await self._look_at_backups()
        path = self._panel.config.server.tls_certificate
        try:
            self._certificate_ends_at = None if path is None else await asyncio.to_thread(ends_at, path)
        except (OSError, ValueError):
            self._certificate_ends_at = None  # the panel runs with what it has read; `minipanel doctor` says more
        self.disk_full_days = await asyncio.to_thread(_full_days, self._panel.config)

    async def _look_at_backups(self) -> None:
        try:
            self._backup_made_at = await self._panel.backups.last_made_at()
        except OSError:
            # A folder that can't be read holds no usable copy; the last copy seen in it still counts.
            self._backup_made_at = self._backup_made_at or self._started_at


def _full_days(config: Config) -> int | None:
    with readable(config.database.path) as connection:
        return forecast(config, measure(connection)).days_left
