"""The SQL of hours: made from records, made again when one changes, and read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from minipanel.database.filling import FILLING
from minipanel.database.packing import NONE, PART, SCALE, column_of, empty_day, pack, put_hours, unpack
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
from minipanel.models.record import record_id

MANY_NODES = 300
"""Of more nodes than that all days are read, and those of others left out: quicker than to look each one up."""

NEWEST_SECONDS = 2 * DAY_SECONDS
"""How far back what is not made yet is made for a reader."""


def _numbers() -> Iterator[str]:
    """Yield SQL for each part's number of one hour, in the order of PARTS, from that hour's records."""
    yield "sum(samples)"
    for metric in METRICS:
        highest = metric.max
        if metric.of_total is not None:
            yield f"ifnull(max({metric.of_total}), 0)"
        if metric.share is not None:
            highest = f"100.0 * {metric.max} / {metric.of_total}"
        yield _scaled(metric.comparable, f"sum({metric.comparable} * {metric.count}) / sum({metric.count})")
        if metric.has_max:
            yield _scaled(f"{metric.comparable}_max", f"max({highest})")
        if metric.null is not None:
            yield f"sum({metric.count})"


def _scaled(name: str, value: str) -> str:
    return f"ifnull(min({NONE - 1}, CAST(round(({value} - {PART[name].low}) * {SCALE}) AS INTEGER)), {NONE})"


_HOUR = f"(timestamp + {HOUR_SECONDS - 1}) / {HOUR_SECONDS} * {HOUR_SECONDS}"
_MADE = f"SELECT {_HOUR} AS hour, {', '.join(_numbers())} FROM {{source}} GROUP BY hour"
_OF_HISTORY = _MADE.format(source="system_metrics NOT INDEXED WHERE id BETWEEN ?1 AND ?2")
_NEEDED = ", ".join(
    dict.fromkeys(
        name
        for metric in METRICS
        for name in (metric.comparable, metric.max if metric.has_max else None, metric.of_total, metric.count)
        if name is not None
    )
)
_OF_BOTH = _MADE.format(
    source=f"(SELECT timestamp, {_NEEDED} FROM system_metrics WHERE id BETWEEN ?1 AND ?2 "
    f"UNION ALL SELECT timestamp, {_NEEDED} FROM pending_metrics WHERE id BETWEEN ?1 AND ?2 AND timestamp <= ?3 "
    f"UNION ALL SELECT timestamp, {_NEEDED} FROM {FILLING} WHERE id BETWEEN ?1 AND ?2 AND timestamp <= ?3)"
)


def hours_until(connection: sqlite3.Connection) -> int:
    """Return up to which time hours were made or are due."""
    (until,) = connection.execute("SELECT timestamp FROM hours_until").fetchone()
    return int(until)


def filling(connection: sqlite3.Connection, now: int) -> tuple[int, int] | None:
    """Return from when until when there are records whose hours a reader does not see yet; None once all are made.

    So it is for some minutes after the upgrade that brought hours.
    """
    end = hour_timestamp(now) - NEWEST_SECONDS
    until = hours_until(connection)
    if until >= end:
        return None
    (oldest,) = connection.execute("SELECT min(timestamp) FROM system_metrics").fetchone()
    if oldest is None:
        return None
    # The last day that was begun may not be made for every node yet.
    begin = max((day_number(until) - 1) * DAY_SECONDS, hour_timestamp(oldest) - HOUR_SECONDS)
    return (begin, end) if begin < end else None


def go_on(connection: sqlite3.Connection, now: int) -> bool:
    """Have what came since the last call made: whole hours up to `now`, within one day. Returns whether more remain.

    Only up to the hour of the newest record: a clock far ahead changes nothing.
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


def make_due(connection: sqlite3.Connection, limit: int) -> int:
    """Make up to `limit` of the days that are due, from their records. Returns how many."""
    due = [row[0] for row in connection.execute("SELECT id FROM hours_due ORDER BY id LIMIT ?", (limit,))]
    for day in due:
        _make(connection, day)
    connection.executemany("DELETE FROM hours_due WHERE id = ?", [(day,) for day in due])
    return len(due)


def _make(connection: sqlite3.Connection, id: int) -> None:
    node_id, end = node_of_day(id), (id >> 32) * DAY_SECONDS
    span = (record_id(node_id, end - DAY_SECONDS) + 1, record_id(node_id, end))
    hours = connection.execute(_OF_HISTORY, span).fetchall()
    if not hours:
        return
    stored = connection.execute("SELECT packed FROM hours WHERE id = ?", (id,)).fetchone()
    packed = _with_hours(None if stored is None else stored[0], hours)
    if stored is None or stored[0] != packed:
        connection.execute("INSERT OR REPLACE INTO hours (id, packed) VALUES (?, ?)", (id, packed))


def _with_hours(packed: bytes | None, hours: Iterable[Sequence[int]]) -> bytes:
    day = empty_day() if packed is None else unpack(packed)
    put_hours(day, ((hour_place(hour), numbers) for hour, *numbers in hours))
    return pack(day)


def forget_hours(connection: sqlite3.Connection, before: int, limit: int) -> int:
    """Delete up to `limit` days of nodes that ended before the timestamp `before`, oldest first. Returns how many."""
    oldest_kept = day_id(0, day_number(before))
    return connection.execute(
        "DELETE FROM hours WHERE id IN (SELECT id FROM hours WHERE id < ? ORDER BY id LIMIT ?)", (oldest_kept, limit)
    ).rowcount


def read_days(
    connection: sqlite3.Connection, node_ids: Sequence[int], first_day: int, last_day: int, now: int
) -> list[tuple[int, bytes]]:
    """Return the days of these nodes that there are, by row id and as they are packed, ascending.

    Hours that are not made yet are made from their records, also from those that still fill once their time has
    passed, so not after `now`.
    """
    days = dict(_stored(connection, node_ids, first_day, last_day, "packed", ()))
    _add_newest(connection, days, node_ids, first_day, last_day, now)
    return sorted(days.items())


def read_numbers(
    connection: sqlite3.Connection, node_ids: Sequence[int], first_day: int, last_day: int, now: int, name: str
) -> dict[int, bytes]:
    """Return the numbers of one part, by node id: 48 bytes for each of the days, as packed, those of read_days."""
    part, none = PART[name], column_of(b"", PART[name])
    columns = {id: [none] * (last_day + 1 - first_day) for id in node_ids}
    slice = (part.offset + 1, part.end - part.offset)
    for id, column in _stored(connection, node_ids, first_day, last_day, "substr(packed, ?, ?)", slice):
        if column:  # a day may be older than the metric
            columns[node_of_day(id)][(id >> 32) - first_day] = column
    begin = day_number(_unmade(connection, first_day, now) + 1)
    newest = dict(_stored(connection, node_ids, begin, last_day, "packed", ()))
    _add_newest(connection, newest, node_ids, first_day, last_day, now)
    for id, packed in newest.items():
        columns[node_of_day(id)][(id >> 32) - first_day] = column_of(packed, part)
    return {id: b"".join(days) for id, days in columns.items()}


def _stored(
    connection: sqlite3.Connection,
    node_ids: Sequence[int],
    first_day: int,
    last_day: int,
    what: str,
    values: Sequence[int],
) -> Iterator[tuple[int, bytes]]:
    if len(node_ids) > MANY_NODES:
        wanted, span = set(node_ids), (day_id(0, first_day), day_id(0, last_day + 1) - 1)
        rows = connection.execute(
            f"SELECT id, {what} FROM hours WHERE id BETWEEN ? AND ? ORDER BY id", (*values, *span)
        )
        yield from (row for row in rows if row[0] & 0xFFFFFFFF in wanted)
        return
    yield from connection.execute(
        f"SELECT hours.id, {what} FROM json_each(?) AS day CROSS JOIN json_each(?) AS node "
        "CROSS JOIN hours ON hours.id = (day.value << 32 | node.value)",
        (*values, json.dumps(list(range(first_day, last_day + 1))), json.dumps(sorted(node_ids))),
    )


def _unmade(connection: sqlite3.Connection, first_day: int, now: int) -> int:
    """Return from which time on hours are made for a reader.

    After an upgrade they are made in the background: until then not a whole past is made at each request.
    """
    return max(hours_until(connection), (first_day - 1) * DAY_SECONDS, hour_timestamp(now) - NEWEST_SECONDS)


def _add_newest(
    connection: sqlite3.Connection, days: dict[int, bytes], node_ids: Sequence[int], first: int, last: int, now: int
) -> None:
    begin = _unmade(connection, first, now)
    for day in range(day_number(begin + 1), min(last, day_number(now)) + 1):
        start, end = max(begin, (day - 1) * DAY_SECONDS), min(now, day * DAY_SECONDS)
        for node_id in node_ids:
            span = (record_id(node_id, start) + 1, record_id(node_id, end), now)
            if hours := connection.execute(_OF_BOTH, span).fetchall():
                id = day_id(node_id, day)
                days[id] = _with_hours(days.get(id), hours)
