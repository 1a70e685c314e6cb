"""How late samples join a finished record, and how it moves on: one upsert, derived from the list of metrics.

Records being filled are in filling.py. Works on SQLite 3.26 (RHEL 8).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from minipanel.database.filling import FILLING
from minipanel.models.metrics import METRICS, VALUES, Metric
from minipanel.models.record import SLOTS, record_id, record_timestamp, slot_bit

if TYPE_CHECKING:  # not at run time: uninstalling from the archive has no msgspec
    from minipanel.models.sample import Sample

Row = tuple[int, int, int, int, *tuple[float | None, ...]]
"""A sample to merge into its record: the record's id, node and time, the bit in `seen`, then VALUES."""

# Each column of a record with its SQL: for a record that a sample begins, and for one that it is merged into.
_Columns = Iterator[tuple[str, str, str]]

_COUNT = "(samples + excluded.samples)"
_NUMBERS = {value.name: f"?{place}" for place, value in enumerate(VALUES, start=5)}


def _columns_of(metric: Metric) -> _Columns:
    name, count, number = metric.name, metric.count, _NUMBERS[metric.name]
    added = _sum(metric)
    yield name, number, _known(metric, name, f"{added} / ({count} + excluded.{count})", metric.digits)
    if metric.has_max:
        yield metric.max, number, _highest(metric, metric.max)
    if metric.of_total is not None:
        total = _NUMBERS[metric.of_total]
        yield metric.of_total, total, _highest(metric, metric.of_total)
        if metric.share is not None:
            mean = f"100 * {added} / ({count} + excluded.{count}) / {_highest(metric, metric.of_total)}"
            yield metric.share, f"100.0 * {number} / {total}", _known(metric, metric.share, mean, 2)
    if metric.null is not None:
        yield count, f"{number} IS NOT NULL", f"{count} + excluded.{count}"


def _sum(metric: Metric) -> str:
    """Return SQL for the sum over the samples of both records.

    A mean stays exact while its record is incomplete. Samples are hundredths (bytes for memory), so mean * samples,
    rounded, is the exact sum again, and the order of samples does not matter (for memory, sums below 2**51).
    """
    name, count, parts = metric.name, metric.count, 10**metric.digits
    scale, unscale = (f" * {parts}", f" / {parts}.0") if metric.digits else ("", "")
    return f"(round({name} * {count}{scale}) + round(excluded.{name} * excluded.{count}{scale})){unscale}"


def _known(metric: Metric, column: str, both: str, digits: int) -> str:
    """Return SQL for the mean of known values: `both` if both sides have one."""
    if metric.null is None:
        return _mean(both, digits)
    return (
        f"CASE WHEN excluded.{column} IS NULL THEN {_mean(column, digits)} "
        f"WHEN {column} IS NULL THEN {_mean(f'excluded.{column}', digits)} ELSE {_mean(both, digits)} END"
    )


def _mean(value: str, digits: int) -> str:
    """Return SQL for a mean. It is rounded once the record is complete: it never changes again, and is shorter."""
    return f"CASE {_COUNT} WHEN {SLOTS} THEN round({value}, {digits}) ELSE {value} END"


def _highest(metric: Metric, column: str) -> str:
    highest = f"max({column}, excluded.{column})"
    return highest if metric.null is None else f"coalesce({highest}, {column}, excluded.{column})"


def _columns() -> _Columns:
    for place, name in enumerate(("id", "node_id", "timestamp"), start=1):
        yield name, f"?{place}", ""
    for metric in METRICS:
        yield from _columns_of(metric)
    yield "samples", "1", _COUNT
    yield "seen", "?4", f"CASE {_COUNT} WHEN {SLOTS} THEN NULL ELSE seen | excluded.seen END"


_ALL = tuple(_columns())
_NAMES = ", ".join(name for name, _, _ in _ALL)
_MERGE = f"""
INSERT INTO {{table}} ({_NAMES}) {{source}}
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = {merged}" for name, _, merged in _ALL if merged)}
WHERE {{table}}.seen & excluded.seen = 0
"""
_VALUES = f"VALUES ({', '.join(first for _, first, _ in _ALL)})"
_IS_OVER = f"SELECT 1 FROM {FILLING} WHERE timestamp <= ? LIMIT 1"
_OVER = "timestamp <= ? AND timestamp > ?"
_FULL = f"SELECT {_NAMES} FROM {{source}} WHERE {{which}} ORDER BY {{order}} LIMIT ?"

_MERGE_PENDING = _MERGE.format(table="pending_metrics", source=_VALUES)
_MERGE_SEALED = _MERGE.format(table="system_metrics", source=_VALUES)
# By node, so that records that move together lie on few pages here too. By place, each step wrote nearly all pages.
_FINISH = _MERGE.format(table="pending_metrics", source=_FULL.format(source=FILLING, which=_OVER, order="id"))
_FINISH_ALL = _MERGE.format(table="pending_metrics", source=f"SELECT {_NAMES} FROM {FILLING} WHERE true ORDER BY place")
_FINISH_LATE = _MERGE.format(
    table="system_metrics", source=_FULL.format(source=FILLING, which="timestamp <= ?", order="id")
)
# Node by node, in the order of the history: many records of a node then take one page write.
_SEAL = _MERGE.format(
    table="system_metrics", source=_FULL.format(source="pending_metrics", which="timestamp <= ?", order="id")
)
_DELETE = "DELETE FROM {table} WHERE place IN (SELECT place FROM {source} WHERE {which} ORDER BY {order} LIMIT ?)"
_DELETE_FINISHED = _DELETE.format(table="filling_metrics", source=FILLING, which=_OVER, order="id")
_DELETE_LATE = _DELETE.format(table="filling_metrics", source=FILLING, which="timestamp <= ?", order="id")
_DELETE_SEALED = _DELETE.format(table="pending_metrics", source="pending_metrics", which="timestamp <= ?", order="id")

_values_of = attrgetter(*_NUMBERS)


def _row(node_id: int, sample: Sample) -> Row:
    """Return a sample ready to merge, with values in hundredths, which keeps the sums of a merge exact."""
    timestamp = record_timestamp(sample.timestamp)
    values = [None if value is None else round(value, 2) for value in _values_of(sample)]
    return (record_id(node_id, timestamp), node_id, timestamp, slot_bit(sample.timestamp), *values)


def merge_pending(connection: sqlite3.Connection, node_id: int, sample: Sample) -> bool:
    """Merge a sample into a record that waits to move on. Returns whether it was merged: a duplicate is not."""
    return connection.execute(_MERGE_PENDING, _row(node_id, sample)).rowcount > 0


def merge_sealed(connection: sqlite3.Connection, node_id: int, sample: Sample) -> bool:
    """Merge a sample into a record of the history. Returns whether it was merged: a duplicate is not."""
    return connection.execute(_MERGE_SEALED, _row(node_id, sample)).rowcount > 0


def finish(connection: sqlite3.Connection, until: int, late_until: int, limit: int) -> int:
    """Finish records up to the timestamp `until`, at most `limit` of each kind. Returns how many.

    They wait in pending_metrics until their hour moves on. Those of hours that have moved, up to `late_until`, go
    straight to the history. A finished record counts as such wherever it is; later samples change it there.
    """
    if connection.execute(_IS_OVER, (until,)).fetchone() is None:
        return 0
    late, over = (min(until, late_until), limit), (until, late_until, limit)
    connection.execute(_FINISH_LATE, late)
    done = connection.execute(_DELETE_LATE, late).rowcount
    connection.execute(_FINISH, over)
    return done + connection.execute(_DELETE_FINISHED, over).rowcount


def finish_all(connection: sqlite3.Connection) -> None:
    """Finish all records, even those whose time is not over, so that an older release finds them.

    They keep the order of places: later samples are merged where the records wait, with as few writes as before.
    """
    connection.execute(_FINISH_ALL)
    connection.execute("DELETE FROM filling_metrics")


def seal(connection: sqlite3.Connection, until: int, limit: int) -> int:
    """Move at most `limit` finished records up to the timestamp `until` to the history. Returns how many."""
    connection.execute(_SEAL, (until, limit))
    return connection.execute(_DELETE_SEALED, (until, limit)).rowcount
