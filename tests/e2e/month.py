"""A month of a node's records, as its agent would have left them: days and nights, two gaps and their reasons."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from minipanel.database.evidence import put_agent_starts, put_panel_run
from minipanel.models.gap import AgentStart
from minipanel.models.record import record_id

DAY = 86_400
GAPS = ((2.0, 2.4), (11.0, 12.5))
"""From and to, in days before the end."""

TOTAL_BYTES = 64 * 1024**3


def fill_month(database: Path, node_id: int, end: int) -> int:
    """Write records up to the timestamp `end`, a multiple of 300. Returns their number."""
    times = [t for t in range(end - 30 * DAY + 300, end + 1, 300) if not is_gap((end - t) / DAY)]
    with contextlib.closing(sqlite3.connect(database)) as connection:
        put_records(connection, [record(node_id, t) for t in times])
        connection.commit()
    return len(times)


def explain_gaps(database: Path, node_id: int, end: int) -> None:
    """Store the reasons: the node was off in the newer gap of the month up to `end`, the panel in the older one."""
    back, (panel_back, panel_gone) = end - int(GAPS[0][0] * DAY), (end - int(days * DAY) for days in GAPS[1])
    begin = end - 31 * DAY
    starts = [AgentStart("1" * 8, begin, begin), AgentStart("2" * 8, back, back)]
    with contextlib.closing(sqlite3.connect(database)) as connection:
        put_agent_starts(connection, [(node_id, start) for start in starts])
        put_panel_run(connection, (begin, panel_gone))
        put_panel_run(connection, (panel_back, end))
        connection.commit()


def is_gap(days_ago: float) -> bool:
    """Return whether nothing was measured at that time."""
    return any(first <= days_ago < last for first, last in GAPS)


def put_records(connection: sqlite3.Connection, records: Sequence[dict[str, object]]) -> None:
    """Write whole records into the history. records: values by column."""
    names = list(records[0])
    places = ", ".join(f":{name}" for name in names)
    connection.executemany(f"INSERT INTO system_metrics ({', '.join(names)}) VALUES ({places})", records)


def record(node_id: int, timestamp: int) -> dict[str, object]:
    """Return the record of a time, complete but for one in a hundred."""
    day = 0.5 - 0.5 * math.cos(2 * math.pi * timestamp / DAY)
    noise = math.sin(timestamp / 700) * math.sin(timestamp / 9100)
    cpu = round(min(100.0, max(0.0, 55 * day + 15 + 12 * noise)), 2)
    used = int(TOTAL_BYTES * (0.3 + 0.2 * day + 0.05 * noise))
    temp = round(38 + cpu / 3, 2)
    samples = 47 if timestamp // 300 % 100 == 0 else 60
    seen = None if samples == 60 else (1 << samples) - 1
    return {
        "id": record_id(node_id, timestamp),
        "node_id": node_id,
        "timestamp": timestamp,
        "cpu_percent": cpu,
        "memory_total": TOTAL_BYTES,
        "memory_used": used,
        "memory_percent": 100 * used / TOTAL_BYTES,
        "cpu_temp": temp,
        "cpu_percent_max": min(100.0, cpu + 14),
        "memory_used_max": used + 2**31,
        "cpu_temp_max": temp + 6,
        "samples": samples,
        "cpu_temp_samples": samples,
        "seen": seen,
    }
