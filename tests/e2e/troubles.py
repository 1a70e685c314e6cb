"""Alerts that a panel finds in its database at its start and holds open for hours, so that no test waits for one."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing

from minipanel.database import alerts as sql
from minipanel.models.alert import Alert, Bad, Severity
from tests.e2e.fleet import Fleet

HOLD_SECONDS = 4 * 3600


def trouble(
    rule: str,
    node_ids: Iterable[int],
    severity: Severity = "critical",
    *,
    minutes: float = 30,
    lasted: float | None = None,
    worst: float | None = None,
    limit: float | None = None,
    reason: str = "",
    acked_by: str | None = None,
) -> list[Alert]:
    """Return an alert for each of these nodes that began this long ago. `lasted`: minutes until it was over."""
    began = int(time.time() - minutes * 60)
    over = None if lasted is None else int(began + lasted * 60)
    return [
        Alert(
            rule,
            node_id,
            severity,
            began,
            began + 60,
            HOLD_SECONDS,
            Bad(worst, limit, reason),
            first_at=began,
            worst=worst,
            over_at=over,
            closed_at=None if over is None else over + 300,
            announced_at=began + 90,
            end_told_at=None if over is None else over + 310,
            acked_at=None if acked_by is None else began + 600,
            acked_by=acked_by,
        )
        for node_id in node_ids
    ]


def have(fleet: Fleet, alerts: Sequence[Alert]) -> list[int]:
    """Restart the panel with these alerts; return their ids."""
    fleet.stop_panel()
    with closing(sqlite3.connect(fleet.database)) as connection, connection:
        connection.execute("DELETE FROM alerts")
        ids = sql.put_alerts(connection, alerts)
    fleet.start_panel()
    return ids
