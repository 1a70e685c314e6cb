"""The SQL that makes hours from records, and makes them again when a record changes. past_hours.py reads them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from minipanel.database import drawn_hours
from minipanel.database.packing import HIGHEST, NONE, PART, SCALE, empty_day, pack, put_hours, unpack
from minipanel.models.hour import (
    DAY_SECONDS,
    HOUR_SECONDS,
    day_id,
    day_number,
    hour_place,
    hour_timestamp,
    node_of_day,
)
from minipanel.models.metrics import METRICS
from minipanel.models.record import END_OF_TIME, record_id

NEWEST_SECONDS = 2 * DAY_SECONDS
"""How far back a reader computes hours that are not made yet."""


def _numbers() -> Iterator[tuple[str, str]]:
    """Yield each part, in the order of PARTS, and the SQL that computes its number for one hour from records."""
    yield "samples", "sum(samples)"
    for metric in METRICS:
        highest = metric.max
        if metric.of_total is not None:
            yield metric.of_total, f"ifnull(max({metric.of_total}), 0)"
        if metric.share is not None:
            highest = f"100.0 * {metric.max} / {metric.of_total}"
        yield _scaled(metric.comparable, f"sum({metric.comparable} * {metric.count}) / sum({metric.count})")
        if metric.has_max:
            yield _scaled(f"{metric.comparable}_max", f"max({highest})")
        if metric.null is not None:
            yield metric.count, f"sum({metric.count})"


def _scaled(name: str, value: str) -> tuple[str, str]:
    low = PART[name].low
    return name, f"ifnull(min({HIGHEST}, CAST(round(({value} - {low}) * {SCALE}) AS INTEGER)), {NONE})"


MOST_DRAWN = 60
"""How many drawn hours are made in one transaction: 8 ms. A day has 24 only where they are made for the first time."""


HOUR = f"(timestamp + {HOUR_SECONDS - 1}) / {HOUR_SECONDS} * {HOUR_SECONDS}"
NUMBERS = dict(_numbers())
_OF_HISTORY = (
    f"SELECT {HOUR} AS hour, {', '.join(NUMBERS.values())} "
    "FROM system_metrics NOT INDEXED WHERE id BETWEEN ?1 AND ?2 GROUP BY hour"
)


def hours_until(connection: sqlite3.Connection) -> int:
    """Return the time up to which hours have been made or are due."""
    (until,) = connection.execute("SELECT timestamp FROM hours_until").fetchone()
    return int(until)


def filling(connection: sqlite3.Connection, now: int) -> tuple[int, int] | None:
    """Return the time span of records whose hours a reader can't see yet; None once all are made.

    That takes some minutes after the upgrade that introduced hours.
    """
    end = hour_timestamp(now) - NEWEST_SECONDS
    until = hours_until(connection)
    if until >= end:
        return None
    (oldest,) = connection.execute("SELECT min(timestamp) FROM system_metrics").fetchone()
    if oldest is None:
        return None
    # The day begun last may not be made for every node yet.
    begin = max((day_number(until) - 1) * DAY_SECONDS, hour_timestamp(oldest) - HOUR_SECONDS)
    return (begin, end) if begin < end else None


def go_on(connection: sqlite3.Connection, now: int) -> bool:
    """Mark the hours since the last call as due: whole hours up to `now`, within one day. Returns whether more remain.

    Only up to the hour of the newest record, so a clock far ahead changes nothing.
    """
    began = hours_until(connection)
    ends = "SELECT (SELECT min(timestamp) FROM system_metrics), (SELECT max(timestamp) FROM system_metrics)"
    oldest, newest = connection.execute(ends).fetchone()
    if newest is None:
        return False
    began = max(began, hour_timestamp(oldest) - HOUR_SECONDS)
    last = min(now // HOUR_SECONDS * HOUR_SECONDS, hour_timestamp(newest))
    until = min(last, day_number(began + 1) * DAY_SECONDS)
    if until <= began:
        return False
    connection.execute(
        "INSERT OR IGNORE INTO hours_due (id) SELECT ?3 << 32 | nodes.id FROM nodes WHERE EXISTS "
        "(SELECT 1 FROM system_metrics WHERE system_metrics.id BETWEEN nodes.id << 32 | ?1 AND nodes.id << 32 | ?2)",
        (began + 1, until, day_number(until)),
    )
    connection.execute("UPDATE hours_until SET timestamp = ?", (until,))
    return bool(until < last)


def make_due(connection: sqlite3.Connection, limit: int, now: int = END_OF_TIME) -> int:
    """Make up to `limit` of the due days from their records, and their drawn hours up to `now`. Returns how many."""
    # The newest first: after an upgrade, days of the past are due as well.
    due = [row[0] for row in connection.execute("SELECT id FROM hours_due ORDER BY id DESC LIMIT ?", (limit,))]
    span = drawn_hours.kept_since(connection, now), min(hours_until(connection), now // HOUR_SECONDS * HOUR_SECONDS)
    drawn, made = 0, []
    for day in due:
        drawn += _make(connection, day, span)
        made.append((day,))
        if drawn >= MOST_DRAWN:
            break
    connection.executemany("DELETE FROM hours_due WHERE id = ?", made)
    return len(made)


def _make(connection: sqlite3.Connection, id: int, span: tuple[int, int]) -> int:
    """Make a node's day, and return how many drawn hours were made. `span`: these are made for this time only."""
    node_id, end = node_of_day(id), (id >> 32) * DAY_SECONDS
    drawn = drawn_hours.make(connection, node_id, end - DAY_SECONDS, end, *span)
    ids = (record_id(node_id, end - DAY_SECONDS) + 1, record_id(node_id, end))
    hours = connection.execute(_OF_HISTORY, ids).fetchall()
    if not hours:
        return drawn
    stored = connection.execute("SELECT packed FROM hours WHERE id = ?", (id,)).fetchone()
    packed = with_hours(None if stored is None else stored[0], hours)
    if stored is None or stored[0] != packed:
        connection.execute("INSERT OR REPLACE INTO hours (id, packed) VALUES (?, ?)", (id, packed))
    return drawn


def with_hours(packed: bytes | None, hours: Iterable[Sequence[int]]) -> bytes:
    """Return a packed day with these hours added: each is its timestamp and its numbers in the order of PARTS."""
    day = empty_day() if packed is None else unpack(packed)
    put_hours(day, ((hour_place(hour), numbers) for hour, *numbers in hours))
    return pack(day)


def forget_hours(connection: sqlite3.Connection, before: int, limit: int) -> int:
    """Delete up to `limit` node-days that ended before the timestamp `before`, oldest first. Returns how many."""
    oldest_kept = day_id(0, day_number(before))
    return connection.execute(
        "DELETE FROM hours WHERE id IN (SELECT id FROM hours WHERE id < ? ORDER BY id LIMIT ?)", (oldest_kept, limit)
    ).rowcount
