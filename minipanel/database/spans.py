"""Writes a simulated past: makes records from spans of nodes' values, and hours from the records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from minipanel.database import hours
from minipanel.database.connection import explain, open_writer
from minipanel.errors import DatabaseError
from minipanel.models.hour import DAY_SECONDS
from minipanel.models.record import RECORD_SECONDS, SLOTS
from minipanel.models.span import MEMORY_TOTAL, TEMP_SWING, Span

NOISES: Final = 4096
"""A power of two: the length of the noise, whose values a node's records use in turn."""

CACHE_KB: Final = 200_000
STEP_DAYS: Final = 1000

_TABLES = """
CREATE TEMP TABLE span (
    node_id INTEGER, start INTEGER, until INTEGER, cpu REAL, cpu_rise REAL, memory REAL, memory_rise REAL,
    temp REAL, temp_rise REAL, swing REAL
);
CREATE TEMP TABLE tick (at INTEGER PRIMARY KEY);
CREATE TEMP TABLE noise (place INTEGER PRIMARY KEY, value REAL);
"""


def _hundredths(value: str) -> str:
    # round() goes through text: five times as long.
    return f"CAST(100 * ({value}) + 0.5 AS INTEGER) / 100.0"


_CPU = "cpu + cpu_rise * (at - start) + swing * value"
_MEMORY = "memory + memory_rise * (at - start)"
_USED = f"CAST(({_MEMORY}) * {MEMORY_TOTAL / 100} AS INTEGER)"
_TEMP = f"temp + temp_rise * (at - start) + {TEMP_SWING} * swing * value"

# A record's maximum is above its mean by the noise of 60 samples.
_RECORDS = f"""
SELECT node_id << 32 | at, node_id, at, {_hundredths(f"max(0.0, min(100.0, {_CPU}))")}, {MEMORY_TOTAL},
    {_USED}, {_hundredths(_MEMORY)}, {_hundredths(_TEMP)},
    {_hundredths(f"max(0.0, min(100.0, {_CPU} + swing))")}, {_USED},
    {_hundredths(f"{_TEMP} + {TEMP_SWING} * swing")}, {SLOTS}, CASE WHEN temp IS NULL THEN 0 ELSE {SLOTS} END, NULL
FROM span CROSS JOIN tick ON at > max(start, ?1) AND at <= min(until, ?2)
    CROSS JOIN noise ON place = (node_id * 613 + at / {RECORD_SECONDS}) & {NOISES - 1}
ORDER BY {{order}}
"""
_INTO = (
    "id, node_id, timestamp, cpu_percent, memory_total, memory_used, memory_percent, cpu_temp, "
    "cpu_percent_max, memory_used_max, cpu_temp_max, samples, cpu_temp_samples, seen"
)

_INDEX = "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = 'idx_system_metrics_timestamp'"


def write_spans(
    path: Path, spans: Iterable[tuple[int, Span]], noise: Sequence[float], until: int, *, is_by_time: bool = False
) -> int:
    """Write the records of spans, given with node ids in the order of nodes and time, and their hours.

    The database must be one that can be made again: if the machine stops meanwhile, it is worthless. `until`: no record
    is later. `is_by_time`: records are in the file in the order of arrival, as a panel would have stored them, not node
    by node; that takes twice as long. Returns the number of records. Raises DatabaseError.
    """
    with closing(open_writer(path)) as connection:
        try:
            return _write(connection, spans, noise, until, is_by_time)
        except sqlite3.Error as error:
            raise DatabaseError(explain(error, path)) from error


def _write(
    connection: sqlite3.Connection,
    spans: Iterable[tuple[int, Span]],
    noise: Sequence[float],
    until: int,
    is_by_time: bool,
) -> int:
    for setting in ("journal_mode = MEMORY", "synchronous = OFF", f"cache_size = -{CACHE_KB}"):
        connection.execute(f"PRAGMA {setting}")
    connection.executescript(_TABLES)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (_row(node_id, span) for node_id, span in spans)
    )
    connection.executemany("INSERT INTO noise VALUES (?, ?)", enumerate(noise))
    (begin,) = connection.execute("SELECT ifnull(min(start), ?) FROM span", (until,)).fetchone()
    ticks = range(begin + RECORD_SECONDS, until + 1, RECORD_SECONDS)
    connection.executemany("INSERT INTO tick VALUES (?)", ((at,) for at in ticks))
    count = _insert(connection, begin, until, is_by_time)
    while hours.go_on(connection, until):
        pass
    while hours.make_due(connection, STEP_DAYS):
        pass
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    return count


def _insert(connection: sqlite3.Connection, begin: int, until: int, is_by_time: bool) -> int:
    # Kept up to date meanwhile, the index would be rewritten again and again; made at the end, it is sorted once.
    (index,) = connection.execute(_INDEX).fetchone()
    connection.execute("DROP INDEX idx_system_metrics_timestamp")
    step, order = (DAY_SECONDS, "at, span.rowid") if is_by_time else (until - begin + 1, "span.rowid, at")
    statement = f"INSERT INTO system_metrics ({_INTO}) {_RECORDS.format(order=order)}"
    count = 0
    for first in range(begin, until, step):
        count += connection.execute(statement, (first, min(until, first + step))).rowcount
    connection.execute(index)
    return count


def _row(node_id: int, span: Span) -> tuple[float | None, ...]:
    seconds = span.end - span.begin
    ends = (span.cpu, span.memory, span.temp)
    lines = ((None, None) if each is None else (each[0], (each[1] - each[0]) / seconds) for each in ends)
    return (node_id, span.begin, span.end, *(value for line in lines for value in line), span.swing)
