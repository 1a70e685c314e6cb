"""Turns a record into points of the engine's series, and back. Pure functions: the round trip is their test.

    minipanel_cpu_percent{cluster="minipanel",node="n1"} 12.5 1700000099940

A point's time says how many samples its record has: T * 1000 - (60 - samples) milliseconds. A merge only adds samples,
so a later revision has a later time, and the newest point in (T - 300 s, T] is the present record. A complete record is
at T; sent again it is the same point, so an engine that keeps the larger of two duplicates does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from minipanel.models.full_record import FullRecord, is_complete
from minipanel.models.metrics import METRICS, Column, Metric
from minipanel.models.record import RECORD_SECONDS, SLOTS, record_id

PREFIX: Final = "minipanel_"
SAMPLES: Final = f"{PREFIX}samples"
SEEN_LOW: Final = f"{PREFIX}seen_low"
SEEN_HIGH: Final = f"{PREFIX}seen_high"
HALF_BITS: Final = 30
"""The engine keeps numbers to 15 digits among others in a block, so 60 bits are sent as two halves (measured)."""

_UNITS: Final = {"bytes": "_bytes", "°C": "_celsius", "%": ""}

Points = dict[str, float]
"""The values of one record's series, by name."""


def series_of(metric: Metric, column: Column) -> str:
    """Return the series of a column, with the unit in its name: minipanel_memory_used_bytes_max."""
    name, tail = (metric.name, "_max") if column.kind == "max" else (column.name, "")
    unit = _UNITS[metric.unit]
    return f"{PREFIX}{name}{unit}{tail}"


def _sum_of(metric: Metric) -> str:
    return f"{PREFIX}{metric.name}{_UNITS[metric.unit]}_sum{'_hundredths' if metric.digits else ''}"


def count_series(metric: Metric) -> str:
    """Return the series of a metric's own count of samples, which a record has only if it is not `samples`."""
    return f"{PREFIX}{metric.count}"


def sides_of(metric: Metric) -> list[str]:
    """Return the series that only some records have: sums, and counts that differ from `samples`."""
    return [_sum_of(metric), *([] if metric.null is None else [count_series(metric)])]


_COLUMNS: Final = tuple(
    (metric, column, series_of(metric, column))
    for metric in METRICS
    for column in metric.columns()
    if column.kind != "share"
)
_SUMS: Final = tuple((metric, _sum_of(metric)) for metric in METRICS)
_COUNTS: Final = tuple((metric, count_series(metric)) for metric in METRICS if metric.null is not None)

SERIES: Final = (
    *(name for _, _, name in _COLUMNS),
    SAMPLES,
    *(name for _, name in _SUMS),
    *(name for _, name in _COUNTS),
    SEEN_LOW,
    SEEN_HIGH,
)
"""All series of a node. Those after `samples` exist only for incomplete records, or if a count differs."""


def points_of(record: FullRecord) -> Points:
    """Return a record's points for the engine. A null value has no point."""
    points: Points = {}
    for _, column, name in _COLUMNS:
        value = record.values[column.name]
        if value is not None:
            points[name] = round(value, column.digits)
    points[SAMPLES] = record.samples
    for metric, name in _COUNTS:
        if 0 < record.count(metric) != record.samples:
            points[name] = record.count(metric)
    if not is_complete(record.samples):
        for metric, name in _SUMS:
            total = record.sum(metric)
            if total is not None:
                points[name] = total
        seen = record.seen or 0
        points[SEEN_LOW] = seen & (1 << HALF_BITS) - 1
        points[SEEN_HIGH] = seen >> HALF_BITS
    return points


def stamp_of(timestamp: int, samples: int) -> int:
    """Return a record's time at the engine, in milliseconds."""
    return timestamp * 1000 - (SLOTS - samples)


def timestamp_of(stamp: int) -> tuple[int, int]:
    """Return a record's time in Unix seconds and its samples from its time at the engine.

    299,999,999 ms -> (300,000, 59). Raises ValueError for a time that no record has.
    """
    timestamp = -(-stamp // (RECORD_SECONDS * 1000)) * RECORD_SECONDS
    samples = SLOTS - (timestamp * 1000 - stamp)
    if not 0 < samples <= SLOTS:
        raise ValueError(f"{stamp} is no record's time")
    return timestamp, samples


def lines_of(records: Iterable[tuple[str, FullRecord]], cluster: str) -> Iterator[str]:
    """Yield records, given with hostnames, in the text format of Prometheus with times (prometheus.io, exposition
    formats)."""
    for hostname, record in records:
        labels = labels_of(hostname, cluster)
        stamp = stamp_of(record.timestamp, record.samples)
        for name, value in points_of(record).items():
            yield f"{name}{labels} {value!r} {stamp}\n"


def labels_of(hostname: str, cluster: str) -> str:
    """Return the labels of a node's series. In lower case: labels are case-sensitive, hostnames are not."""
    return f'{{cluster="{cluster}",node="{hostname.lower()}"}}'


def record_of(node_id: int, timestamp: int, samples: int, points: Mapping[str, float]) -> FullRecord:
    """Return the record that these points describe. Raises KeyError or ValueError if one is missing or impossible.

    It equals the record that was sent, except for shares of a total, which are computed again.
    """
    if points[SAMPLES] != samples:
        raise ValueError(f"{points[SAMPLES]!r} samples at the time of {samples}")
    values: dict[str, float | None] = {}
    for metric in METRICS:
        values |= values_of(metric, samples, points)
    seen = None
    if not is_complete(samples):
        seen = int(points[SEEN_HIGH]) << HALF_BITS | int(points[SEEN_LOW])
        if seen.bit_count() != samples:
            raise ValueError(f"{seen.bit_count()} samples are seen of {samples}")
    return FullRecord(record_id(node_id, timestamp), samples, seen, values)


def values_of(metric: Metric, samples: int, points: Mapping[str, float]) -> dict[str, float | None]:
    """Return a metric's values in a record with this many samples. Raises KeyError if a point is missing."""
    names = _names_of(metric)
    values: dict[str, float | None] = dict.fromkeys(names.all)
    count = int(points.get(names.count, samples if names.mean in points else 0))
    if metric.null is not None:
        values[metric.count] = count
    if count == 0:
        if metric.null is None:
            raise KeyError(names.mean)
        return values
    for column, name, is_whole in names.columns:
        value = points[name]
        values[column] = int(value) if is_whole else value
    added = points[names.sum] / 10**metric.digits if not is_complete(samples) else None
    if added is not None:
        values[metric.name] = added / count
    if metric.share is not None and metric.of_total is not None:
        values[metric.share] = _share(values, metric, count, added)
    return values


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of one metric. `all`: its columns. `columns`: each column at the engine, its series, and whether its
    values are whole numbers. `mean`, `count`, `sum`: these series."""

    all: tuple[str, ...]
    columns: tuple[tuple[str, str, bool], ...]
    mean: str
    count: str
    sum: str


@cache
def _names_of(metric: Metric) -> _Names:
    kept = [column for column in metric.columns() if column.kind != "share"]
    mean = next(column for column in kept if column.kind == "mean")
    return _Names(
        tuple(column.name for column in metric.columns()),
        # Bytes are whole numbers, except for means, which SQLite stores unrounded.
        tuple((each.name, series_of(metric, each), metric.digits == 0 and each is not mean) for each in kept),
        series_of(metric, mean),
        count_series(metric),
        _sum_of(metric),
    )


def _share(values: Mapping[str, float | None], metric: Metric, count: int, added: float | None) -> float:
    total = values[metric.of_total or ""] or 1
    if added is None:
        return round(100 * (values[metric.name] or 0) / total, 2)
    return 100 * added / count / total
