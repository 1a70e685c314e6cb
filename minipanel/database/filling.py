"""Records being filled: a narrow table of sums, derived from the list of metrics, and SQL that reads it as records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from minipanel.models.metrics import METRICS, VALUES, Metric
from minipanel.models.record import SLOTS, record_id, record_timestamp, slot_bit

if TYPE_CHECKING:  # not at run time: uninstalling from the archive has no msgspec
    from minipanel.models.sample import Sample

FillingRow = tuple[int, int, *tuple[int | None, ...]]
"""A sample to merge into a record being filled: the record's id, the bit in `seen`, then VALUES as whole numbers."""

_NUMBERS = {value.name: f"?{place}" for place, value in enumerate(VALUES, start=3)}


def _columns_of(metric: Metric) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, type and SQL of each column: for a record that a sample begins, and for one that it joins."""
    number, total = _NUMBERS[metric.name], f"{metric.name}_sum"
    first = number if metric.null is None else f"ifnull({number}, 0)"
    yield total, "INTEGER NOT NULL DEFAULT 0", first, f"{total} + excluded.{total}"
    if metric.has_max:
        yield metric.max, "INTEGER", number, _highest(metric, metric.max)
    if metric.of_total is not None:
        yield metric.of_total, "INTEGER", _NUMBERS[metric.of_total], _highest(metric, metric.of_total)
    if metric.null is not None:
        count = metric.count
        yield count, "INTEGER NOT NULL DEFAULT 0", f"{number} IS NOT NULL", f"{count} + excluded.{count}"


def _highest(metric: Metric, column: str) -> str:
    highest = f"max({column}, excluded.{column})"
    return highest if metric.null is None else f"coalesce({highest}, {column}, excluded.{column})"


_COLUMNS = tuple(column for metric in METRICS for column in _columns_of(metric))

_FILL = (
    f"INSERT INTO filling_metrics (id, seen, samples, {', '.join(name for name, *_ in _COLUMNS)}) "
    f"VALUES (?1, ?2, 1, {', '.join(first for _, _, first, _ in _COLUMNS)}) "
    "ON CONFLICT (id) DO UPDATE SET seen = seen | excluded.seen, samples = samples + 1, "
    f"{', '.join(f'{name} = {joined}' for name, _, _, joined in _COLUMNS)} "
    "WHERE filling_metrics.seen & excluded.seen = 0"
)


def _as_columns() -> Iterator[str]:
    """Yield SQL for each column of a record. The means of a complete one are rounded: they never change again."""
    yield from ("place", "id", "id >> 32 AS node_id", "id & 4294967295 AS timestamp")
    for metric in METRICS:
        scale = f"{10**metric.digits}.0"
        mean = f"{metric.name}_sum / {scale} / {metric.count}"
        yield f"{_rounded(mean, metric.digits)} AS {metric.name}"
        if metric.has_max:
            yield f"{metric.max} / {scale} AS {metric.max}" if metric.digits else metric.max
        if metric.of_total is not None:
            yield metric.of_total
        if metric.share is not None:
            share = f"100 * ({metric.name}_sum / {scale}) / {metric.count} / {metric.of_total}"
            yield f"{_rounded(share, 2)} AS {metric.share}"
        if metric.null is not None:
            yield metric.count
    yield "samples"
    yield f"CASE samples WHEN {SLOTS} THEN NULL ELSE seen END AS seen"


def _rounded(value: str, digits: int) -> str:
    return f"CASE samples WHEN {SLOTS} THEN round({value}, {digits}) ELSE {value} END"


FILLING = f"(SELECT {', '.join(_as_columns())} FROM filling_metrics)"
"""SQL that reads like pending_metrics. SQLite flattens it, so a row is found by its id as quickly as there."""

_values_of = attrgetter(*_NUMBERS)
_SCALES = tuple(10**value.digits for value in VALUES)


def add_missing_columns(connection: sqlite3.Connection) -> None:
    """Add the columns of new metrics to the table."""
    there = {name for _, name, *_ in connection.execute("PRAGMA table_info(filling_metrics)")}
    for name, kind, _, _ in _COLUMNS:
        if name not in there:
            connection.execute(f"ALTER TABLE filling_metrics ADD COLUMN {name} {kind}")


def fill(connection: sqlite3.Connection, node_id: int, sample: Sample) -> bool:
    """Merge a sample into its record. Returns whether it was merged: one that is already there is not merged again."""
    id = record_id(node_id, record_timestamp(sample.timestamp))
    values = [
        None if value is None else round(value * scale)
        for value, scale in zip(_values_of(sample), _SCALES, strict=True)
    ]
    return connection.execute(_FILL, (id, slot_bit(sample.timestamp), *values)).rowcount > 0
