"""The past of a whole set as one picture: one byte per cell (cells.py), nodes from top to bottom, time across."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from minipanel.errors import BadInput
from minipanel.models.answers import RasterHead
from minipanel.models.gap import Absence
from minipanel.models.group import Groups
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS, HOURS, day_number
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.node import Node
from minipanel.models.quote import quote
from minipanel.models.reader import Reader
from minipanel.models.record import RECORD_SECONDS
from minipanel.sentence import Sentence
from minipanel.services.absences import Absences, Absent, Frame
from minipanel.services.bands import bands_of
from minipanel.services.cells import WIDTHS, Cells, highest_of, mean_of, merged, run_around, runs_of
from minipanel.services.history import RECORDS_SPAN_SECONDS, Span
from minipanel.services.lanes import LANE_BYTES
from minipanel.services.live import Live
from minipanel.services.reading import HOURS_SIDE_BY_SIDE, Past, Reading, shares
from minipanel.services.threads import giving_way

MAX_RECORDS = 400_000
"""This many records are read in 0.3 s; a larger set over a longer time is read in hours."""

MAX_NODES = 20_000
MAX_DAYS = 800_000
"""Node-days of 48 bytes each: 2,000 nodes for a year, 20,000 for a month."""

USUAL_COLUMNS, MAX_COLUMNS = 1000, 2000
USUAL_ROWS, MAX_ROWS = 1000, 2000

MAX_RUNS = 10_000
"""At most this many runs without samples get their reasons, the longest first."""

Bands = Sequence[Sequence[int]]
"""For each row, the places of its nodes."""

METRIC: Final = {metric.comparable: metric for metric in METRICS}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read: columns of `width` seconds, from `start` on; `step`: the seconds of a record or of an hour."""

    metric: Metric
    start: int
    width: int
    columns: int
    step: int

    @property
    def end(self) -> int:
        """When the last column ends."""
        return self.start + self.columns * self.width


def read_metric(name: str | None) -> Metric:
    """Return the metric in a query. Raises BadInput."""
    if name is None or name not in METRIC:
        names = ", ".join(METRIC)
        if name is None:
            raise BadInput("metric is missing; it must be {names}.", names=names)
        raise BadInput("metric is {text}; it must be {names}.", text=quote(name), names=names)
    return METRIC[name]


def read_size(name: str, text: str | None, usual: int, most: int) -> int:
    """Return the number of rows or columns in a query. Raises BadInput."""
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= most):
        raise BadInput(
            "{name} is {text}; it must be a whole number from 1 to {most}.", name=name, text=quote(text), most=most
        )
    return int(text)


def planned(metric: Metric, nodes: int, span: Span, now: int, columns: int) -> Plan:
    """Return how to read a set's past so that it has at most `columns` columns."""
    seconds = span.end - span.start
    few = seconds <= RECORDS_SPAN_SECONDS and nodes * seconds // RECORD_SECONDS <= MAX_RECORDS
    step = RECORD_SECONDS if few and span.step == RECORD_SECONDS else HOUR_SECONDS
    width = _width(step, -(-seconds // (step * columns)))
    start = span.start // width * width
    # A record is included once its time is over; in hours, a column with its first record.
    if step == HOUR_SECONDS:
        count = -(-(min(span.end, now - RECORD_SECONDS) - start) // width)
    else:
        count = (min(span.end, now) - start) // width
    return Plan(metric, start, width, max(0, count), step)


async def opened_plan(
    reading: Reading, metric: Metric, nodes: int, span: Span, now: int, columns: int
) -> tuple[Past, Plan]:
    """Return the Past for a set, and the plan with the step that it answers in."""
    plan = planned(metric, nodes, span, now, columns)
    past = await reading.past(plan.start, plan.step, may_be_hours=not span.is_step_asked)
    if past.step != plan.step:
        plan = planned(metric, nodes, replace(span, step=past.step), now, columns)
    return past, plan


def _width(step: int, count: int) -> int:
    """Return the seconds of a column of at least `count` steps. A column of hours divides a day, or is whole days."""
    if step == HOUR_SECONDS:
        count = next((width for width in WIDTHS if width >= count), -(-count // HOURS) * HOURS)
    return step * count


def refuse_too_much(nodes: int, span: Span, what: Sentence) -> None:
    """Raise BadInput for more nodes, or more node-days, than can be drawn or counted."""
    if nodes > MAX_NODES:
        raise BadInput(
            "nodes names {nodes} nodes; at most {most} can be {what}.", nodes=nodes, most=MAX_NODES, what=what
        )
    days = nodes * (day_number(span.end) + 1 - day_number(span.start + 1))
    if days > MAX_DAYS:
        raise BadInput(
            "nodes and time make {days} node-days; at most {most} can be {what}: "
            "ask for fewer nodes or a shorter time.",
            days=days,
            most=MAX_DAYS,
            what=what,
        )


class Raster:
    """Makes pictures of the past, in the reading threads."""

    def __init__(self, reading: Reading, live: Live, clock: Callable[[], float] = time.time) -> None:
        self._reading = reading
        self._live = live
        self._clock = clock

    async def of(
        self, nodes: Sequence[Node], metric: Metric, span: Span, columns: int, rows: int, groups: Groups | None = None
    ) -> bytes:
        """Return the JSON of RasterHead in one line, then the bytes of each plane, row by row.

        Nodes of different `groups` share no row, if possible. Raises BadInput for too many nodes, TryLater if nothing
        can be read.
        """
        refuse_too_much(len(nodes), span, Sentence("drawn"))
        now = int(self._clock())
        past, plan = await opened_plan(self._reading, metric, len(nodes), span, now, columns)
        ids = [node.id for node in nodes]
        read = self._hours if plan.step == HOUR_SECONDS else self._records
        lines = await read(past, ids, plan, now) if plan.columns else [b""] * len(ids)
        homes = {} if groups is None or len(nodes) <= rows else await asyncio.to_thread(groups.homes)
        bands = bands_of([node.hostname for node in nodes], homes, rows)
        return await past.do(self._answer, past, nodes, bands, lines, plan, span, now)

    async def _records(self, past: Past, ids: Sequence[int], plan: Plan, now: int) -> list[bytes]:
        parts = shares(len(ids))
        read = await asyncio.gather(*(past.do(self._of_records, past.reader, ids[part], plan, now) for part in parts))
        return [line for part in read for line in part]

    async def _hours(self, past: Past, ids: Sequence[int], plan: Plan, now: int) -> list[bytes]:
        days = range(day_number(plan.start + 1), day_number(plan.end) + 1)
        parts = shares(len(days), HOURS_SIDE_BY_SIDE)
        read = await asyncio.gather(
            *(past.do(self._of_hours, past.reader, ids, days[part], plan, now) for part in parts)
        )
        cells = [day for part in read for day in part]
        return await past.do(rows_of, cells, len(ids), plan)

    def _of_records(self, reader: Reader, ids: Sequence[int], plan: Plan, now: int) -> list[bytes]:
        merge = plan.width // plan.step
        steps = plan.columns * merge
        width = steps + steps % 2
        read, name = reader.record_numbers, plan.metric.comparable
        numbers = (read(id, plan.start, plan.end, now, [name])[0] for id in ids)
        table = b"".join([of_node.ljust(LANE_BYTES * width, b"\xff") for of_node in numbers])
        cells = Cells(len(ids), width, plan.metric.comparable_limits).of(table)
        return [merged(cells[first : first + steps], merge) for first in range(0, len(cells), width)]

    def _of_hours(self, reader: Reader, ids: Sequence[int], days: range, plan: Plan, now: int) -> list[bytes]:
        """Return the cells of each day, node by node: per node, as many as a day has columns."""
        width = min(HOURS, plan.width // HOUR_SECONDS)
        cells = Cells(len(ids), HOURS, plan.metric.comparable_limits, width)
        read = reader.hour_numbers(ids, days, min(now, plan.end), [plan.metric.comparable], width)
        return [cells.of(numbers) for (numbers,) in giving_way(read)]

    def _answer(
        self,
        past: Past,
        nodes: Sequence[Node],
        bands: Bands,
        lines: list[bytes],
        plan: Plan,
        span: Span,
        now: int,
    ) -> bytes:
        low, high = plan.metric.comparable_limits
        planes = [[mean_of([lines[place] for place in band]) for band in giving_way(bands)]]
        if len(bands) < len(nodes):
            planes.append([highest_of([lines[place] for place in band]) for band in giving_way(bands)])
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
            missing=self._missing(past.reader, nodes, bands, lines, planes[0], plan, now),
            **past.told(),
        )
        return b"".join([msgspec.json.encode(head), b"\n", *(row for plane in planes for row in plane)])

    def _missing(
        self,
        reader: Reader,
        nodes: Sequence[Node],
        bands: Bands,
        lines: Sequence[bytes],
        rows: Sequence[bytes],
        plan: Plan,
        now: int,
    ) -> list[tuple[int, int, int, Absence]]:
        live = self._live
        absences = Absences(reader, live.interval_seconds, live.last_seen, live.silent_seconds, now)
        frame = Frame(plan.start, plan.width, plan.columns)
        runs = _longest(rows, MAX_RUNS // max(map(len, bands), default=1))
        # Each node of a band has its own run, as the reason may lie outside the band's common run.
        of_nodes: dict[int, list[tuple[int, int]]] = {}
        for row, begin, end in runs:
            for place in bands[row]:
                own = run_around(lines[place], begin, end)
                if own not in of_nodes.setdefault(place, []):
                    of_nodes[place].append(own)
        found = absences.of(nodes, of_nodes, frame, plan.step == HOUR_SECONDS)
        missing: list[tuple[int, int, int, Absence]] = []
        for row, begin, end in runs:
            missing += [(row, *part) for part in commonest([found[place] for place in bands[row]], begin, end)]
        return missing


def rows_of(days: Sequence[bytes], nodes: int, plan: Plan) -> list[bytes]:
    """Return each node's line, from the cells of each day."""
    of_day = len(days[0]) // nodes
    length = len(days) * of_day
    table = bytearray(nodes * length)
    for day, cells in enumerate(giving_way(days)):
        for column in range(of_day):
            table[day * of_day + column :: length] = cells[column::of_day]
    # The seconds of one cell of a day. A column is as long as this, or whole days.
    width = min(plan.width, DAY_SECONDS)
    begin = plan.start // width % of_day
    end = begin + plan.columns * plan.width // width
    rows = (bytes(table[node * length + begin : node * length + end]) for node in range(nodes))
    return [merged(row, plan.width // width) for row in giving_way(rows)]


def _longest(rows: Sequence[bytes], most: int) -> list[tuple[int, int, int]]:
    """Return row, begin and end of the longest unknown runs, at most `most`."""
    runs = [(row, begin, end) for row, line in enumerate(rows) for begin, end in runs_of(line)]
    if len(runs) <= most:
        return runs
    return sorted(sorted(runs, key=lambda run: run[1] - run[2])[:most])


def commonest(nodes: Sequence[Sequence[Absent]], begin: int, end: int) -> list[Absent]:
    """Return the reason shared by most of the nodes at each time between two columns; equal neighbours are joined."""
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
