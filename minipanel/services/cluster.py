"""The past of the whole cluster: how many nodes were busy, idle, down or unknown, and what all of them came to."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

import msgspec

from minipanel.database.packing import NONE, PART, SCALE
from minipanel.models.answers import ClusterPast
from minipanel.models.gap import DOWN
from minipanel.models.hour import HOUR_SECONDS, HOURS, day_number
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.node import Node
from minipanel.models.record import RECORD_SECONDS, VALUE_COLUMNS
from minipanel.models.shape import made
from minipanel.services.absences import Absences, Frame, Run
from minipanel.services.history import Span
from minipanel.services.lanes import Lanes, number_and_place
from minipanel.services.live import Live
from minipanel.services.raster import MAX_NODES, METRIC, Plan, planned, refuse_too_much, runs_of
from minipanel.services.reading import THREADS, Reading

IDLE_BELOW: Final = 10
"""Percent. What the system itself does on a node without a job stays below; a job with one core of many may too."""

MAX_RUNS: Final = 40_000
"""So many times without samples are explained, the longest; what explains the others is not known."""

RECORDS_SECONDS: Final = 8 * 86_400
"""What is longer is read in hours, however few nodes there are: a screen shows no more."""

BATCH: Final = 100
"""Nodes whose hours are read at once: of a year 5 MB."""

_CPU: Final = METRICS[0]

_FLAGS: Final = b"\1" * 255 + b"\0"
"""By a number's higher byte: 0 where there is none, as no other number of CPU has it."""

_Array = msgspec.json.Decoder(list[float | None])


def _column(metric: Metric) -> str:
    """Return which column of a record tells of a metric what the cluster's past needs."""
    return metric.comparable if metric.averages_over_nodes else metric.max


def _part(metric: Metric) -> str:
    return metric.comparable if metric.averages_over_nodes else f"{metric.comparable}_max"


_FIELDS: Final = tuple(name for name in VALUE_COLUMNS if name in {_column(metric) for metric in METRICS})


class Sums:
    """What some nodes come to, step by step."""

    def __init__(self, count: int) -> None:
        self.lanes = Lanes(count)
        self.busy = 0
        self.known = {metric.name: 0 for metric in METRICS}
        self.total = {metric.name: 0 for metric in METRICS}
        """Sums, or the highest of those that have no mean."""
        self.runs: dict[int, list[Run]] = {}

    def take(self, place: int, numbers: Mapping[str, bytes]) -> None:
        """Add a node: of each metric a number for each step."""
        lanes = self.lanes
        for metric in METRICS:
            values = lanes.of(numbers[metric.name])
            if metric.averages_over_nodes:
                self.total[metric.name] += values
                self.known[metric.name] += lanes.at_least(values, 0)
            else:
                self.total[metric.name] = lanes.highest(self.total[metric.name], lanes.placed(values, place))
            if metric is _CPU:
                self.busy += lanes.at_least(values, IDLE_BELOW * SCALE)
                self.runs[place] = runs_of(numbers[metric.name][1::2].translate(_FLAGS))

    def join(self, other: Sums) -> None:
        """Add what other nodes come to."""
        self.busy += other.busy
        self.runs |= other.runs
        for metric in METRICS:
            name = metric.name
            self.known[name] += other.known[name]
            if metric.averages_over_nodes:
                self.total[name] += other.total[name]
            else:
                self.total[name] = self.lanes.highest(self.total[name], other.total[name])


class Cluster:
    """Reads beside the writer."""

    def __init__(self, reading: Reading, live: Live, clock: Callable[[], float] = time.time) -> None:
        self._reading = reading
        self._live = live
        self._clock = clock

    async def of(self, nodes: Sequence[Node], span: Span, columns: int) -> ClusterPast:
        """Return the past of these nodes. Raises BadInput for too many, TryLater when nothing can be read."""
        refuse_too_much(len(nodes), span, "counted")
        now = int(self._clock())
        if span.end - span.start > RECORDS_SECONDS:
            span = replace(span, step=HOUR_SECONDS)
        plan = planned(METRIC[_CPU.comparable], len(nodes), span, now, columns, MAX_NODES)
        share = max(1, -(-len(nodes) // THREADS))
        read = self._hours if plan.step == HOUR_SECONDS else self._records
        parts = await asyncio.gather(
            *(
                self._reading.do(read, list(enumerate(nodes))[first : first + share], plan, now)
                for first in range(0, len(nodes), share)
            )
        )
        return await self._reading.do(self._answer, nodes, parts, plan, span, now)

    def _records(self, nodes: Sequence[tuple[int, Node]], plan: Plan, now: int) -> Sums:
        count = plan.columns * (plan.width // plan.step)
        sums = Sums(count)
        history = self._reading.reader.history
        for place, node in nodes:
            arrays = history(node.id, plan.start, plan.end, _FIELDS, now)
            times, *columns = (_Array.decode(array) for array in arrays)
            steps = [int(at or 0) // RECORD_SECONDS - plan.start // RECORD_SECONDS - 1 for at in times]
            by_name = dict(zip(_FIELDS, columns, strict=True))
            sums.take(
                place,
                {m.name: numbers_of(by_name[_column(m)], steps, count, m.comparable_limits[0]) for m in METRICS},
            )
        return sums

    def _hours(self, nodes: Sequence[tuple[int, Node]], plan: Plan, now: int) -> Sums:
        count = plan.columns * (plan.width // plan.step)
        sums = Sums(count)
        if not count:
            return sums
        first, last = day_number(plan.start + 1), day_number(plan.end)
        begin = 2 * (plan.start // HOUR_SECONDS - (first - 1) * HOURS)
        read, until = self._reading.reader.hour_numbers, min(now, plan.end)
        for start in range(0, len(nodes), BATCH):
            some = nodes[start : start + BATCH]
            ids = [node.id for _, node in some]
            numbers = {metric.name: read(ids, first, last, until, _part(metric)) for metric in METRICS}
            for place, node in some:
                of_node = {name: by_id[node.id][begin : begin + 2 * count] for name, by_id in numbers.items()}
                sums.take(place, of_node)
        return sums

    def _answer(self, nodes: Sequence[Node], parts: Sequence[Sums], plan: Plan, span: Span, now: int) -> ClusterPast:
        merge = plan.width // plan.step
        sums = Sums(plan.columns * merge)
        for part in parts:
            sums.join(part)
        frame = Frame(plan.start, plan.step, sums.lanes.count)
        values = sums.lanes.values
        known, busy = values(sums.known[_CPU.name]), values(sums.busy)
        absences = Absences(
            self._reading.reader, self._live.interval_seconds, self._live.last_seen, self._live.silent_seconds, now
        )
        down, unknown = self._away(nodes, sums.runs, absences, frame, plan.step == HOUR_SECONDS)
        filling = self._reading.reader.filling(now) if plan.step == HOUR_SECONDS else None
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
        )

    def _away(
        self,
        nodes: Sequence[Node],
        runs: Mapping[int, Sequence[Run]],
        absences: Absences,
        frame: Frame,
        is_of_hours: bool,
    ) -> tuple[list[int], list[int]]:
        """Return for each step how many nodes were down, and of how many nobody knows."""
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


def longest(runs: Mapping[int, Sequence[Run]], most: int) -> tuple[dict[int, list[Run]], list[Run]]:
    """Return so many runs by place, and those that are shorter."""
    if sum(map(len, runs.values())) <= most:
        return {place: list(found) for place, found in runs.items()}, []
    ordered = sorted(
        ((place, run) for place, found in runs.items() for run in found), key=lambda each: each[1][0] - each[1][1]
    )
    told: dict[int, list[Run]] = {}
    for place, run in sorted(ordered[:most]):
        told.setdefault(place, []).append(run)
    return told, [run for _, run in ordered[most:]]


def numbers_of(values: Sequence[float | None], steps: Sequence[int], count: int, low: int) -> bytes:
    """Return the values of a node's records as an hour's numbers are, one for each step of the picture."""
    numbers = [NONE] * count
    for step, value in zip(steps, values, strict=True):
        if value is not None and 0 <= step < count:
            numbers[step] = min(NONE - 1, max(0, int((value - low) * SCALE + 0.5)))
    return struct.pack(f"<{count}H", *numbers)


def means(values: Sequence[int], merge: int) -> list[float]:
    """Return so many side by side as one, their mean; the last may stand for fewer."""
    if merge == 1:
        return [float(value) for value in values]
    groups = (values[first : first + merge] for first in range(0, len(values), merge))
    return [round(sum(group) / len(group), 2) for group in groups]


def _of_metric(metric: Metric, sums: Sums, merge: int, nodes: Sequence[Node]) -> dict[str, Sequence[float | None]]:
    low = PART[metric.comparable].low
    totals = sums.lanes.values(sums.total[metric.name])
    starts = range(0, len(totals), merge)
    if metric.averages_over_nodes:
        known = sums.lanes.values(sums.known[metric.name])
        groups = ((sum(totals[at : at + merge]), sum(known[at : at + merge])) for at in starts)
        # A lane holds each number plus one.
        return {
            metric.comparable: [
                round(low + (total - there) / there / SCALE, 2) if there else None for total, there in groups
            ]
        }
    highest = [number_and_place(max(totals[at : at + merge])) for at in starts]
    return {
        metric.max: [round(low + found[0] / SCALE, 2) if found else None for found in highest],
        f"{metric.max}_node": [nodes[found[1]].id if found else None for found in highest],
    }
