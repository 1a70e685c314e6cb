"""Records of many nodes over many days, as the panel would have written them: in the order of time, not of nodes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from minipanel.config import Config
from minipanel.database.store import Store

RECORD_SECONDS = 300
DAY_RECORDS = 86_400 // RECORD_SECONDS

VALUES = ("cpu_percent", "memory_total", "memory_used", "memory_percent", "cpu_temp")
"""The five values that the peers get too."""

# A slow wave per node and noise upon it, with the digits that a mean of 60 samples is rounded to.
_RECORDS = """
WITH RECURSIVE one(node) AS (SELECT 1 UNION ALL SELECT node + 1 FROM one WHERE node < :nodes),
load(node, cpu) AS (
    SELECT node, round((node * 37 + :at / 3600 * 13) % 70 + abs(random() % 2000) / 100.0, 2) FROM one
),
memory(node, cpu, used) AS (SELECT node, cpu, (20 << 30) + CAST(cpu * (1 << 29) AS INTEGER) FROM load)
INSERT INTO system_metrics (
    id, node_id, timestamp, cpu_percent, memory_total, memory_used, memory_percent, cpu_temp,
    cpu_percent_max, memory_used_max, cpu_temp_max, samples, cpu_temp_samples, seen
)
SELECT node << 32 | :at, node, :at, cpu, 1 << 37, used, round(100.0 * used / (1 << 37), 2), round(35 + cpu / 2, 2),
    min(100, cpu + 7.25), used + (1 << 28), round(38 + cpu / 2, 2), 60, 60, NULL
FROM memory
"""


def write_month(config: Config, days: float, now: int | None = None) -> int:
    """Make the panel's database with full records of all its nodes up to now, or that time; return how many."""
    store = Store(config.database.path)
    store.run([store.follow(config.accounts, config.nodes, int(time.time()))])
    store.close()
    end = int(time.time()) // RECORD_SECONDS * RECORD_SECONDS - RECORD_SECONDS if now is None else now
    start = end - round(days * DAY_RECORDS) * RECORD_SECONDS
    with closing(sqlite3.connect(config.database.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -3000000")
        connection.execute("BEGIN")
        for at in range(start + RECORD_SECONDS, end + 1, RECORD_SECONDS):
            connection.execute(_RECORDS, {"nodes": len(config.nodes), "at": at})
        connection.execute("COMMIT")
    return len(config.nodes) * (end - start) // RECORD_SECONDS


def read_month(config: Config, node: int) -> list[tuple[float, ...]]:
    """Return a node's records as (timestamp, the five values), ascending."""
    with closing(sqlite3.connect(config.database.path)) as connection:
        return connection.execute(
            f"SELECT timestamp, {', '.join(VALUES)} FROM system_metrics WHERE id BETWEEN ? AND ? ORDER BY id",
            (node << 32, (node + 1) << 32),
        ).fetchall()
