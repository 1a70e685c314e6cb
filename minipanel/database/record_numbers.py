"""The SQL that reads records as two-byte numbers, packed like hours: for pictures of many nodes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Final

from minipanel.database.filling import FILLING
from minipanel.database.packing import HIGHEST, NONE, PART, SCALE
from minipanel.models.metrics import METRICS
from minipanel.models.record import RECORD_SECONDS, record_id

_VALUES: Final = {metric.comparable: metric.comparable for metric in METRICS} | {
    f"{metric.comparable}_max": f"100.0 * {metric.max} / {metric.of_total}" if metric.share else metric.max
    for metric in METRICS
    if metric.has_max
}
"""SQL for a record's value of each part of an hour."""

_LIMITS: Final = {
    name: metric.comparable_limits for metric in METRICS for name in (metric.comparable, f"{metric.comparable}_max")
}
"""The lowest and the highest value of each part."""

_STANDS_FOR_ZERO: Final = chr(HIGHEST + 1)
"""group_concat of SQLite 3.26, which RHEL 8 has, ends at the first character 0."""

_TABLES: Final = (
    "system_metrics NOT INDEXED WHERE id BETWEEN ?1 AND ?2",
    "(SELECT * FROM pending_metrics WHERE id BETWEEN ?1 AND ?2 AND timestamp <= ?4 ORDER BY id)",
    f"{FILLING} WHERE id BETWEEN ?1 AND ?2 AND timestamp <= ?4",
)


def read_record_numbers(
    connection: sqlite3.Connection, node_id: int, start: int, end: int, now: int, names: Sequence[str]
) -> list[bytes]:
    """Return two bytes per part for each record in (start, end], both multiples of 300 (models/reader.Reader).

    SQLite writes the numbers as characters: a thousand days take a third of the time of rows, and not Python's lock.
    """
    count = (end - start) // RECORD_SECONDS
    columns = [bytearray(NONE.to_bytes(2, "little")) * count for _ in names]
    values = record_id(node_id, start) + 1, record_id(node_id, end), start, now
    for (found,) in connection.execute(_statement(tuple(names)), values).fetchall():
        if found is None:
            continue
        places, *read = (found[place :: len(names) + 1] for place in range(len(names) + 1))
        numbers = [column.replace(_STANDS_FOR_ZERO, "\0").encode("utf-16-le") for column in read]
        if len(places) == count:
            return numbers
        first, last = ord(places[0]), ord(places[-1])
        for column, of_records in zip(columns, numbers, strict=True):
            if last - first + 1 == len(places):  # none is missing between them
                column[2 * first - 2 : 2 * last] = of_records
                continue
            for at, place in enumerate(map(ord, places)):
                column[2 * place - 2 : 2 * place] = of_records[2 * at : 2 * at + 2]
    return list(map(bytes, columns))


@cache
def _statement(names: tuple[str, ...]) -> str:
    characters = ", ".join([f"(timestamp - ?3) / {RECORD_SECONDS}", *map(_number, names)])
    return " UNION ALL ".join(f"SELECT group_concat(char({characters}), '') FROM {table}" for table in _TABLES)


def _number(name: str) -> str:
    value, (low, high) = _VALUES[name], _LIMITS[name]
    number = f"CAST(({value} - {PART[name].low}) * {SCALE} + 0.5 AS INTEGER)"
    bounded = f"ifnull(nullif(min({HIGHEST}, max(0, {number})), 0), {ord(_STANDS_FOR_ZERO)})"
    # Between its limits, as nearly always, a value needs no functions: they take longer.
    return (
        f"CASE WHEN {value} BETWEEN {low} + 1.0 / {SCALE} AND {high} THEN {number} "
        f"WHEN {value} IS NULL THEN {NONE} ELSE {bounded} END"
    )
