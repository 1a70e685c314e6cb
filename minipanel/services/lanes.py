"""Arithmetic on many numbers at once, which lie side by side in one large int: a million in a few milliseconds.

A lane is 16 bits and holds one of the two-byte numbers of hours and records (database/packing.py): 15 bits, or 65535
for none. Python's own long arithmetic handles all lanes together, in microseconds, so no other thread waits long.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from minipanel.database.packing import NONE

LANE_BITS: Final = 16
LANE_BYTES: Final = LANE_BITS // 8
_GUARD: Final = LANE_BITS - 1
_NONE_BYTES: Final = NONE.to_bytes(LANE_BYTES, "little")


class Lanes:
    """Arithmetic on a table of numbers: `rows` of `width` numbers each, row by row. `width` is even."""

    def __init__(self, rows: int, width: int) -> None:
        if width % 2:
            raise ValueError(width)
        self.rows = rows
        self.width = width
        self.count = rows * width
        self.ones = int.from_bytes(b"\1\0" * self.count, "little")
        self._even = int.from_bytes(b"\xff\xff\0\0" * (self.count // 2), "little")
        self._halves: list[tuple[int, int, int]] = []
        while rows > 1:
            # The upper half may have one row more.
            bits = rows // 2 * width * LANE_BITS
            rows -= rows // 2
            self._halves.append((bits, (1 << bits) - 1, self.ones & (1 << rows * width * LANE_BITS) - 1))

    def of(self, numbers: bytes) -> tuple[int, int]:
        """Return the numbers as lanes, with 0 where there is none, and lanes with a 1 where there is none."""
        lanes = int.from_bytes(numbers, "little")
        none = lanes >> _GUARD & self.ones
        return lanes ^ ((none << LANE_BITS) - none), none

    def at_least(self, lanes: int, number: int) -> int:
        """Return 1 in each lane that holds at least this number, else 0."""
        return lanes + self.ones * ((1 << _GUARD) - number) >> _GUARD & self.ones

    def halves(self, lanes: int) -> tuple[int, int]:
        """Return every second number, and the others, each in 32 bits of its own."""
        return lanes & self._even, lanes >> LANE_BITS & self._even

    def counts(self, ones: int) -> Sequence[int]:
        """Return the count of ones in each column."""
        for bits, low, _ in self._halves:
            ones = (ones >> bits) + (ones & low)
        return self._row(ones, self.width, "H")

    def sums(self, lanes: int) -> Sequence[int]:
        """Return the sum of each column."""
        totals = [0] * self.width
        for place, half in enumerate(self.halves(lanes)):
            for bits, low, _ in self._halves:
                half = (half >> bits) + (half & low)
            totals[place::2] = self._row(half, self.width // 2, "I")
        return totals

    def highest(self, lanes: int) -> Sequence[int]:
        """Return the highest number of each column."""
        for bits, low, ones in self._halves:
            one, other = lanes >> bits, lanes & low
            is_one = (one | ones << _GUARD) - other >> _GUARD & ones
            lanes = other ^ ((one ^ other) & ((is_one << _GUARD) - is_one))
        return self._row(lanes, self.width, "H")

    def _row(self, lanes: int, count: int, kind: str) -> Sequence[int]:
        return struct.unpack(f"<{count}{kind}", lanes.to_bytes(self.width * LANE_BYTES, "little"))


def column_of(numbers: bytes, width: int, column: int) -> tuple[int, ...]:
    """Return a column of a table."""
    of_rows = bytearray(len(numbers) // width)
    of_rows[0::2], of_rows[1::2] = _bytes_of(numbers, width, column)
    return struct.unpack(f"<{len(of_rows) // 2}H", of_rows)


def row_with(numbers: bytes, width: int, column: int, number: int) -> int | None:
    """Return the first row that has this number in the column; None if no row has."""
    low, high = number.to_bytes(LANE_BYTES, "little")
    lows, highs = _bytes_of(numbers, width, column)
    row = highs.find(high)
    while row >= 0 and lows[row] != low:
        row = highs.find(high, row + 1)
    return row if row >= 0 else None


def _bytes_of(numbers: bytes, width: int, column: int) -> tuple[bytes, bytes]:
    first, step = LANE_BYTES * column, LANE_BYTES * width
    return numbers[first::step], numbers[first + 1 :: step]
