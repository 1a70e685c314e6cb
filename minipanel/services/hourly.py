"""Hours as columns of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from minipanel.database.packing import NONE, PART, SCALE, Part, numbers_of, total_of
from minipanel.models.hour import HOURS, timestamp_of
from minipanel.models.metrics import METRICS
from minipanel.models.record import VALUE_COLUMNS

Days = Iterable[tuple[int, bytes]]
"""Packed days with their numbers (models/hour.day_number), ascending."""

_SAMPLES: Final = PART["samples"]


def arrays_of(days: Days, start: int, end: int, columns: Sequence[str]) -> list[bytes]:
    """Return one node's hours with timestamps in (start, end] as one JSON array per column, `timestamp` first.

    Hours without samples are left out. The columns are those of records.
    """
    cells: list[list[str]] = [[] for _ in (None, *columns)]
    for day, packed in days:
        samples = numbers_of(packed, _SAMPLES)
        places = [place for place in range(HOURS) if samples[place] and start < timestamp_of(day, place) <= end]
        cells[0] += [str(timestamp_of(day, place)) for place in places]
        for into, name in zip(cells[1:], columns, strict=True):
            into += _CELLS[name](packed, places)
    return [f"[{','.join(column)}]".encode() for column in cells]


def _number(part: Part) -> Callable[[bytes, Sequence[int]], list[str]]:
    shift = part.low * SCALE

    def cells(packed: bytes, places: Sequence[int]) -> list[str]:
        numbers = numbers_of(packed, part)
        if part.is_count:
            return [str(numbers[place]) for place in places]
        return ["null" if (n := numbers[place]) == NONE else str((n + shift) / SCALE) for place in places]

    return cells


def _of_total(part: Part, total: Part) -> Callable[[bytes, Sequence[int]], list[str]]:
    def cells(packed: bytes, places: Sequence[int]) -> list[str]:
        numbers, whole = numbers_of(packed, part), total_of(packed, total)
        return ["null" if (n := numbers[place]) == NONE else str(n * whole // (100 * SCALE)) for place in places]

    return cells


def _total(total: Part, mean: Part) -> Callable[[bytes, Sequence[int]], list[str]]:
    def cells(packed: bytes, places: Sequence[int]) -> list[str]:
        numbers, whole = numbers_of(packed, mean), str(total_of(packed, total))
        return ["null" if numbers[place] == NONE else whole for place in places]

    return cells


def _cells() -> Iterator[tuple[str, Callable[[bytes, Sequence[int]], list[str]]]]:
    yield "samples", _number(_SAMPLES)
    for metric in METRICS:
        mean, highest = PART[metric.comparable], PART.get(f"{metric.comparable}_max")
        yield metric.comparable, _number(mean)
        if metric.of_total is None:
            if highest is not None:
                yield metric.max, _number(highest)
            continue
        total = PART[metric.of_total]
        yield metric.of_total, _total(total, mean)
        yield metric.name, _of_total(mean, total)
        if highest is not None:
            yield metric.max, _of_total(highest, total)


_CELLS: Final = dict(_cells())
assert set(_CELLS) == set(VALUE_COLUMNS), "an hour lacks a column of records"
