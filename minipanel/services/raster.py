"""The past of a whole set on one picture: a byte a cell, nodes down and time across.

A cell is 0 where nothing is known, else 1 to 251 for the lowest to the highest value of the metric's range. So the
mean of cells is the cell of the mean, and the highest cell that of the maximum, in steps of a 250th of the range.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import msgspec

from minipanel.database.packing import NONE, SCALE, numbers_in
from minipanel.errors import BadInput
from minipanel.models.answers import RasterHead
from minipanel.models.gap import Absence
from minipanel.models.hour import HOUR_SECONDS, HOURS, day_number
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.node import Node
from minipanel.models.quote import quote
from minipanel.models.record import RECORD_SECONDS
from minipanel.services.absences import Absences, Absent, Frame
from minipanel.services.history import RECORDS_SPAN_SECONDS, Span
from minipanel.services.live import Live
from minipanel.services.reading import THREADS, Reading

LEVELS: Final = 250

MAX_RECORDS = 400_000
"""So many are read in 0.3 s; a larger set over a longer time is read in hours."""

MAX_NODES = 20_000
MAX_DAYS = 800_000
"""Days of nodes, of 48 bytes each: 2,000 nodes for a year, 20,000 for a month."""

USUAL_COLUMNS, MAX_COLUMNS = 1000, 2000
USUAL_ROWS, MAX_ROWS = 1000, 2000

MAX_RUNS = 10_000
"""Of missing times with their reasons, the longest."""

METRIC: Final = {metric.comparable: metric for metric in METRICS}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read: columns of `width` seconds, the first of them begins at `start`; in steps of records or hours.

    `band`: how many nodes a row stands for.
    """

    metric: Metric
    start: int
    width: int
    columns: int
    step: int
    band: int

    @property
    def end(self) -> int:
        """When the last column ends."""
        return self.start + self.columns * self.width


def read_metric(name: str | None) -> Metric:
    """Return the metric that a query names. Raises BadInput."""
    if name is None or name not in METRIC:
        what = "metric is missing" if name is None else f"metric is {quote(name)}"
        raise BadInput(f"{what}; it must be {', '.join(METRIC)}.")
    return METRIC[name]


def read_size(name: str, text: str | None, usual: int, most: int) -> int:
    """Return how many rows or columns a query asks for. Raises BadInput."""
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= most):
        raise BadInput(f"{name} is {quote(text)}; it must be a whole number from 1 to {most}.")
    return int(text)


def planned(metric: Metric, nodes: int, span: Span, now: int, columns: int, rows: int) -> Plan:
    """Return how a set's past is read so that it comes to so many columns and rows at most."""
    seconds = span.end - span.start
    few = seconds <= RECORDS_SPAN_SECONDS and nodes * seconds // RECORD_SECONDS <= MAX_RECORDS
    step = RECORD_SECONDS if few and span.step == RECORD_SECONDS else HOUR_SECONDS
    width = step * max(1, -(-seconds // (step * columns)))
    start = span.start // width * width
    # A record is there when its time has passed; in hours, a column with its first record.
    if step == HOUR_SECONDS:
        count = -(-(min(span.end, now - RECORD_SECONDS) - start) // width)
    else:
        count = (min(span.end, now) - start) // width
    return Plan(metric, start, width, max(0, count), step, max(1, -(-nodes // rows)))


def refuse_too_much(nodes: int, span: Span, what: str) -> None:
    """Raise BadInput for more nodes, or more days of them, than can be drawn, or counted."""
    if nodes > MAX_NODES:
        raise BadInput(f"nodes names {nodes} nodes; at most {MAX_NODES} can be {what}.")
    days = nodes * (day_number(span.end) + 1 - day_number(span.start + 1))
    if days > MAX_DAYS:
        raise BadInput(
            f"nodes and time are {days} days of nodes; at most {MAX_DAYS} can be {what}: "
            "ask for fewer nodes or a shorter time."
        )


class Raster:
    """Reads beside the writer."""

    def __init__(self, reading: Reading, live: Live, clock: Callable[[], float] = time.time) -> None:
        self._reading = reading
        self._live = live
        self._clock = clock

    async def of(self, nodes: Sequence[Node], metric: Metric, span: Span, columns: int, rows: int) -> bytes:
        """Return the JSON of RasterHead in one line, then the bytes of each plane, row after row.

        Raises BadInput for too many nodes, TryLater when nothing can be read.
        """
        refuse_too_much(len(nodes), span, "drawn")
        now = int(self._clock())
        plan = planned(metric, len(nodes), span, now, columns, rows)
        ids = [node.id for node in nodes]
        if plan.step == HOUR_SECONDS:
            lines = await self._reading.do(self._of_hours, ids, plan, now)
        else:
            share = -(-len(ids) // THREADS)
            parts = [ids[first : first + share] for first in range(0, len(ids), share)]
            read = await asyncio.gather(*(self._reading.do(self._of_records, part, plan, now) for part in parts))
            lines = [line for part in read for line in part]
        return await self._reading.do(self._answer, nodes, lines, plan, span, now)

    def _of_records(self, ids: Sequence[int], plan: Plan, now: int) -> list[bytes]:
        low, high = plan.metric.comparable_limits
        read = self._reading.reader.cells
        merge = plan.width // plan.step
        name, end = plan.metric.comparable, plan.end
        return [merged(read(id, plan.start, end, name, (low, high, LEVELS), now), merge) for id in ids]

    def _of_hours(self, ids: Sequence[int], plan: Plan, now: int) -> list[bytes]:
        if not plan.columns:
            return [b""] * len(ids)
        name, merge = plan.metric.comparable, plan.width // HOUR_SECONDS
        first, last = day_number(plan.start + 1), day_number(plan.end)
        begin = plan.start // HOUR_SECONDS - (first - 1) * HOURS
        end = begin + plan.columns * merge
        cell_of = _hour_table(name).__getitem__
        read = self._reading.reader.hour_numbers(ids, first, last, min(now, plan.end), name)
        return [merged(bytes(map(cell_of, numbers_in(read[id])[begin:end])), merge) for id in ids]

    def _answer(self, nodes: Sequence[Node], lines: list[bytes], plan: Plan, span: Span, now: int) -> bytes:
        low, high = plan.metric.comparable_limits
        bands = [range(first, min(first + plan.band, len(nodes))) for first in range(0, len(nodes), plan.band)]
        planes = [[mean_of([lines[place] for place in band]) for band in bands]]
        if plan.band > 1:
            planes.append([highest_of([lines[place] for place in band]) for band in bands])
        head = RasterHead(
            metric=plan.metric.comparable,
            period=span.period,
            from_=plan.start,
            to=plan.end,
            step=plan.step,
            width=plan.width,
            columns=plan.columns,
            low=low,
            high=high,
            planes=["mean", "max"][: len(planes)],
            rows=[[nodes[place].id for place in band] for band in bands],
            missing=self._missing(nodes, lines, planes[0], plan, now),
        )
        return b"".join([msgspec.json.encode(head), b"\n", *(row for plane in planes for row in plane)])

    def _missing(
        self, nodes: Sequence[Node], lines: Sequence[bytes], rows: Sequence[bytes], plan: Plan, now: int
    ) -> list[tuple[int, int, int, Absence]]:
        live = self._live
        absences = Absences(self._reading.reader, live.interval_seconds, live.last_seen, live.silent_seconds, now)
        frame = Frame(plan.start, plan.width, plan.columns)
        runs = _longest(rows, MAX_RUNS // plan.band)
        # Of a band each node's own run: what explains it may lie outside that of all.
        of_nodes: dict[int, list[tuple[int, int]]] = {}
        for row, begin, end in runs:
            for place in range(row * plan.band, min((row + 1) * plan.band, len(nodes))):
                own = run_around(lines[place], begin, end)
                if own not in of_nodes.setdefault(place, []):
                    of_nodes[place].append(own)
        found = absences.of(nodes, of_nodes, frame, plan.step == HOUR_SECONDS)
        missing: list[tuple[int, int, int, Absence]] = []
        for row, begin, end in runs:
            band = range(row * plan.band, min((row + 1) * plan.band, len(nodes)))
            missing += [(row, *part) for part in commonest([found[place] for place in band], begin, end)]
        return missing


def _longest(rows: Sequence[bytes], most: int) -> list[tuple[int, int, int]]:
    """Return row, begin and end of where nothing is known: of too many the longest."""
    runs = [(row, begin, end) for row, line in enumerate(rows) for begin, end in runs_of(line)]
    if len(runs) <= most:
        return runs
    return sorted(sorted(runs, key=lambda run: run[1] - run[2])[:most])


def run_around(line: bytes, begin: int, end: int) -> tuple[int, int]:
    """Return from where to where nothing is known around a part: b"\1\0\0\1", 1, 2 -> (1, 3)."""
    before, after = line[:begin], line[end:]
    return len(before.rstrip(b"\0")), len(line) - len(after.lstrip(b"\0"))


def commonest(nodes: Sequence[Sequence[Absent]], begin: int, end: int) -> list[Absent]:
    """Return what explains most of the nodes at each time between two columns; side by side the same as one."""
    if len(nodes) == 1:
        parts = nodes[0]
    else:
        edges = {begin, end} | {edge for node in nodes for part in node for edge in part[:2]}
        cuts = sorted(edge for edge in edges if begin <= edge <= end)
        parts = []
        for first, last in itertools.pairwise(cuts):
            reasons = [part[2] for node in nodes for part in node if part[0] <= first and last <= part[1]]
            if reasons:
                parts.append((first, last, max(reasons, key=reasons.count)))
    joined: list[Absent] = []
    for first, last, reason in parts:
        first, last = max(first, begin), min(last, end)
        if joined and joined[-1][1:] == (first, reason):
            joined[-1] = (joined[-1][0], last, reason)
        elif first < last:
            joined.append((first, last, reason))
    return joined


def runs_of(line: bytes) -> list[tuple[int, int]]:
    """Return from where to where nothing is known: b"\1\0\0\1" -> [(1, 3)]."""
    runs, begin = [], line.find(0)
    while begin >= 0:
        end = begin + len(line[begin:]) - len(line[begin:].lstrip(b"\0"))
        runs.append((begin, end))
        begin = line.find(0, end)
    return runs


def merged(line: bytes, count: int) -> bytes:
    """Return a row of cells with so many side by side as one, their mean; the last may stand for fewer."""
    if count == 1:
        return line
    whole = len(line) // count * count
    begin = _means([line[place:whole:count] for place in range(count)])
    return begin + bytes([_mean(line[whole:])]) if whole < len(line) else begin


def mean_of(lines: Sequence[bytes]) -> bytes:
    """Return rows of cells as one, their means."""
    return lines[0] if len(lines) == 1 else _means(lines)


def highest_of(lines: Sequence[bytes]) -> bytes:
    """Return rows of cells as one, their maxima."""
    return lines[0] if len(lines) == 1 else bytes(map(max, zip(*lines, strict=True)))


def _means(lines: Sequence[bytes]) -> bytes:
    if any(0 in line for line in lines):
        return bytes(map(_mean, zip(*lines, strict=True)))
    # A million cells in a third of the time: nothing of this is done by a function of our own.
    table = _mean_table(len(lines))
    return bytes(map(table.__getitem__, map(sum, zip(*lines, strict=True))))


def _mean(cells: Sequence[int]) -> int:
    known = len(cells) - cells.count(0)
    return (2 * sum(cells) + known) // (2 * known) if known else 0


@cache
def _mean_table(count: int) -> bytes:
    """Return the mean of so many cells by their sum."""
    return bytes((2 * total + count) // (2 * count) for total in range((LEVELS + 1) * count + 1))


@cache
def _hour_table(name: str) -> bytes:
    """Return, for each number that an hour may hold of a metric, its cell."""
    low, high = METRIC[name].comparable_limits
    whole = (high - low) * SCALE
    cells = (1 + (2 * LEVELS * min(n, whole) + whole) // (2 * whole) for n in range(NONE))
    return bytes([*cells, 0])
