"""How a sample becomes part of its record: one upsert, made from the list of metrics. Works on SQLite 3.26 (RHEL 8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from operator import attrgetter

from minipanel.models.metrics import METRICS, VALUES, Metric
from minipanel.models.record import SLOTS, record_id, record_timestamp, slot_bit
from minipanel.models.sample import Sample

Row = tuple[int, int, int, int, *tuple[float | None, ...]]
"""A sample on its way into its record: the record's id, node and time, the bit in `seen`, then VALUES."""

# Every column of a record with its SQL: of a record that a sample begins, and of one that another is merged into.
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
    """Return SQL for the sum over both records' samples.

    A mean is kept exact while a record fills: samples are hundredths (bytes for memory), so mean * samples, rounded, is
    the exact sum again, and the record is the same in whatever order its samples came (sums below 2**51 for memory).
    """
    name, count, parts = metric.name, metric.count, 10**metric.digits
    scale, unscale = (f" * {parts}", f" / {parts}.0") if metric.digits else ("", "")
    return f"(round({name} * {count}{scale}) + round(excluded.{name} * excluded.{count}{scale})){unscale}"


def _known(metric: Metric, column: str, both: str, digits: int) -> str:
    """Return SQL for a mean of what is known: `both` where there is a value on both sides."""
    if metric.null is None:
        return _mean(both, digits)
    return (
        f"CASE WHEN excluded.{column} IS NULL THEN {_mean(column, digits)} "
        f"WHEN {column} IS NULL THEN {_mean(f'excluded.{column}', digits)} ELSE {_mean(both, digits)} END"
    )


def _mean(value: str, digits: int) -> str:
    """Return SQL for a mean, which is rounded once the record is complete: it never changes again, and is shorter."""
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
_FULL = f"SELECT {_NAMES} FROM pending_metrics WHERE timestamp <= ? ORDER BY place LIMIT ?"

_MERGE_PENDING = _MERGE.format(table="pending_metrics", source=_VALUES)
_MERGE_SEALED = _MERGE.format(table="system_metrics", source=_VALUES)
_SEAL = _MERGE.format(table="system_metrics", source=_FULL)

_values_of = attrgetter(*_NUMBERS)


def as_row(node_id: int, sample: Sample) -> Row:
    """Return a sample as it is merged, values in hundredths: that is what keeps the sums of a merge exact."""
    timestamp = record_timestamp(sample.timestamp)
    values = [None if value is None else round(value, 2) for value in _values_of(sample)]
    return (record_id(node_id, timestamp), node_id, timestamp, slot_bit(sample.timestamp), *values)


def merge_pending(connection: sqlite3.Connection, rows: Sequence[Row]) -> int:
    """Merge into records that still fill. Returns how many were taken; a sample that is there already is not."""
    return connection.executemany(_MERGE_PENDING, rows).rowcount


def merge_sealed(connection: sqlite3.Connection, rows: Sequence[Row]) -> int:
    """Merge into records that already stand in the history. Returns how many were taken."""
    return connection.executemany(_MERGE_SEALED, rows).rowcount


def seal(connection: sqlite3.Connection, until: int, limit: int) -> int:
    """Move records up to the timestamp `until` from pending to the history, `limit` at most. Returns how many."""
    moved = connection.execute(_SEAL, (until, limit)).rowcount
    connection.execute(
        "DELETE FROM pending_metrics WHERE place IN "
        "(SELECT place FROM pending_metrics WHERE timestamp <= ? ORDER BY place LIMIT ?)",
        (until, limit),
    )
    return moved
