"""Sums over many nodes, step by step: of each metric, of the busy nodes, and which nodes are unknown when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Final

from minipanel.database.packing import SCALE
from minipanel.models.hour import HOURS
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.reader import Reader
from minipanel.services.absences import Run
from minipanel.services.cells import runs_of
from minipanel.services.lanes import Lanes, row_with

IDLE_BELOW: Final = 10
"""In percent. A node without a job stays below this; so may a node with a job on one of many cores."""


def part_of(metric: Metric) -> str:
    """Return the part of an hour that is summed for a metric."""
    return metric.comparable if metric.averages_over_nodes else f"{metric.comparable}_max"


PARTS: Final = tuple(map(part_of, METRICS))

_CPU: Final = METRICS[0]

_FLAGS: Final = b"\1" * 128 + bytes(128)
"""By the high byte of a number: 0 if the number means none, else 1."""


@dataclass(slots=True)
class Sums:
    """The sums of some nodes, step by step."""

    known: dict[str, list[int]] = field(default_factory=lambda: {metric.name: [] for metric in METRICS})
    total: dict[str, list[int]] = field(default_factory=lambda: {metric.name: [] for metric in METRICS})
    """Sums; the highest value for metrics without a mean."""
    place: dict[str, list[int]] = field(default_factory=lambda: {metric.name: [] for metric in METRICS})
    """The node with the highest value."""
    busy: list[int] = field(default_factory=list)
    runs: dict[int, list[Run]] = field(default_factory=dict)

    @classmethod
    def of_nothing(cls, steps: int) -> Sums:
        """Return the sums of no nodes."""
        sums = cls(busy=[0] * steps)
        for columns in (sums.known, sums.total, sums.place):
            columns |= {name: [0] * steps for name in columns}
        return sums

    @classmethod
    def of(cls, lanes: Lanes, numbers: Sequence[bytes], first: int) -> Sums:
        """Return the sums of a table of nodes and steps, from the numbers of each metric.

        `first`: its first node's place.
        """
        sums = cls()
        for metric, table in zip(METRICS, numbers, strict=True):
            name = metric.name
            if not metric.averages_over_nodes:
                sums.known[name], sums.total[name], sums.place[name] = highest_of(lanes, table, first)
                continue
            values, none = lanes.of(table)
            sums.known[name], sums.total[name] = _known(lanes, none), list(lanes.sums(values))
            if metric is _CPU:
                sums.busy = list(lanes.counts(lanes.at_least(values, IDLE_BELOW * SCALE)))
        return sums

    def follow(self, later: Sums) -> None:
        """Append the sums of the same nodes for the following steps."""
        self.busy += later.busy
        for mine, others in ((self.known, later.known), (self.total, later.total), (self.place, later.place)):
            for name, values in others.items():
                mine[name] += values

    def join(self, other: Sums) -> None:
        """Add the sums of further nodes for the same steps."""
        self.busy = list(map(add, self.busy, other.busy))
        self.runs |= other.runs
        for metric in METRICS:
            name = metric.name
            if metric.averages_over_nodes:
                self.total[name] = list(map(add, self.total[name], other.total[name]))
            else:
                self._join_highest(name, other)
            self.known[name] = list(map(add, self.known[name], other.known[name]))

    def cut(self, begin: int, end: int) -> None:
        """Keep only these steps."""
        self.busy = self.busy[begin:end]
        for columns in (self.known, self.total, self.place):
            for name, values in columns.items():
                columns[name] = values[begin:end]

    def part(self, begin: int, end: int) -> Sums:
        """Return the sums of these steps alone."""
        known, total, place = (
            {name: values[begin:end] for name, values in columns.items()}
            for columns in (self.known, self.total, self.place)
        )
        return Sums(known, total, place, self.busy[begin:end])

    def _join_highest(self, name: str, other: Sums) -> None:
        known, total, place = self.known[name], self.total[name], self.place[name]
        for step, highest in enumerate(other.total[name]):
            if other.known[name][step] and (not known[step] or highest > total[step]):
                total[step], place[step] = highest, other.place[name][step]


def highest_of(lanes: Lanes, table: bytes, first: int = 0) -> tuple[list[int], list[int], list[int]]:
    """Return for each step of a table how many nodes are known, their highest number, and that node's place."""
    values, none = lanes.of(table)
    highest = list(lanes.highest(values))
    places = [first + (row_with(table, lanes.width, step, number) or 0) for step, number in enumerate(highest)]
    return _known(lanes, none), highest, places


def _known(lanes: Lanes, none: int) -> list[int]:
    missing = lanes.counts(none) if none else [0] * lanes.width
    return [lanes.rows - count for count in missing]


def sums_of_days(reader: Reader, node_ids: Sequence[int], days: range, now: int) -> Iterator[tuple[Sums, bytes]]:
    """Yield for each day the nodes' sums in its hours, and which hours of each node are known, one byte each."""
    lanes = Lanes(len(node_ids), HOURS)
    for numbers in reader.hour_numbers(node_ids, days, now, PARTS):
        yield Sums.of(lanes, numbers, 0), flags_of(numbers)


def flags_of(numbers: Sequence[bytes]) -> bytes:
    """Return a byte for each number of a table, from those of all metrics: 1 if the node is known, else 0."""
    return numbers[METRICS.index(_CPU)][1::2].translate(_FLAGS)


def runs_over(days: Sequence[bytes], nodes: int, begin: int, end: int) -> dict[int, list[Run]]:
    """Return the runs in which each node is unknown, by its index, from each day's flags, node by node.

    Steps count from `begin`, an hour of the first day, and end before `end`.
    """
    runs: dict[int, list[Run]] = {}
    since: dict[int, int] = {}

    def close(place: int, at: int) -> None:
        first, last = max(since.pop(place) - begin, 0), min(at, end) - begin
        if first < last:
            runs.setdefault(place, []).append((first, last))

    whole = b"\1" * HOURS
    for day, flags in enumerate(days):
        start = day * HOURS
        if 1 not in flags:
            since = dict.fromkeys(range(nodes), start) | since
            continue
        for place in list(since) if 0 not in flags else range(nodes):
            of_node = flags[HOURS * place : HOURS * place + HOURS]
            if place in since and of_node[0]:
                close(place, start)
            if of_node == whole:
                continue
            for first, last in runs_of(of_node):
                since.setdefault(place, start + first)
                if last < HOURS:
                    close(place, start + last)
    for place in list(since):
        close(place, len(days) * HOURS)
    return runs
