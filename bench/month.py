"""Records of many nodes over many days, written in the order of time as the panel would have, not node by node."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from minipanel.config import Config
from minipanel.database.spans import write_spans
from minipanel.database.store import Store
from minipanel.demo.jobs import jobs
from minipanel.demo.past import noise

RECORD_SECONDS = 300
DAY_RECORDS = 86_400 // RECORD_SECONDS

VALUES = ("cpu_percent", "memory_total", "memory_used", "memory_percent", "cpu_temp")
"""The five values that the peers get too."""


def write_month(config: Config, days: float, now: int | None = None) -> int:
    """Make the panel's database with full records of all nodes until now, or until this time. Return their number."""
    store = Store(config.database.path)
    store.run([store.follow(config.accounts, config.nodes, int(time.time()))])
    store.close()
    end = int(time.time()) // RECORD_SECONDS * RECORD_SECONDS - RECORD_SECONDS if now is None else now
    start = end - round(days * DAY_RECORDS) * RECORD_SECONDS
    spans = ((place + 1, job) for place in range(len(config.nodes)) for job in jobs(place, start, end, has_sensor=True))
    return write_spans(config.database.path, spans, noise(), end, is_by_time=True)


def read_month(config: Config, node: int) -> list[tuple[float, ...]]:
    """Return a node's records as (timestamp, the five values), ascending."""
    with closing(sqlite3.connect(config.database.path)) as connection:
        return connection.execute(
            f"SELECT timestamp, {', '.join(VALUES)} FROM system_metrics WHERE id BETWEEN ? AND ? ORDER BY id",
            (node << 32, (node + 1) << 32),
        ).fetchall()
