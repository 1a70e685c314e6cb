"""The SQL that reads hours: the stored ones, and those computed from records because they are not made yet."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from typing import Final

from minipanel.database.filling import FILLING
from minipanel.database.hours import HOUR, NEWEST_SECONDS, NUMBERS, hours_until, with_hours
from minipanel.database.packing import PART, PARTS, Part, column_of
from minipanel.models.hour import DAY_SECONDS, day_id, day_number, hour_place, hour_timestamp
from minipanel.models.metrics import METRICS

MANY_NODES: Final = 300
"""For more nodes than this, all nodes' days are read and some are dropped: that is quicker than to look each up."""

_SAMPLES: Final = PART["samples"]
_COLUMN_BYTES: Final = _SAMPLES.end

_NEEDED = ", ".join(
    dict.fromkeys(
        name
        for metric in METRICS
        for name in (metric.comparable, metric.max if metric.has_max else None, metric.of_total, metric.count)
        if name is not None
    )
)
_TABLES = (
    ("system_metrics", ""),
    ("pending_metrics", " WHERE timestamp <= ?4"),
    (FILLING, " WHERE timestamp <= ?4"),
)
_RECORDS = " UNION ALL ".join(
    f"SELECT node.value AS node, timestamp, {_NEEDED} FROM json_each(?1) AS node CROSS JOIN {table} AS record "
    f"ON record.id BETWEEN (node.value << 32 | ?2) + 1 AND node.value << 32 | ?3{more}"
    for table, more in _TABLES
)
_MANY = " FROM hours WHERE id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295"
_FEW = " FROM json_each(?2) AS node CROSS JOIN hours ON hours.id = (?1 << 32 | node.value)"


def read_days(
    connection: sqlite3.Connection, node_ids: Sequence[int], first_day: int, last_day: int, now: int
) -> list[tuple[int, bytes]]:
    """Return the days of these nodes that exist, by row id and packed, ascending.

    Hours that are not made yet are computed from their records. Records being filled count once their time has passed,
    so none after `now`.
    """
    days = dict(
        connection.execute(
            "SELECT hours.id, packed FROM json_each(?) AS day CROSS JOIN json_each(?) AS node "
            "CROSS JOIN hours ON hours.id = (day.value << 32 | node.value)",
            (json.dumps(list(range(first_day, last_day + 1))), json.dumps(sorted(node_ids))),
        )
    )
    names = [part.name for part in PARTS]
    for day in _unmade(connection, first_day, last_day, now):
        of_node: dict[int, list[Sequence[int]]] = {}
        for node, *hour in _newest(connection, node_ids, day, now, names):
            of_node.setdefault(node, []).append(hour)
        for node, hours in of_node.items():
            id = day_id(node, day)
            days[id] = with_hours(days.get(id), hours)
    return sorted(days.items())


def read_numbers(
    connection: sqlite3.Connection, node_ids: Sequence[int], days: range, now: int, names: Sequence[str]
) -> Iterator[list[bytes]]:
    """Yield the numbers of some parts for each of these days: 48 bytes per node, in the order of the ids.

    Packed as in read_days. SQLite concatenates the nodes: a year of 1,000 nodes takes 0.1 s. To fetch rows would take
    three times as long, and Python's lock for each row.
    """
    parts = [PART[name] for name in names]
    places = _Places(node_ids)
    unmade = _unmade(connection, days.start, days.stop - 1, now)
    for day in days:
        if day in unmade:
            yield _with_newest(connection, places, day, now, parts)
        else:
            yield _stored(connection, places, day, parts)


class _Places:
    """Puts the numbers of several nodes in the nodes' order."""

    def __init__(self, node_ids: Sequence[int]) -> None:
        self.node_ids = node_ids
        self._wanted = ",".join(map(str, node_ids))
        self._found: str | None = self._wanted
        self._slices: list[slice] = []

    def in_order(self, found: str | None, column: bytes, part: Part) -> bytes:
        """Return the part's numbers of all nodes, from those of the nodes in `found`, a list of ids."""
        if found == self._wanted:
            return column
        if found != self._found:
            self._found = found
            places = {int(id): place for place, id in enumerate(found.split(",") if found else ())}
            none = len(places)
            starts = (_COLUMN_BYTES * places.get(id, none) for id in self.node_ids)
            self._slices = [slice(start, start + _COLUMN_BYTES) for start in starts]
        column += column_of(b"", part)
        return b"".join([column[slice] for slice in self._slices])


def _stored(connection: sqlite3.Connection, places: _Places, day: int, parts: Sequence[Part]) -> list[bytes]:
    # As text, group_concat keeps the bytes as they are.
    columns = (
        f"CAST(group_concat(substr(packed, {part.offset + 1}, {part.end - part.offset}), '') AS BLOB)" for part in parts
    )
    source, values = _source(places, day)
    statement = f"SELECT count(*), group_concat(hours.id & 4294967295), {', '.join(columns)}{source}"
    count, found, *read = connection.execute(statement, values).fetchone()
    if any(len(column or b"") != _COLUMN_BYTES * count for column in read):  # some days are older than the metric
        packed = connection.execute(f"SELECT packed{source}", values).fetchall()
        read = [b"".join(column_of(row[0], part) for row in packed) for part in parts]
    return [places.in_order(found, column or b"", part) for column, part in zip(read, parts, strict=True)]


def _source(places: _Places, day: int) -> tuple[str, tuple[int | str, ...]]:
    if len(places.node_ids) > MANY_NODES:
        return _MANY, (day,)
    return _FEW, (day, json.dumps(list(places.node_ids)))


def _with_newest(
    connection: sqlite3.Connection, places: _Places, day: int, now: int, parts: Sequence[Part]
) -> list[bytes]:
    """Return a stored day, with newer hours computed from records: an hour never loses samples."""
    known = list(map(bytearray, _stored(connection, places, day, [_SAMPLES, *parts])))
    place_of = {id: place for place, id in enumerate(places.node_ids)}
    names = [_SAMPLES.name, *(part.name for part in parts)]
    for node, hour, *numbers in _newest(connection, places.node_ids, day, now, names):
        at = _COLUMN_BYTES * place_of[node] + 2 * hour_place(hour)
        if numbers[0] >= int.from_bytes(known[0][at : at + 2], "little"):
            for column, number in zip(known, numbers, strict=True):
                struct.pack_into("<H", column, at, number)
    return list(map(bytes, known[1:]))


def _unmade(connection: sqlite3.Connection, first_day: int, last_day: int, now: int) -> range:
    """Return the days whose hours must be computed from records.

    After an upgrade, hours are made in the background; even until that is done, no request computes the whole past.
    """
    begin = max(_unmade_since(connection, now), (first_day - 1) * DAY_SECONDS)
    return range(day_number(begin + 1), min(last_day, day_number(now)) + 1)


def _unmade_since(connection: sqlite3.Connection, now: int) -> int:
    return max(hours_until(connection), hour_timestamp(now) - NEWEST_SECONDS)


def _newest(
    connection: sqlite3.Connection, node_ids: Sequence[int], day: int, now: int, names: Sequence[str]
) -> list[tuple[int, ...]]:
    """Return node, timestamp and the numbers of these parts, for each hour of a day that is not made yet."""
    begin = max(_unmade_since(connection, now), (day - 1) * DAY_SECONDS)
    numbers = ", ".join(NUMBERS[name] for name in names)
    statement = f"SELECT node, {HOUR} AS hour, {numbers} FROM ({_RECORDS}) GROUP BY node, hour"
    values = json.dumps(list(node_ids)), begin, min(now, day * DAY_SECONDS), now
    return connection.execute(statement, values).fetchall()
