"""Sums over very many nodes, hour by hour: the engine adds up, and sends only the sums.

For single nodes, it sends only the hours without a record, and maxima of metrics that have no mean over nodes; these
for as many hours together as are drawn as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from minipanel.archive.hour_questions import are_few, nodes_for, steps_of
from minipanel.archive.old_hours import Steps, points_in, quick_query
from minipanel.archive.points import SAMPLES
from minipanel.archive.reader import OldReader
from minipanel.database.packing import PART, SCALE
from minipanel.models.hour import HOUR_SECONDS, HOURS
from minipanel.models.metrics import METRICS, Metric
from minipanel.services.lanes import Lanes
from minipanel.services.sums import IDLE_BELOW, Sums, highest_of, part_of, sums_of_days

AT_ONCE_POINTS: Final = 500_000
"""Hours of nodes that one question adds up: that takes the engine about 50 ms and 8 MB."""

BUSY_FROM: Final = IDLE_BELOW - 0.5 / SCALE
"""Rounded to hundredths, this is IDLE_BELOW."""


def sums_of_old_days(
    reader: OldReader, node_ids: Sequence[int], days: range, now: int, alike: int
) -> Iterator[tuple[Sums, bytes]]:
    """Yield each day's sums, as services/sums.sums_of_days does. Raises DatabaseError.

    `alike`: how many consecutive hours are drawn as one.
    """
    begin = max(days.start, min(days.stop, reader.first_day))
    if are_few(node_ids, days.start, begin - 1):
        yield from sums_of_days(reader, node_ids, days, now)
        return
    step = max(1, AT_ONCE_POINTS // (HOURS * nodes_for(HOURS, AT_ONCE_POINTS)))
    for first in range(days.start, begin, step):
        some = range(first, min(begin, first + step))
        yield from _Counted(reader, node_ids, some).days(now, alike)
    if begin < days.stop:
        yield from sums_of_days(reader, node_ids, range(begin, days.stop), now)


class _Counted:
    """The sums of some days over all nodes."""

    def __init__(self, reader: OldReader, node_ids: Sequence[int], days: range) -> None:
        self._reader = reader
        self._ids = node_ids
        self._days = days
        self._steps = steps_of(days)
        at_once = nodes_for(self._steps.count, AT_ONCE_POINTS)
        self._pieces = [(first, node_ids[first : first + at_once]) for first in range(0, len(node_ids), at_once)]

    def days(self, now: int, alike: int) -> Iterator[tuple[Sums, bytes]]:
        """Yield the sums of each day."""
        known, flags = self._known()
        sums = Sums.of_nothing(self._steps.count)
        for metric in METRICS:
            if metric.averages_over_nodes:
                self._take_mean(metric, known, sums)
            else:
                self._take_highest(metric, now, alike, sums)
        sums.busy = [round(count) for count in self._summed(f"sum(({_value_of(METRICS[0])}) >= bool {BUSY_FROM})")]
        for day, of_day in enumerate(flags):
            yield sums.part(day * HOURS, (day + 1) * HOURS), bytes(of_day)

    def _known(self) -> tuple[list[int], list[bytearray]]:
        """Return how many nodes have a record in each hour, and, for each day, a flag for each hour of each node."""
        begin, count = self._reader.questions.cut(self._steps), self._steps.count
        known, flags = [0] * count, [bytearray(HOURS * len(self._ids)) for _ in self._days]
        for first, some in self._pieces:
            there = self._there(some, begin)
            missing = self._missing(some) if there else {}
            known[begin:] = [of_others + len(there) for of_others in known[begin:]]
            for place, id in enumerate(some, first):
                if id in there:
                    hours = bytearray(begin) + b"\1" * (count - begin)
                    for hour in missing.get(there[id], ()):
                        hours[hour] = 0
                        known[hour] -= 1
                    for day, of_day in enumerate(flags):
                        of_day[place * HOURS : (place + 1) * HOURS] = hours[day * HOURS : (day + 1) * HOURS]
        return known, flags

    def _there(self, some: Sequence[int], begin: int) -> dict[int, str]:
        """Return the names of these nodes that have a record from hour `begin` on."""
        at_end = Steps(self._steps.last, 1, HOUR_SECONDS)
        seconds = (self._steps.count - begin) * HOUR_SECONDS
        names = {name for name, _ in self._points(f"count_over_time({SAMPLES}[{seconds}s])", some, at_end)}
        return {id: name for id in some if (name := self._reader.questions.names.get(id, "")) in names}

    def _missing(self, some: Sequence[int]) -> dict[str, list[int]]:
        """Return the hours without a record, by the names of nodes."""
        query = f"(count_over_time({SAMPLES}[{HOUR_SECONDS}s]) default 0) == 0"
        found = self._points(query, some, self._steps)
        return {name: [hour for hour, _ in points] for name, points in found}

    def _take_mean(self, metric: Metric, known: list[int], sums: Sums) -> None:
        value, low = _value_of(metric), PART[part_of(metric)].low
        if metric.null is not None:
            known = [round(count) for count in self._summed(f"count({value})")]
        sums.known[metric.name] = known
        totals = zip(self._summed(f"sum({value})"), known, strict=True)
        sums.total[metric.name] = [max(0, round((total - low * count) * SCALE)) for total, count in totals]

    def _take_highest(self, metric: Metric, now: int, alike: int, sums: Sums) -> None:
        lanes = Lanes(len(self._ids), HOURS)
        read = self._reader.hour_numbers(self._ids, self._days, now, [part_of(metric)], alike)
        columns = sums.known[metric.name], sums.total[metric.name], sums.place[metric.name]
        for column in columns:
            column.clear()
        for (table,) in read:
            for column, values in zip(columns, highest_of(lanes, table), strict=True):
                column += values

    def _summed(self, query: str) -> list[float]:
        """Return the result of a query that sums over all nodes, for each hour."""
        totals = [0.0] * self._steps.count
        for _, some in self._pieces:
            for _, points in self._points(query, some, self._steps):
                for hour, value in points:
                    totals[hour] += value
        return totals

    def _points(self, query: str, some: Sequence[int], steps: Steps) -> list[tuple[str, list[tuple[int, float]]]]:
        """Return each series' node, and its values with their places among the steps."""
        questions = self._reader.questions
        return questions.ask(query, some, steps, lambda body: points_in(body, steps, questions.where)) or []


def _value_of(metric: Metric) -> str:
    """Return the query for the metric's value to sum over nodes, hour by hour."""
    return quick_query(PART[part_of(metric)], HOUR_SECONDS)
