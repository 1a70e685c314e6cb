"""What the panel knows about itself, gathered for the rules about it."""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable

from minipanel import __version__
from minipanel.alerts.keeping import Keeping
from minipanel.models.cluster import PanelNow
from minipanel.services.panel import Panel

STEP_REMEMBERED_SECONDS = 120.0
"""For this long, a step of the clock is remembered."""

DISK_SECONDS = 60.0
MUNGE_SECONDS = 30.0
"""For this long after its last failure, munged counts as silent: it is asked every two seconds at most."""


class PanelFacts:
    """Checks the panel at each tick; what needs the disk is checked once a minute."""

    def __init__(self, panel: Panel, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._panel = panel
        self.keeping = Keeping(panel)
        self._monotonic = monotonic
        self._offsets: deque[tuple[float, float]] = deque()
        self._munge_failed_at: float | None = None
        self._munge = ""
        self._disk_looked_at: float | None = None
        self._disk_free_percent: float | None = None

    def look(self, late_seconds: float) -> PanelNow:
        """Return the facts. `late_seconds`: how late this check is."""
        uptime = self._panel.uptime()
        return PanelNow(
            __version__,
            self._panel.ingest.failing_seconds(),
            late_seconds,
            self._clock_step(uptime),
            self._munge_trouble(uptime),
            self._disk_free(uptime),
            self.keeping.disk_full_days,
            self.keeping.certificate_days,
            self.keeping.backup_days,
            self._archive_hours(),
            "" if (archive := self._panel.archive_state()) is None else archive.reason,
        )

    def _archive_hours(self) -> float | None:
        state = self._panel.archive_state()
        if state is None:
            return None
        return 0 if state.failing_since is None else (self._panel.clock() - state.failing_since) / 3600

    def _clock_step(self, uptime: float) -> float:
        """Return by how much the clock was set within the remembered time."""
        self._offsets.append((uptime, self._panel.clock() - uptime))
        while self._offsets[0][0] < uptime - STEP_REMEMBERED_SECONDS and len(self._offsets) > 1:
            self._offsets.popleft()
        return self._offsets[-1][1] - self._offsets[0][1]

    def _munge_trouble(self, uptime: float) -> str | None:
        trouble = self._panel.credentials.munge_trouble()
        if trouble is not None:
            self._munge, self._munge_failed_at = trouble, uptime
        is_recent = self._munge_failed_at is not None and uptime - self._munge_failed_at < MUNGE_SECONDS
        return self._munge if is_recent else None

    def _disk_free(self, uptime: float) -> float | None:
        if self._disk_looked_at is None or uptime - self._disk_looked_at >= DISK_SECONDS:
            self._disk_looked_at = uptime
            try:
                usage = shutil.disk_usage(self._panel.config.database.path.parent)
                self._disk_free_percent = 100 * usage.free / usage.total
            except OSError:
                self._disk_free_percent = None
        return self._disk_free_percent
