"""The past of the whole cluster: how many nodes were busy, idle, down or unknown, and their metrics together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Final

from msgspec.structs import replace

from minipanel.database.packing import PART, SCALE
from minipanel.models.answers import ClusterPast
from minipanel.models.gap import DOWN
from minipanel.models.hour import HOUR_SECONDS, HOURS, day_number
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.node import Node
from minipanel.models.reader import Reader
from minipanel.models.shape import made
from minipanel.sentence import Sentence
from minipanel.services.absences import Absences, Frame, Run
from minipanel.services.cells import runs_of
from minipanel.services.history import Span
from minipanel.services.lanes import LANE_BYTES, Lanes
from minipanel.services.live import Live
from minipanel.services.raster import Plan, opened_plan, refuse_too_much
from minipanel.services.reading import HOURS_SIDE_BY_SIDE, Past, Reading, shares
from minipanel.services.sums import IDLE_BELOW, PARTS, Sums, flags_of, runs_over

MAX_RUNS: Final = 40_000
"""At most this many runs without samples are explained, the longest first. The others count as unknown."""

RECORDS_SECONDS: Final = 8 * 86_400
"""Longer spans are read in hours, however few nodes there are: a screen can't show more."""

_CPU: Final = METRICS[0]


class Cluster:
    """Reads the past of the whole cluster, in the reading threads."""

    def __init__(self, reading: Reading, live: Live, clock: Callable[[], float] = time.time) -> None:
        self._reading = reading
        self._live = live
        self._clock = clock

    async def of(self, nodes: Sequence[Node], span: Span, columns: int) -> ClusterPast:
        """Return the past of these nodes. Raises BadInput for too many, TryLater if nothing can be read."""
        refuse_too_much(len(nodes), span, Sentence("counted"))
        now = int(self._clock())
        if span.end - span.start > RECORDS_SECONDS:
            span = replace(span, step=HOUR_SECONDS)
        past, plan = await opened_plan(self._reading, _CPU, len(nodes), span, now, columns)
        read = self._hours if plan.step == HOUR_SECONDS else self._records
        steps = plan.columns * (plan.width // plan.step)
        sums = await read(past, nodes, plan, now) if nodes and steps else Sums.of_nothing(steps)
        return await past.do(self._answer, past, nodes, sums, plan, span, now)

    async def _records(self, past: Past, nodes: Sequence[Node], plan: Plan, now: int) -> Sums:
        places = range(len(nodes))
        sums, *others = await asyncio.gather(
            *(past.do(self._of_records, past.reader, nodes, places[part], plan, now) for part in shares(len(nodes)))
        )
        for other in others:
            sums.join(other)
        return sums

    async def _hours(self, past: Past, nodes: Sequence[Node], plan: Plan, now: int) -> Sums:
        days = range(day_number(plan.start + 1), day_number(plan.end) + 1)
        parts = await asyncio.gather(
            *(
                past.do(self._of_hours, past, nodes, days[part], plan, now)
                for part in shares(len(days), HOURS_SIDE_BY_SIDE)
            )
        )
        return await past.do(_joined, [day for part in parts for day in part], len(nodes), plan)

    def _of_records(self, reader: Reader, nodes: Sequence[Node], places: range, plan: Plan, now: int) -> Sums:
        steps = plan.columns * (plan.width // plan.step)
        width = steps + steps % 2
        read = reader.record_numbers
        lines = [read(nodes[place].id, plan.start, plan.end, now, PARTS) for place in places]
        tables = [
            b"".join([line.ljust(LANE_BYTES * width, b"\xff") for line in part]) for part in zip(*lines, strict=True)
        ]
        sums = Sums.of(Lanes(len(places), width), tables, places.start)
        flags = flags_of(tables)
        for row, place in enumerate(places):
            if runs := runs_of(flags[row * width : row * width + steps]):
                sums.runs[place] = runs
        sums.cut(0, steps)
        return sums

    def _of_hours(
        self, past: Past, nodes: Sequence[Node], days: range, plan: Plan, now: int
    ) -> list[tuple[Sums, bytes]]:
        ids, alike = [node.id for node in nodes], min(HOURS, plan.width // HOUR_SECONDS)
        return list(past.sums_of_days(ids, days, min(now, plan.end), alike))

    def _answer(self, past: Past, nodes: Sequence[Node], sums: Sums, plan: Plan, span: Span, now: int) -> ClusterPast:
        merge = plan.width // plan.step
        frame = Frame(plan.start, plan.step, plan.columns * merge)
        known, busy = sums.known[_CPU.name], sums.busy
        absences = Absences(
            past.reader, self._live.interval_seconds, self._live.last_seen, self._live.silent_seconds, now
        )
        down, unknown = self._away(nodes, sums.runs, absences, frame, plan.step == HOUR_SECONDS)
        filling = past.reader.filling(now) if plan.step == HOUR_SECONDS else None
        idle = [there - some for there, some in zip(known, busy, strict=True)]
        columns = {
            "timestamp": [plan.start + (column + 1) * plan.width for column in range(plan.columns)],
            "busy": means(busy, merge),
            "idle": means(idle, merge),
            "down": means(down, merge),
            "unknown": means(unknown, merge),
        }
        for metric in METRICS:
            columns |= _of_metric(metric, sums, merge, nodes)
        return made(
            ClusterPast,
            period=span.period,
            from_=plan.start,
            to=plan.end,
            step=plan.step,
            width=plan.width,
            nodes=len(nodes),
            idle_below=IDLE_BELOW,
            filling=filling if filling and filling[0] < plan.end and plan.start < filling[1] else None,
            **columns,
            **past.told(),
        )

    def _away(
        self,
        nodes: Sequence[Node],
        runs: Mapping[int, Sequence[Run]],
        absences: Absences,
        frame: Frame,
        is_of_hours: bool,
    ) -> tuple[list[int], list[int]]:
        """Return, for each step, how many nodes were down, and how many were in an unknown state."""
        told, others = longest(runs, MAX_RUNS)
        down, unknown = [0] * (frame.count + 1), [0] * (frame.count + 1)
        for found in absences.of(nodes, told, frame, is_of_hours).values():
            for begin, end, reason in found:
                if reason not in ("new", "filling"):
                    count = down if reason in DOWN else unknown
                    count[begin] += 1
                    count[end] -= 1
        for begin, end in others:
            unknown[begin] += 1
            unknown[end] -= 1
        return list(accumulate(down))[:-1], list(accumulate(unknown))[:-1]


def _joined(days: Sequence[tuple[Sums, bytes]], nodes: int, plan: Plan) -> Sums:
    begin = plan.start // HOUR_SECONDS % HOURS
    end = begin + plan.columns * plan.width // HOUR_SECONDS
    sums = Sums()
    for of_day, _ in days:
        sums.follow(of_day)
    sums.cut(begin, end)
    sums.runs = runs_over([flags for _, flags in days], nodes, begin, end)
    return sums


def longest(runs: Mapping[int, Sequence[Run]], most: int) -> tuple[dict[int, list[Run]], list[Run]]:
    """Return the `most` longest runs, by place, and the shorter ones."""
    if sum(map(len, runs.values())) <= most:
        return {place: list(found) for place, found in runs.items()}, []
    ordered = sorted(
        ((place, run) for place, found in runs.items() for run in found), key=lambda each: each[1][0] - each[1][1]
    )
    told: dict[int, list[Run]] = {}
    for place, run in sorted(ordered[:most]):
        told.setdefault(place, []).append(run)
    return told, [run for _, run in ordered[most:]]


def means(values: Sequence[int], merge: int) -> list[float]:
    """Return the mean of every `merge` consecutive values; the last mean may be of fewer."""
    if merge == 1:
        return [float(value) for value in values]
    groups = (values[first : first + merge] for first in range(0, len(values), merge))
    return [round(sum(group) / len(group), 2) for group in groups]


def _of_metric(metric: Metric, sums: Sums, merge: int, nodes: Sequence[Node]) -> dict[str, Sequence[float | None]]:
    low, known, totals = PART[metric.comparable].low, sums.known[metric.name], sums.total[metric.name]
    steps = [range(first, min(first + merge, len(known))) for first in range(0, len(known), merge)]
    if metric.averages_over_nodes:
        groups = [(sum(totals[at] for at in group), sum(known[at] for at in group)) for group in steps]
        return {
            metric.comparable: [round(low + total / there / SCALE, 2) if there else None for total, there in groups]
        }
    places = sums.place[metric.name]
    # Of several equal ones, the first.
    highest = [max((at for at in group if known[at]), key=totals.__getitem__, default=None) for group in steps]
    return {
        metric.max: [None if at is None else round(low + totals[at] / SCALE, 2) for at in highest],
        f"{metric.max}_node": [None if at is None else nodes[places[at]].id for at in highest],
    }
