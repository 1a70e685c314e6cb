"""Reads the records for one answer: from the database what it has, older ones from the engine."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from minipanel.archive.hour_questions import AT_ONCE_HOURS, HourQuestions, are_few, nodes_for, steps_of
from minipanel.archive.old_hours import none_of, none_of_day, packed_days, repeated
from minipanel.archive.old_records import ALL_NAMES, SEEN_NAMES, Points, Table, by_node, metric_of, names_of, seen_in
from minipanel.archive.pieces import pieces
from minipanel.archive.points import SAMPLES, stamp_of
from minipanel.archive.visit import Visit
from minipanel.database.packing import PART, PARTS
from minipanel.models.arrays import Drawn, join_arrays, join_drawn
from minipanel.models.gap import Evidence, Seen
from minipanel.models.hour import DAY_SECONDS, HOURS
from minipanel.models.metrics import METRICS
from minipanel.models.node import Heard, Moment, Node
from minipanel.models.reader import Reader, Values
from minipanel.models.record import RECORD_SECONDS, record_timestamp

AT_ONCE_RECORDS: Final = 20_000
"""Records in one question: about 10 MB, and at most 10 ms in which the decoder blocks other threads."""

NODE_DAYS: Final = 100_000
"""Node-days of hours held at a time: 5 MB per part."""

DAYS_AT_ONCE: Final = 340
"""Days of hours: VictoriaMetrics examines at most 100,000 times of a series
(-search.maxPointsSubqueryPerTimeseries)."""

SEEN_SECONDS: Final = 60 * DAY_SECONDS
BESIDE_SECONDS: Final = 3600
"""How far from a time the first look for the next record reaches."""

DAY_BYTES: Final = 2 * HOURS
"""Bytes of a part per day."""

MAX_LOOKS: Final = 200
"""For at most this many nodes, an answer asks the engine for the records around a time (3 ms each)."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which source has what. The database has the records after `records_since` and the days from `first_day` on.

    Older ones are read from the engine, back to `floor`.
    """

    records_since: int
    first_day: int
    floor: int


class OldReader:
    """models/reader.Reader for one answer. If the engine does not answer, its part is missing, and `visit` says why."""

    def __init__(self, base: Reader, visit: Visit, bounds: Bounds, names: Mapping[int, str]) -> None:
        self._base = base
        self._visit = visit
        self._bounds = bounds
        self._names = names
        self._looks = 0
        self.questions = HourQuestions(visit, names, bounds.floor)
        self.has_read_here = False

    @property
    def first_day(self) -> int:
        """The first day whose hours the database has."""
        return self._bounds.first_day

    def history(self, node_id: int, start: int, end: int, columns: Sequence[str], now: int) -> list[bytes]:
        """Return a node's records in (start, end] as JSON arrays, `timestamp` first. Raises DatabaseError."""
        old = self._older(node_id, start, end)
        if not self._has_here(end):
            return [b"[]"] * (1 + len(columns)) if old is None else old.arrays(columns)
        here = self._base.history(node_id, self._begin(start), end, columns, now)
        return here if old is None else list(map(join_arrays, old.arrays(columns), here))

    def drawn(self, node_id: int, start: int, end: int, columns: Sequence[str], now: int) -> Drawn:
        """Return a node's records in (start, end] as charts draw them. Raises DatabaseError."""
        old = self._older(node_id, start, end)
        if not self._has_here(end):
            return ([], [b"[]"] * len(columns)) if old is None else old.drawn(columns)
        here = self._base.drawn(node_id, self._begin(start), end, columns, now)
        return here if old is None else join_drawn([old.drawn(columns), here])

    def _older(self, node_id: int, start: int, end: int) -> Table | None:
        """Return the engine's part of (start, end], None if it has no records."""
        old = self._table(node_id, start, min(end, self._bounds.records_since))
        return None if old is None or not old.times else old

    def _has_here(self, end: int) -> bool:
        """Return whether the database has a part of what is before `end`, which is then read."""
        self.has_read_here |= end > self._bounds.records_since
        return end > self._bounds.records_since

    def _begin(self, start: int) -> int:
        return max(start, self._bounds.records_since)

    def record_numbers(self, node_id: int, start: int, end: int, now: int, names: Sequence[str]) -> list[bytes]:
        """Return two bytes per part for each record in (start, end]. Raises DatabaseError."""
        until = min(end, max(start, self._bounds.records_since))
        here = [b""] * len(names)
        if end > until:
            self.has_read_here = True
            here = self._base.record_numbers(node_id, until, end, now, names)
        if until == start:
            return here
        metrics = [metric for metric in METRICS if metric in map(metric_of, names)]
        found = self._export([node_id], names_of(metrics), start, until).get(node_id, {})
        table, count = Table(found, start, until, metrics), (until - start) // RECORD_SECONDS
        return [bytes(table.numbers(start, count, name)) + of_part for name, of_part in zip(names, here, strict=True)]

    def records_at(self, node_ids: Sequence[int], times: Sequence[int], now: int) -> list[Values]:
        """Return the nodes' records at these times, with the values in which nodes are compared.

        Raises DatabaseError.
        """
        since = self._bounds.records_since
        older, newer = [time for time in times if time <= since], [time for time in times if time > since]
        rows: list[Values] = []
        if newer:
            self.has_read_here = True
            rows = self._base.records_at(node_ids, newer, now)
        if older:
            start, wanted = older[0] - RECORD_SECONDS, set(older)
            for some in pieces(node_ids, nodes_for((older[-1] - start) // RECORD_SECONDS, AT_ONCE_RECORDS)):
                for series in self._export(some, ALL_NAMES, start, older[-1]).values():
                    found = Table(series, start, older[-1]).rows()
                    rows += [(time, *values) for time, values in found if time in wanted]
        return rows

    def seen(self, node_id: int, start: int, end: int) -> Seen:
        """Return which samples of a node exist in (start, end] and next to that span, and what explains missing ones.

        Raises DatabaseError.
        """
        since = self._bounds.records_since
        if start > since or (start == end and not self._may_look()):
            return self._base.seen(node_id, start, end)
        here = self._base.seen(node_id, max(start, since), max(end, since))
        self.has_read_here = self.has_read_here or end > since
        records = {time: seen for time, seen in here.records if time > since}
        until = min(record_timestamp(end), since)
        found: dict[int, int | None] = {}
        for begin in range(start - BESIDE_SECONDS, min(until + BESIDE_SECONDS, since), SEEN_SECONDS):
            last = min(begin + SEEN_SECONDS, until + BESIDE_SECONDS, since)
            found.update(self._seen(node_id, begin, last))
        if not any(time <= start for time in found):
            found.update(self._beside(node_id, "tlast", self._bounds.floor, start - BESIDE_SECONDS))
        if until < since and not any(time > until for time in found):
            found.update(self._beside(node_id, "tfirst", until + BESIDE_SECONDS, since))
        return Seen(sorted({**found, **records}.items()), here.evidence)

    def days(self, node_ids: Sequence[int], first_day: int, last_day: int, now: int) -> list[tuple[int, bytes]]:
        """Return the nodes' days in hours, by row id, packed (database/packing.py). Raises DatabaseError."""
        begin = self._bounds.first_day
        found: list[tuple[int, bytes]] = []
        is_exact = are_few(node_ids, first_day, min(last_day, begin - 1))
        for some, first, last in self._questions(node_ids, first_day, min(last_day, begin - 1)):
            steps = steps_of(range(first, last + 1))
            parts = [self.questions.hours(some, part, is_exact, steps) for part in PARTS]
            for node_id in some:
                if node_id in parts[0]:
                    of_node = zip(PARTS, parts, strict=True)
                    numbers = [hours.get(node_id) or none_of(part, steps.count) for part, hours in of_node]
                    found += packed_days(node_id, first, numbers)
        if last_day >= begin:
            self.has_read_here = True
            found += self._base.days(node_ids, max(first_day, begin), last_day, now)
        return sorted(found)

    def hour_numbers(
        self, node_ids: Sequence[int], days: range, now: int, names: Sequence[str], alike: int = 1
    ) -> Iterator[list[bytes]]:
        """Yield the numbers of some parts for each day: 48 bytes per node. Raises DatabaseError."""
        begin = max(days.start, min(days.stop, self._bounds.first_day))
        is_exact = are_few(node_ids, days.start, begin - 1)
        step = max(1, min(DAYS_AT_ONCE, NODE_DAYS // max(1, len(node_ids))))
        for first in range(days.start, begin, step):
            some = range(first, min(begin, first + step))
            yield from self._day_numbers(node_ids, some, names, is_exact, 1 if is_exact else alike)
        if begin < days.stop:
            self.has_read_here = True
            yield from self._base.hour_numbers(node_ids, range(begin, days.stop), now, names)

    def _day_numbers(
        self, node_ids: Sequence[int], days: range, names: Sequence[str], is_exact: bool, alike: int
    ) -> Iterator[list[bytes]]:
        tables = [[none_of_day(PART[name], len(node_ids)) for name in names] for _ in days]
        steps = steps_of(days, alike)
        at_once = nodes_for(steps.count, AT_ONCE_HOURS)
        for start in range(0, len(node_ids), at_once):
            some = node_ids[start : start + at_once]
            for part, name in enumerate(names):
                hours = self.questions.hours(some, PART[name], is_exact, steps)
                for place, node_id in enumerate(some, start):
                    if node_id in hours:
                        numbers = repeated(struct.pack(f"<{steps.count}H", *hours[node_id]), alike)
                        begin, end = place * DAY_BYTES, (place + 1) * DAY_BYTES
                        for day, table in enumerate(tables):
                            table[part][begin:end] = numbers[day * DAY_BYTES : (day + 1) * DAY_BYTES]
        return ([bytes(table) for table in of_day] for of_day in tables)

    def filling(self, now: int) -> tuple[int, int] | None:
        """Return the time span of hours still to be made. Raises DatabaseError."""
        return self._base.filling(now)

    def evidence(self, node_ids: Sequence[int]) -> dict[int, Evidence]:
        """Return what explains missing samples, by node id. Raises DatabaseError."""
        return self._base.evidence(node_ids)

    def newest(self, nodes: Sequence[Node]) -> dict[int, int]:
        """Return the timestamp of the newest stored sample of each node that has one. Raises DatabaseError."""
        return self._base.newest(nodes)

    def heard(self, nodes: Sequence[Node], moment: Moment, interval_seconds: int) -> dict[int, Heard]:
        """Return what is known about each node that has a sample. Raises DatabaseError."""
        return self._base.heard(nodes, moment, interval_seconds)

    def last_values(self, last_seen: Mapping[int, int]) -> dict[int, tuple[float | None, ...]]:
        """Return, by node id, the record of the sample with this timestamp. Raises DatabaseError."""
        return self._base.last_values(last_seen)

    def interrupt(self) -> None:
        """Make the present reads fail with DatabaseError."""
        self._base.interrupt()

    def close(self) -> None:
        """Do nothing: this reader has no connections of its own."""

    def _table(self, node_id: int, start: int, end: int) -> Table | None:
        found = self._export([node_id], ALL_NAMES, start, end).get(node_id)
        return None if found is None else Table(found, start, end)

    def _export(self, node_ids: Sequence[int], names: str, start: int, end: int) -> dict[int, Points]:
        """Return the points of records in (start, end], by node id; empty if the engine does not answer."""
        start = max(start, self._bounds.floor)
        known = {self._names[id]: id for id in node_ids if id in self._names}
        if start >= end or not known:
            return {}
        engine = self._visit.engine
        times = stamp_of(start + RECORD_SECONDS, 1), end * 1000
        found = self._visit.ask(lambda: by_node(engine.read(list(known), *times, names)))
        return {known[name]: series for name, series in (found or {}).items() if name in known}

    def _seen(self, node_id: int, start: int, end: int) -> list[tuple[int, int | None]]:
        return seen_in(self._export([node_id], SEEN_NAMES, start, end).get(node_id, {}), start, end)

    def _beside(self, node_id: int, function: str, start: int, end: int) -> list[tuple[int, int | None]]:
        """Return the last (tlast) or first (tfirst) record of a time span, in a list; empty if there is none."""
        if start >= end or node_id not in self._names:
            return []
        query, engine = f"{function}_over_time({SAMPLES}[{end - start}s])", self._visit.engine
        at = self._visit.ask(lambda: engine.moment(query, [self._names[node_id]], end))
        if at is None:
            return []
        time = record_timestamp(int(-(-at // 1)))
        return self._seen(node_id, time - RECORD_SECONDS, time)

    def _may_look(self) -> bool:
        self._looks += 1
        return self._looks <= MAX_LOOKS

    def _questions(self, node_ids: Sequence[int], first: int, last: int) -> list[tuple[Sequence[int], int, int]]:
        """Return which nodes and days of hours to ask for together."""
        first = max(first, 1)
        return [
            (some, begin, min(last, begin + DAYS_AT_ONCE - 1))
            for begin in range(first, last + 1, DAYS_AT_ONCE)
            for some in pieces(node_ids, nodes_for(HOURS * DAYS_AT_ONCE, AT_ONCE_HOURS))
        ]
