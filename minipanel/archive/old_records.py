"""Records read from the engine for answers, whole columns at a time. They equal the records that were sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from minipanel.archive.engine import Series
from minipanel.archive.points import HALF_BITS, SAMPLES, SEEN_HIGH, SEEN_LOW, series_of, sides_of, values_of
from minipanel.database.counted import LIFT
from minipanel.database.packing import HIGHEST, NONE, PART, SCALE
from minipanel.models.arrays import Drawn, runs_of
from minipanel.models.compact import MEAN_OF, MIB, TENTH, UNITS
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.record import RECORD_SECONDS, SLOTS

_MS: Final = RECORD_SECONDS * 1000

Column = list[float | None]


class Line:
    """One series' points, ascending."""

    def __init__(self) -> None:
        self.stamps: list[int] = []
        self._values: Column = []
        self._by_stamp: dict[int, float | None] = {}

    def add(self, stamps: Iterable[int], values: Iterable[float | None]) -> None:
        """Append points, which come after the present ones."""
        self.stamps += stamps
        self._values += values

    def at(self, stamps: list[int]) -> Column:
        """Return the value at each of these stamps, None if there is none.

        Usually all series have the same stamps, so nothing has to be looked up.
        """
        return self._values.copy() if stamps == self.stamps else [*map(self.get, stamps)]

    def get(self, stamp: int) -> float | None:
        """Return the value at a stamp, None if there is none."""
        if len(self._by_stamp) < len(self.stamps):
            self._by_stamp = dict(zip(self.stamps, self._values, strict=True))
        return self._by_stamp.get(stamp)


Points = dict[str, Line]
"""One node's points, by the name of the series."""

_NO_LINE: Final = Line()


def names_of(metrics: Iterable[Metric] = METRICS) -> str:
    """Return a regular expression that matches the series needed for records of these metrics."""
    names = [SAMPLES, *(name for metric in metrics for name in _SERIES[metric.name])]
    return "|".join(map(re.escape, names))


_SERIES: Final = {
    metric.name: [
        *(series_of(metric, column) for column in metric.columns() if column.kind != "share"),
        *sides_of(metric),
    ]
    for metric in METRICS
}
"""The series that each metric's records need, without SAMPLES."""

SEEN_NAMES: Final = "|".join(map(re.escape, (SAMPLES, SEEN_LOW, SEEN_HIGH)))
ALL_NAMES: Final = names_of()


def by_node(found: Iterable[Series]) -> dict[str, Points]:
    """Return series grouped by node."""
    nodes: dict[str, Points] = {}
    for part in found:
        nodes.setdefault(part.node, {}).setdefault(part.name, Line()).add(part.stamps, part.values)
    return nodes


def newest_stamps(series: Points, start: int, end: int) -> dict[int, int]:
    """Return, by time, the stamp of the newest revision of each record in (start, end], ascending."""
    first, last = start * 1000, end * 1000
    there = series.get(SAMPLES, _NO_LINE).stamps
    stamps = sorted([stamp for stamp in there if -stamp % _MS < SLOTS and first < stamp <= last])
    return {-(-stamp // _MS) * RECORD_SECONDS: stamp for stamp in stamps}


class Table:
    """Records of one node as columns, ascending by time, with all or some metrics. Impossible ones are left out."""

    def __init__(self, series: Points, start: int, end: int, metrics: Sequence[Metric] = METRICS) -> None:
        stamps = newest_stamps(series, start, end)
        self.times = list(stamps)
        self.columns: dict[str, Column] = {}
        self._counts: dict[str, Column] = {}
        chosen = list(stamps.values())
        self._incomplete = [place for place, stamp in enumerate(chosen) if stamp % _MS]
        """The indexes of incomplete records. Their means have any number of digits, of which SQLite writes 15; other
        means are rounded."""
        bad: set[int] = set()
        self._take_samples(series, chosen, bad)
        for metric in metrics:
            self._take(metric, series, chosen, bad)
        if bad:
            keep = [place for place in range(len(chosen)) if place not in bad]
            self.times = [self.times[place] for place in keep]
            self.columns = {name: [column[place] for place in keep] for name, column in self.columns.items()}
            self._incomplete = [place for place, old in enumerate(keep) if chosen[old] % _MS]

    def _take_samples(self, series: Points, chosen: list[int], bad: set[int]) -> None:
        told = series.get(SAMPLES, _NO_LINE).at(chosen)
        counts = [SLOTS - -stamp % _MS for stamp in chosen]
        if told != counts:
            bad.update(place for place, count in enumerate(counts) if told[place] != count)
        self.columns["samples"] = [*counts]

    def _take(self, metric: Metric, series: Points, chosen: list[int], bad: set[int]) -> None:
        for column in metric.columns():
            if column.kind != "share":
                values = series.get(series_of(metric, column), _NO_LINE).at(chosen)
                if metric.null is None and None in values:
                    bad.update(place for place, value in enumerate(values) if value is None)
                if not column.digits:
                    values = [None if value is None else int(value) for value in values]
                self.columns[column.name] = values
        if metric.share is not None and metric.of_total is not None:
            self.columns[metric.share] = _shares(self.columns[metric.name], self.columns[metric.of_total])
        self._take_incomplete(metric, series, chosen, bad)

    def _take_incomplete(self, metric: Metric, series: Points, chosen: list[int], bad: set[int]) -> None:
        """Compute the means of incomplete records from their sums; the engine has the exact means of the others."""
        columns = [column.name for column in metric.columns()]
        lines = [(name, series[name]) for name in _SERIES[metric.name] if name in series]
        for place in self._incomplete:
            if place not in bad:
                stamp = chosen[place]
                points = {name: value for name, line in lines if (value := line.get(stamp)) is not None}
                try:
                    exact = values_of(metric, SLOTS - -stamp % _MS, points)
                except (KeyError, ValueError, ZeroDivisionError):
                    bad.add(place)
                    continue
                for name in columns:
                    self.columns[name][place] = exact[name]

    def arrays(self, columns: Sequence[str]) -> list[bytes]:
        """Return one JSON array per column, `timestamp` first, as models/reader.Reader.history does."""
        return [msgspec.json.encode(self.times), *(msgspec.json.encode(self._shown(name)) for name in columns)]

    def drawn(self, columns: Sequence[str]) -> Drawn:
        """Return the records as models/reader.Reader.drawn does."""
        return runs_of(self.times, RECORD_SECONDS), [msgspec.json.encode(self._counted(name)) for name in columns]

    def _counted(self, name: str) -> Column:
        values = self._count(name)
        if name not in MEAN_OF:
            return values
        pairs = zip(values, self._count(MEAN_OF[name]), strict=True)
        return [None if top is None or mean is None else top - mean for top, mean in pairs]

    def _count(self, name: str) -> Column:
        if name not in self._counts:
            self._counts[name] = _counts(self.columns[name], UNITS[name])
        return self._counts[name]

    def _shown(self, name: str) -> Column:
        values = self.columns[name]
        if name == "samples" or not self._incomplete:
            return values
        # A mean of bytes may have a fraction while its record is incomplete.
        is_whole, values = name in _WHOLE_MEANS, values.copy()
        for place in self._incomplete:
            if isinstance(value := values[place], float):
                values[place] = int(value) if is_whole else float(f"{value:.15g}")
        return values

    def rows(self) -> Iterator[tuple[int, tuple[float | None, ...]]]:
        """Yield each record's time, and the values in which nodes are compared."""
        return zip(self.times, zip(*(self.columns[metric.comparable] for metric in METRICS), strict=True), strict=True)

    def numbers(self, start: int, count: int, name: str) -> bytearray:
        """Return two bytes for each record after `start`, as models/reader.Reader.record_numbers does."""
        low, found = PART[name].low, bytearray(NONE.to_bytes(2, "little")) * count
        for time, value in zip(self.times, self._of_part(name), strict=True):
            if value is not None:
                number = min(HIGHEST, max(0, int((value - low) * SCALE + 0.5)))
                place = 2 * ((time - start) // RECORD_SECONDS)
                found[place - 2 : place] = number.to_bytes(2, "little")
        return found

    def _of_part(self, name: str) -> Column:
        metric = metric_of(name)
        if name == metric.comparable:
            return self.columns[name]
        highest = self.columns[metric.max]
        if metric.of_total is None or metric.share is None:
            return highest
        pairs = zip(highest, self.columns[metric.of_total], strict=True)
        return [100.0 * top / total if top is not None and total else None for top, total in pairs]


def metric_of(part: str) -> Metric:
    """Return the metric whose mean or maximum a part of an hour is."""
    return next(metric for metric in METRICS if part in (metric.comparable, f"{metric.comparable}_max"))


_WHOLE_MEANS: Final = {metric.name for metric in METRICS if metric.digits == 0}


def _counts(values: Column, unit: float) -> Column:
    """Return values in whole numbers of the unit, as database/counted computes them."""
    if unit == TENTH:
        half = LIFT + 0.5
        return [None if value is None else int(10 * value + half) - LIFT for value in values]
    if unit == MIB:
        return [None if value is None else (int(value) + MIB // 2) // MIB for value in values]
    return [None if value is None else int(value) for value in values]


def _shares(parts: Column, totals: Column) -> Column:
    return [
        None if part is None or not total else round(100 * part / total, 2)
        for part, total in zip(parts, totals, strict=True)
    ]


def seen_in(series: Points, start: int, end: int) -> list[tuple[int, int | None]]:
    """Return time and `seen` of each record in (start, end], ascending, as in models/gap.Seen."""
    low, high = series.get(SEEN_LOW, _NO_LINE), series.get(SEEN_HIGH, _NO_LINE)
    found: list[tuple[int, int | None]] = []
    for time, stamp in newest_stamps(series, start, end).items():
        if stamp % _MS == 0:
            found.append((time, None))
        elif (lower := low.get(stamp)) is not None and (higher := high.get(stamp)) is not None:
            found.append((time, int(higher) << HALF_BITS | int(lower)))
    return found
