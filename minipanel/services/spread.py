"""The distribution of a metric over the nodes of a set, over time: for sets too large to draw each node."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from minipanel.database.packing import NONE, PART, SCALE, Part
from minipanel.errors import BadInput
from minipanel.models.answers import SHARES, HistorySpread
from minipanel.models.hour import HOUR_SECONDS, HOURS
from minipanel.models.metrics import METRICS
from minipanel.models.node import Node
from minipanel.models.reader import Values
from minipanel.models.record import RECORD_SECONDS
from minipanel.models.shape import made
from minipanel.services.history import Span, opened
from minipanel.services.reading import HOURS_SIDE_BY_SIDE, Past, Reading, shares
from minipanel.services.threads import Turn

MAX_RECORDS = 120_000
"""This many records are read in 0.4 s on a slow core. A larger set or a longer time is read in hours."""

MAX_VALUES = 1_500_000
"""This many values are sorted in 0.7 s on a slow core. For more, one hour stands for its neighbours."""

STEPS = (1, 5, 7, 11, 13, 17, 19, 23)
"""In hours. Except for 1, none divides a day, or a month would show the same hours of every day. Longer steps are whole
days and five hours."""

MAX_NODES = 60_000

COLUMNS = tuple(metric.comparable for metric in METRICS)

_HOUR_COLUMNS = ("timestamp", "reporting", *(f"{metric}_{name}" for metric in COLUMNS for name in SHARES))


class Spread:
    """Computes distributions, in the reading threads."""

    def __init__(self, reading: Reading, clock: Callable[[], float] = time.time) -> None:
        self._reading = reading
        self._clock = clock
        # Sorting needs Python's lock: two threads would only take turns, and the event loop would wait for both.
        self._sorting = threading.Lock()

    async def of(self, nodes: Sequence[Node], span: Span) -> HistorySpread:
        """Return the distribution of a set. Raises BadInput for too many nodes, TryLater if nothing can be read."""
        if len(nodes) > MAX_NODES:
            raise BadInput(
                "nodes names {count} nodes; at most {most} can be compared.", count=len(nodes), most=MAX_NODES
            )
        now, ids = int(self._clock()), [node.id for node in nodes]
        is_of_records = times_for(len(nodes), span, min(span.end, now)).step == RECORD_SECONDS
        if not is_of_records:
            span = replace(span, step=HOUR_SECONDS)
        past, span = await opened(self._reading, span)
        times = times_for(len(nodes), span, min(span.end, now))
        if times.step == RECORD_SECONDS:
            columns: Mapping[str, Sequence[float | None]] = await past.do(self._records, past, ids, times, now)
        else:
            parts = shares(len(times), HOURS_SIDE_BY_SIDE)
            read = await asyncio.gather(*(past.do(self._hours, past, ids, times[part], now) for part in parts))
            columns = {name: [value for part in read for value in part[name]] for name in _HOUR_COLUMNS}
        about = span.period, span.start, span.end, times.step, len(nodes)
        return made(HistorySpread, *about, **columns, **past.told())

    def _records(self, past: Past, ids: Sequence[int], times: range, now: int) -> dict[str, Sequence[float | None]]:
        return columns_of(past.reader.records_at(ids, times, now))

    def _hours(self, past: Past, ids: Sequence[int], times: range, now: int) -> dict[str, list[float | None]]:
        columns: dict[str, list[float | None]] = {name: [] for name in _HOUR_COLUMNS}
        turn = Turn()
        for at, numbers in past.hour_columns(ids, times, now, COLUMNS):
            # Every sample has a value of the first metric.
            if count := len(ids) - numbers[0].count(NONE):
                columns["timestamp"].append(at)
                columns["reporting"].append(count)
                for metric, of_nodes in zip(COLUMNS, numbers, strict=True):
                    with self._sorting:
                        ordered = sorted(of_nodes)
                        turn.give_way()
                    known, value = ordered[: bisect_left(ordered, NONE)], _VALUE[metric]
                    for name, share in SHARES.items():
                        columns[f"{metric}_{name}"].append(percentile(known, share, value))
        return columns


def times_for(nodes: int, span: Span, end: int) -> range:
    """Return the times in the span, up to `end`, at which a set is read: each record's if they are few.

    Otherwise each hour, or as many evenly spaced hours as MAX_VALUES allows.
    """
    records = range((span.start // RECORD_SECONDS + 1) * RECORD_SECONDS, end + 1, RECORD_SECONDS)
    if span.step == RECORD_SECONDS and nodes * len(records) <= MAX_RECORDS:
        return records
    for hours in itertools.chain(STEPS, itertools.count(HOURS + STEPS[1], HOURS)):
        step = hours * HOUR_SECONDS
        times = range((span.start // step + 1) * step, end + 1, step)
        if nodes * len(times) <= MAX_VALUES:
            return times
    raise AssertionError("a step longer than the time leaves one hour")


def columns_of(rows: Iterable[Values]) -> dict[str, Sequence[float | None]]:
    """Return, for each time with records, how many nodes have one, and the percentiles of their values."""
    by_time: dict[int, list[Values]] = {}
    for row in rows:
        by_time.setdefault(row[0], []).append(row)
    times = sorted(by_time)
    columns: dict[str, Sequence[float | None]] = {"timestamp": times, "reporting": [len(by_time[at]) for at in times]}
    for place, metric in enumerate(COLUMNS, start=1):
        ordered = [sorted(value for row in by_time[at] if (value := row[place]) is not None) for at in times]
        for name, share in SHARES.items():
            columns[f"{metric}_{name}"] = [percentile(values, share) for values in ordered]
    return columns


def percentile(
    ordered: Sequence[float], share: float, value: Callable[[float], float] = lambda number: number
) -> float | None:
    """Return the value below which `share` of the ascending values lie, interpolated between neighbours.

    Type 7 of Hyndman and Fan, as in numpy and spreadsheets. None without values. `value` returns the value of a stored
    number: of all of them, it would take as long as sorting.
    """
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below = int(place)
    low, high = value(ordered[below]), value(ordered[min(below + 1, len(ordered) - 1)])
    return round(low + (high - low) * (place - below), 2)


def _value_of(part: Part) -> Callable[[float], float]:
    shift = part.low * SCALE
    return lambda number: (number + shift) / SCALE


_VALUE = {metric: _value_of(PART[metric]) for metric in COLUMNS}
"""By metric: from a stored number to its value."""
