"""The hours of very many nodes at some times, from the engine: it is asked for these times only."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Final

from minipanel.archive.hour_questions import AT_ONCE_HOURS, are_few, nodes_for
from minipanel.archive.old_hours import Steps, none_of
from minipanel.archive.reader import OldReader
from minipanel.database.packing import PART
from minipanel.models.hour import DAY_SECONDS, day_number
from minipanel.services.hour_columns import hour_columns

TIMES_AT_ONCE: Final = 200
"""Times whose numbers are held at once, two bytes for each node."""


def columns_of_hours(
    reader: OldReader, node_ids: Sequence[int], times: range, now: int, names: Sequence[str]
) -> Iterator[tuple[int, list[Sequence[int]]]]:
    """Yield the hours at each of these times, as services/hour_columns does. Raises DatabaseError."""
    until = (reader.first_day - 1) * DAY_SECONDS
    older = range(times.start, min(times.stop, max(times.start, until + 1)), times.step)
    is_exact = bool(older) and are_few(node_ids, day_number(older[0]), day_number(older[-1]))
    for first in range(0, len(older), TIMES_AT_ONCE):
        yield from _older(reader, node_ids, older[first : first + TIMES_AT_ONCE], names, is_exact)
    yield from hour_columns(reader, node_ids, times[len(older) :], now, names)


def _older(
    reader: OldReader, node_ids: Sequence[int], times: range, names: Sequence[str], is_exact: bool
) -> Iterator[tuple[int, list[Sequence[int]]]]:
    steps = Steps(times[0], len(times), times.step)
    at_once = nodes_for(len(times), AT_ONCE_HOURS)
    tables = []
    for name in names:
        part = PART[name]
        nothing, lines = none_of(part, len(times)), []
        for first in range(0, len(node_ids), at_once):
            some = node_ids[first : first + at_once]
            hours = reader.questions.hours(some, part, is_exact, steps)
            lines += [array("H", hours.get(id, nothing)) for id in some]
        tables.append(zip(*lines, strict=True))
    for time, *numbers in zip(times, *tables, strict=True):
        yield time, numbers
