"""How the nodes of a set lie apart over time: for sets too large to draw each node."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence

from minipanel.errors import BadInput
from minipanel.models.answers import SHARES, HistorySpread
from minipanel.models.metrics import METRICS
from minipanel.models.node import Node
from minipanel.models.reader import Values
from minipanel.models.record import RECORD_SECONDS
from minipanel.models.shape import made
from minipanel.services.history import Span
from minipanel.services.reading import Reading

MAX_RECORDS = 120_000
"""So many records are read in 0.4 s on a slow core; a larger set over a longer time is read in coarser steps."""

MAX_NODES = MAX_RECORDS // 2
"""Of more nodes there would be one time at most."""

STEPS = (1, 2, 3, 7, 13, 25, 43, 67, 107, 179)
"""Records. A long step is no part of a day (288), nor nearly: else a month would show the same hours of each day."""

DAY, BESIDES = 288, 107
"""Beyond STEPS a step is some days and 107 records: nearly the golden section of a day, so that its hours mix."""

COLUMNS = tuple(metric.comparable for metric in METRICS)


class Spread:
    """Reads beside the writer."""

    def __init__(self, reading: Reading, clock: Callable[[], float] = time.time) -> None:
        self._reading = reading
        self._clock = clock

    async def of(self, nodes: Sequence[Node], span: Span) -> HistorySpread:
        """Return how a set's nodes lie apart. Raises BadInput for too many nodes, TryLater when nothing can be read."""
        if len(nodes) > MAX_NODES:
            raise BadInput(f"nodes names {len(nodes)} nodes; at most {MAX_NODES} can be compared.")
        return await self._reading.do(self._read, nodes, span)

    def _read(self, nodes: Sequence[Node], span: Span) -> HistorySpread:
        end = min(span.end, int(self._clock()))
        times = times_for(len(nodes), span.start, end)
        rows = self._reading.reader.records_at([node.id for node in nodes], times, int(self._clock()))
        return made(HistorySpread, span.period, span.start, span.end, times.step, len(nodes), **columns_of(rows))


def times_for(nodes: int, start: int, end: int) -> range:
    """Return the times in (start, end] at which a set's records are read: the smallest step that keeps them few."""
    for records in itertools.chain(STEPS, itertools.count(DAY + BESIDES, DAY)):
        step = records * RECORD_SECONDS
        times = range((start // step + 1) * step, end + 1, step)
        if nodes * len(times) <= MAX_RECORDS:
            return times
    raise AssertionError("a step longer than the time leaves one record")


def columns_of(rows: Iterable[Values]) -> dict[str, Sequence[float | None]]:
    """Return, for each time that has records, how many nodes have one and the percentiles of their values."""
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


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Return the value below which `share` of the ascending values lie, between neighbours by their distance.

    Hyndman and Fan's type 7, as numpy and spreadsheets have it. None without values.
    """
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return round(ordered[below] + (ordered[above] - ordered[below]) * (place - below), 2)
