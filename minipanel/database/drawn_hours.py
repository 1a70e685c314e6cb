"""The SQL that makes drawn hours: a node's newest records as charts draw them, an hour in a row.

Joining 170 texts takes SQLite a fifth of the time of computing and writing the numbers of 2,000 records. They are made
with the hours of history (hours.py) and read by drawn.py. Triggers delete a row as soon as one of its records changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from minipanel.database.counted import COUNTED
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS, RECORDS_AN_HOUR, hour_timestamp
from minipanel.models.metrics import COLUMNS
from minipanel.models.record import VALUE_COLUMNS, record_id

KEPT_SECONDS: Final = 7 * DAY_SECONDS + 2 * HOUR_SECONDS
"""The last week, which is asked for most, whenever the newest hour was made. A month would take a third more disk."""

OFTEN_EQUAL: Final = {column.name for column in COLUMNS if column.kind == "total"} | {"samples"}
"""Columns whose values nearly always are all equal in an hour. As one number, they take a third less space."""

MAY_BE_NULL: Final = {column.name for column in COLUMNS if column.may_be_null}
"""Columns of which a record may have no value."""


def have(columns: Iterable[str]) -> str:
    """Return SQL for whether a row can be read for these columns.

    A column is NULL if the release that made the row did not know its metric, which then is one that may be null.
    """
    known = [f"{column} IS NOT NULL" for column in columns if column in MAY_BE_NULL]
    return f"(records = 0 OR {' AND '.join(known)})" if known else "true"


def _made(column: str) -> str:
    number = COUNTED[column]
    listed = f"group_concat(ifnull({number}, 'null'))"
    if column not in OFTEN_EQUAL:
        return listed
    return (
        f"CASE WHEN min({number}) = max({number}) AND count({number}) = count(*) THEN min({number}) ELSE {listed} END"
    )


_MAKE: Final = (
    f"INSERT OR REPLACE INTO drawn_hours (id, records, times, {', '.join(VALUE_COLUMNS)}) SELECT ?2, count(*), "
    f"CASE count(*) WHEN {RECORDS_AN_HOUR} THEN NULL "
    "ELSE 'p' || (?2 & 4294967295) || ifnull(':' || group_concat(timestamp, ':'), '') END, "
    f"{', '.join(map(_made, VALUE_COLUMNS))} FROM system_metrics NOT INDEXED WHERE id BETWEEN ?1 AND ?2"
)
_WITHIN: Final = "FROM drawn_hours WHERE id BETWEEN ? AND ?"


def missing_columns(connection: sqlite3.Connection) -> list[str]:
    """Return the columns of new metrics that the table lacks."""
    there = {name for _, name, *_ in connection.execute("PRAGMA table_info(drawn_hours)")}
    return [name for name in VALUE_COLUMNS if name not in there]


def add_columns(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    """Add columns to the table. Rows without them are to be made again."""
    for name in names:
        connection.execute(f"ALTER TABLE drawn_hours ADD COLUMN {name}")
    connection.execute(
        "INSERT OR IGNORE INTO hours_due (id) SELECT id FROM hours "
        "WHERE id >= (SELECT (max(id) >> 32) - ? << 32 FROM hours)",
        (KEPT_SECONDS // DAY_SECONDS,),
    )


def kept_since(connection: sqlite3.Connection, now: int) -> int:
    """Return the time after which hours are to be made. Records after `now` don't count: a clock was far ahead once."""
    newest_until = "SELECT max(timestamp) FROM system_metrics WHERE timestamp <= ?"
    (newest,) = connection.execute(newest_until, (now,)).fetchone()
    return 0 if newest is None else hour_timestamp(newest) - KEPT_SECONDS


def make(connection: sqlite3.Connection, node_id: int, begin: int, end: int, oldest: int, until: int) -> int:
    """Make the missing hours of a node in (begin, end], and between them and its other ones. Returns how many.

    None that ends before `oldest` or after `until`. Between a node's first and last row none is missing, so that a
    reader need not look for its records: an hour without any has a row, too. Rows that are too old are deleted a day at
    a time.
    """
    made: list[tuple[int, int]] = []
    first, last = max(begin, oldest), min(end, until)
    if first < last:
        before = _edge(connection, "max", node_id, oldest, first)
        after = _edge(connection, "min", node_id, last, until)
        first, last = before or first, after or last
        span = record_id(node_id, first) + 1, record_id(node_id, last)
        there = {id for (id,) in connection.execute(f"SELECT id {_WITHIN} AND {have(VALUE_COLUMNS)}", span)}
        ends = (record_id(node_id, hour) for hour in range(first + HOUR_SECONDS, last + 1, HOUR_SECONDS))
        made = [(id - HOUR_SECONDS + 1, id) for id in ends if id not in there]
        connection.executemany(_MAKE, made)
    stale = _edge(connection, "min", node_id, 0, oldest)
    if stale is not None and stale <= oldest - DAY_SECONDS:
        connection.execute(f"DELETE {_WITHIN}", (record_id(node_id, 0), record_id(node_id, oldest)))
    return len(made)


def forget(connection: sqlite3.Connection, before: int, limit: int) -> None:
    """Delete up to `limit` rows older than `before`: they have no records with which triggers would delete them."""
    connection.execute(_FORGET, (before, limit))


_FORGET: Final = """
DELETE FROM drawn_hours WHERE id IN (
    SELECT drawn_hours.id FROM nodes CROSS JOIN drawn_hours
    ON drawn_hours.id BETWEEN nodes.id << 32 AND (nodes.id << 32 | ?1) - 1 LIMIT ?2
)
"""


def _edge(connection: sqlite3.Connection, which: str, node_id: int, begin: int, end: int) -> int | None:
    """Return the time of a node's first ("min") or last ("max") row from `begin` to `end`, None if there is none."""
    span = record_id(node_id, begin), record_id(node_id, end)
    (id,) = connection.execute(f"SELECT {which}(id) {_WITHIN}", span).fetchone()
    return None if id is None else int(id) & 0xFFFFFFFF
