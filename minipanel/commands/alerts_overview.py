"""What `minipanel status` and the doctor know about alerts. They read the database, which is as the panel left it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass

from minipanel.alerts.config import ALERTS
from minipanel.alerts.silences import Silences
from minipanel.config import Config
from minipanel.database import alerts as sql
from minipanel.database import queries
from minipanel.database.beside import read_beside
from minipanel.errors import DatabaseError
from minipanel.models.alert import Alert

ALL_TIME = 2**40
MOST = 100_000


@dataclass(frozen=True, slots=True)
class AlertsOverview:
    """How many alerts are open. `unseen`: warnings and worse, neither acknowledged, silenced nor suspended.

    `waiting`: how many messages are not sent yet; `error`: why the last try failed, None if it did not.
    `goes_nowhere`: no channel is set, which is not an error.
    """

    critical: int
    warning: int
    info: int
    unseen: int
    waiting: int
    error: str | None
    goes_nowhere: bool

    @property
    def is_well(self) -> bool:
        """Whether nobody is needed: somebody deals with all that is wrong, and messages are sent."""
        return self.unseen == 0 and self.error is None


def look_at_alerts(config: Config, now: float) -> AlertsOverview | None:
    """Return the overview; None if [alerts] is off, or the database can't be read, which is reported elsewhere."""
    if not config.of(ALERTS).enabled:
        return None
    try:
        return read_beside(config.database.path, lambda connection: _overview(connection, config, int(now)))
    except (DatabaseError, OSError):
        return None


def _overview(connection: sqlite3.Connection, config: Config, now: int) -> AlertsOverview:
    silences = Silences(sql.silences(connection, now), queries.nodes(connection))
    alerts = sql.alerts_between(connection, 0, ALL_TIME, "open", None, None, MOST)
    unseen = [each for each in alerts if needs_somebody(each) and silences.of(each, now) is None]
    counts = Counter(alert.severity for alert in alerts)
    waiting = sql.waiting_messages(connection)
    error = next((message.error for message in waiting if message.error), None)
    return AlertsOverview(
        counts["critical"], counts["warning"], counts["info"], len(unseen), len(waiting), error,
        not config.of(ALERTS).reaches_somebody,
    )  # fmt: skip


def needs_somebody(alert: Alert) -> bool:
    """Return whether an open alert is a warning or worse, and neither acknowledged nor suspended (its node is down)."""
    return alert.severity != "info" and alert.acked_at is None and not alert.is_suspended
