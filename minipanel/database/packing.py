"""A node's day as bytes: the 24 hours of each metric, laid out by the list of metrics.

Little-endian columns of 24 two-byte numbers, one after another. First `samples`. Then for each metric: its total (one
eight-byte number, the largest of the day), its mean, its maximum, and how many samples its mean rests on, where that
may be fewer. A mean or maximum is in hundredths above the lowest allowed value; for a metric with a total, in
hundredths of a percent of it. It is below 32768, or 65535 for none. Metrics of later releases follow at the end, so an
older day is merely shorter.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from minipanel.models.hour import HOURS
from minipanel.models.metrics import METRICS

NONE: Final = 0xFFFF
HIGHEST: Final = 0x7FFF
"""The largest stored mean or maximum. The bit above is left to arithmetic on many at once (services/lanes.py)."""

MOST_TOTAL: Final = (1 << 64) - 1

SCALE: Final = 100

_COLUMN: Final = struct.Struct(f"<{HOURS}H")
_TOTAL: Final = struct.Struct("<Q")
_NONE_OF_24: Final = b"\xff\xff" * HOURS
_ZERO_OF_24: Final = bytes(2 * HOURS)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a day's bytes. A stored number n means n for a count or a total, else low + n / 100."""

    name: str
    offset: int
    low: int = 0
    is_count: bool = False
    is_total: bool = False

    @property
    def end(self) -> int:
        """Where the next part begins."""
        return self.offset + (_TOTAL if self.is_total else _COLUMN).size


def _layout() -> Iterator[Part]:
    part = Part("samples", 0, is_count=True)
    yield part
    for metric in METRICS:
        low, high = metric.comparable_limits
        if (high - low) * SCALE > HIGHEST:
            raise AssertionError(f"An hour has no room for {metric.name}: {low} to {high} in hundredths.")
        if metric.of_total is not None:
            part = Part(metric.of_total, part.end, is_total=True)
            yield part
        part = Part(metric.comparable, part.end, low)
        yield part
        if metric.has_max:
            part = Part(f"{metric.comparable}_max", part.end, low)
            yield part
        if metric.null is not None:
            part = Part(metric.count, part.end, is_count=True)
            yield part


PARTS: Final = tuple(_layout())
PART: Final = {part.name: part for part in PARTS}
DAY_BYTES: Final = PARTS[-1].end

_COLUMN_PARTS: Final = tuple(part for part in PARTS if not part.is_total)
_TOTAL_PARTS: Final = tuple(part for part in PARTS if part.is_total)


@dataclass(slots=True)
class Day:
    """An unpacked day: 24 stored numbers per column, and the totals, by the names of their parts."""

    columns: dict[str, list[int]]
    totals: dict[str, int]


def empty_day() -> Day:
    """Return a day without samples."""
    columns = {part.name: [0 if part.is_count else NONE] * HOURS for part in _COLUMN_PARTS}
    return Day(columns, {part.name: 0 for part in _TOTAL_PARTS})


def pack(day: Day) -> bytes:
    """Return a day in its stored form."""
    return b"".join(
        packed_part(part, [day.totals[part.name]] if part.is_total else day.columns[part.name]) for part in PARTS
    )


def packed_part(part: Part, numbers: Sequence[int]) -> bytes:
    """Return one part of a day in its stored form; for a total, the largest."""
    return _TOTAL.pack(max(numbers)) if part.is_total else _COLUMN.pack(*numbers)


def unpack(packed: bytes) -> Day:
    """Return a stored day unpacked. Metrics that it is too old for have no values."""
    totals = {part.name: total_of(packed, part) for part in _TOTAL_PARTS}
    return Day({part.name: list(numbers_of(packed, part)) for part in _COLUMN_PARTS}, totals)


def column_of(packed: bytes, part: Part) -> bytes:
    """Return the 24 stored numbers of a part, 48 bytes."""
    column = packed[part.offset : part.end]
    return column or (_ZERO_OF_24 if part.is_count else _NONE_OF_24)


def numbers_of(packed: bytes, part: Part) -> tuple[int, ...]:
    """Return the 24 numbers of a part."""
    return _COLUMN.unpack(column_of(packed, part))


def total_of(packed: bytes, part: Part) -> int:
    """Return a day's total, 0 if there is none."""
    return int(_TOTAL.unpack_from(packed, part.offset)[0]) if len(packed) >= part.end else 0


def put_hours(day: Day, hours: Iterable[tuple[int, Sequence[int]]]) -> None:
    """Put hours into a day: each is its index and its stored numbers in the order of PARTS.

    An hour never loses samples: if the day already has more, their records have been deleted, and it stays as it is.
    """
    samples = day.columns["samples"]
    for place, numbers in hours:
        if numbers[0] < samples[place]:
            continue
        for part, number in zip(PARTS, numbers, strict=True):
            if part.is_total:
                day.totals[part.name] = max(number, day.totals[part.name])
            else:
                day.columns[part.name][place] = number
