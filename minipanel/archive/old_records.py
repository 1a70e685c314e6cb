"""Records as they are read from the engine for answers: whole columns at a time. Equal to those that were sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from minipanel.archive.engine import Series
from minipanel.archive.points import HALF_BITS, SAMPLES, SEEN_HIGH, SEEN_LOW, series_of, sides_of, values_of
from minipanel.database.packing import HIGHEST, NONE, PART, SCALE
from minipanel.database.queries import LIFT
from minipanel.models.compact import MEAN_OF, MIB, TENTH, UNITS
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.record import RECORD_SECONDS, SLOTS

_MS: Final = RECORD_SECONDS * 1000

Points = dict[str, dict[int, float | None]]
"""One node's points: by the name of the series and the stamp."""

Column = list[float | None]


def names_of(metrics: Iterable[Metric] = METRICS) -> str:
    """Return a regular expression of the series that records of these metrics need."""
    names = [SAMPLES]
    for metric in metrics:
        names += [series_of(metric, column) for column in metric.columns() if column.kind != "share"]
        names += sides_of(metric)
    return "|".join(map(re.escape, names))


SEEN_NAMES: Final = "|".join(map(re.escape, (SAMPLES, SEEN_LOW, SEEN_HIGH)))
ALL_NAMES: Final = names_of()


def by_node(found: Iterable[Series]) -> dict[str, Points]:
    """Return what was read, by node."""
    nodes: dict[str, Points] = {}
    for part in found:
        of_name = nodes.setdefault(part.node, {}).setdefault(part.name, {})
        of_name.update(zip(part.stamps, part.values, strict=True))
    return nodes


def newest_stamps(series: Points, start: int, end: int) -> dict[int, int]:
    """Return the stamp of each record's newest revision by the record's time, those in (start, end], ascending."""
    first, last = start * 1000, end * 1000
    stamps = sorted(stamp for stamp in series.get(SAMPLES, ()) if -stamp % _MS < SLOTS and first < stamp <= last)
    return {-(-stamp // _MS) * RECORD_SECONDS: stamp for stamp in stamps}


class Table:
    """Records of one node with all or some metrics, as columns, ascending by time. Those that can't be are left out."""

    def __init__(self, series: Points, start: int, end: int, metrics: Sequence[Metric] = METRICS) -> None:
        stamps = newest_stamps(series, start, end)
        self.times = list(stamps)
        self.columns: dict[str, Column] = {}
        chosen = list(stamps.values())
        self.is_exact = all(stamp % _MS == 0 for stamp in chosen)
        """Whether all means are rounded, as those of complete records are; else SQLite writes 15 digits of them."""
        bad: set[int] = set()
        self._take_samples(series, chosen, bad)
        for metric in metrics:
            self._take(metric, series, chosen, bad)
        if bad:
            keep = [place for place in range(len(chosen)) if place not in bad]
            self.times = [self.times[place] for place in keep]
            self.columns = {name: [column[place] for place in keep] for name, column in self.columns.items()}

    def _take_samples(self, series: Points, chosen: Sequence[int], bad: set[int]) -> None:
        told = [*map(series.get(SAMPLES, {}).get, chosen)]
        counts = [SLOTS - -stamp % _MS for stamp in chosen]
        bad.update(place for place, count in enumerate(counts) if told[place] != count)
        self.columns["samples"] = [*counts]

    def _take(self, metric: Metric, series: Points, chosen: Sequence[int], bad: set[int]) -> None:
        for column in metric.columns():
            if column.kind != "share":
                values = [*map(series.get(series_of(metric, column), {}).get, chosen)]
                if None in values and metric.null is None:
                    bad.update(place for place, value in enumerate(values) if value is None)
                self.columns[column.name] = (
                    [None if v is None else int(v) for v in values] if not column.digits else values
                )
        if metric.share is not None and metric.of_total is not None:
            self.columns[metric.share] = _shares(self.columns[metric.name], self.columns[metric.of_total])
        # What is not complete has means from its sums; of the others the engine has them as they are.
        names = [column.name for column in metric.columns()]
        for place, stamp in enumerate(chosen):
            if stamp % _MS and place not in bad:
                points = {name: value for name, of in series.items() if (value := of.get(stamp)) is not None}
                try:
                    exact = values_of(metric, SLOTS - -stamp % _MS, points)
                except (KeyError, ValueError, ZeroDivisionError):
                    bad.add(place)
                    continue
                for name in names:
                    self.columns[name][place] = exact[name]

    def arrays(self, columns: Sequence[str], is_counted: bool = False) -> list[bytes]:
        """Return one JSON array a column, `timestamp` first: as models/reader.Reader.history does."""
        read = self._counted if is_counted else self._shown
        return [msgspec.json.encode(self.times), *(msgspec.json.encode(read(name)) for name in columns)]

    def _counted(self, name: str) -> Column:
        values = [None if value is None else _count(value, UNITS[name]) for value in self.columns[name]]
        if name not in MEAN_OF:
            return [*values]
        means = (None if value is None else _count(value, UNITS[name]) for value in self.columns[MEAN_OF[name]])
        pairs = zip(values, means, strict=True)
        return [None if top is None or mean is None else top - mean for top, mean in pairs]

    def _shown(self, name: str) -> Column:
        values = self.columns[name]
        if name in _WHOLE_MEANS:
            # A mean of bytes may have a fraction while its record is incomplete.
            return [None if value is None else int(value) for value in values]
        if self.is_exact or name == "samples":
            return values
        return [float(f"{value:.15g}") if isinstance(value, float) else value for value in values]

    def rows(self) -> Iterator[tuple[int, tuple[float | None, ...]]]:
        """Yield each record's time and the values by which nodes are compared."""
        return zip(self.times, zip(*(self.columns[metric.comparable] for metric in METRICS), strict=True), strict=True)

    def numbers(self, start: int, count: int, name: str) -> bytearray:
        """Return two bytes for each record after `start`: as models/reader.Reader.record_numbers does."""
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
    """Return the metric that a part of an hour is of: its mean, or its maximum."""
    return next(metric for metric in METRICS if part in (metric.comparable, f"{metric.comparable}_max"))


_WHOLE_MEANS: Final = {metric.name for metric in METRICS if metric.digits == 0}


def _count(value: float, unit: float) -> int:
    """Return a value in whole numbers of the unit, as database/queries counts."""
    if unit == TENTH:
        return int(10 * value + LIFT + 0.5) - LIFT
    return (int(value) + MIB // 2) // MIB if unit == MIB else int(value)


def _shares(parts: Column, totals: Column) -> Column:
    return [
        None if part is None or not total else round(100 * part / total, 2)
        for part, total in zip(parts, totals, strict=True)
    ]


def seen_in(series: Points, start: int, end: int) -> list[tuple[int, int | None]]:
    """Return time and `seen` of each record in (start, end], ascending: as models/gap.Seen has them."""
    low, high = series.get(SEEN_LOW, {}), series.get(SEEN_HIGH, {})
    found: list[tuple[int, int | None]] = []
    for time, stamp in newest_stamps(series, start, end).items():
        if stamp % _MS == 0:
            found.append((time, None))
        elif (lower := low.get(stamp)) is not None and (higher := high.get(stamp)) is not None:
            found.append((time, int(higher) << HALF_BITS | int(lower)))
    return found
