"""Cells of a picture, one byte each: 0 for unknown, 1 to 251 for the lowest to the highest value.

As the scale is linear, the mean of cells is the cell of the mean, and the highest cell that of the maximum, to a 250th
of the metric's range.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache
from typing import Final

from minipanel.database.packing import NONE, SCALE
from minipanel.services.lanes import LANE_BYTES, Lanes

LEVELS: Final = 250

WIDTHS: Final = (1, 2, 4, 6, 8, 12, 24)
"""How many of a day's 24 numbers can be merged into one cell."""

_FACTORS: Final = {1: (), 2: (), 4: (2,), 6: (3,), 8: (2, 2), 12: (3, 2), 24: (3, 2, 2)}
"""The factors of each of WIDTHS, without one factor of 2."""


class Cells:
    """Makes cells from a table of two-byte numbers: `rows` of `width` numbers each (services/lanes.py).

    `limits`: the lowest and the highest value. `merge`: how many numbers of a row make one cell, with their mean.
    """

    def __init__(self, rows: int, width: int, limits: tuple[int, int], merge: int = 1) -> None:
        self._lanes = Lanes(rows, width)
        self._merge = merge
        self._whole = (limits[1] - limits[0]) * SCALE
        self._stride = 4 * max(1, merge // 2)
        # A cell, at most 251, times two to this power must fit in a lane of 32 bits, or else of 64.
        shift = 24 if self._stride == 4 else 40
        self._shift = shift
        # Rounded up, so that a half becomes the higher cell. The error is smaller than the distance to the next half.
        self._factor = -(-(LEVELS << shift) // (self._whole * merge))
        self._known = (1 << shift) + (1 << shift - 1)
        each = b"\1" + bytes(self._stride - 1)
        self._ones = int.from_bytes(each * (LANE_BYTES * self._lanes.count // self._stride), "little")
        self._mask = self._ones * 0xFFFFFFFF
        self._all = self._ones * self._known

    def of(self, numbers: bytes) -> bytes:
        """Return the cells, row by row."""
        lanes, none = self._lanes.of(numbers)
        return self._of_single(lanes, none) if self._merge == 1 else self._of_merged(numbers, lanes, none)

    def _of_single(self, lanes: int, none: int) -> bytes:
        cells = bytearray(self._lanes.count)
        known = self._lanes.halves(self._lanes.ones - none) if none else ()
        for place, half in enumerate(self._lanes.halves(lanes)):
            scaled = half * self._factor + (known[place] * self._known if known else self._all) >> self._shift
            cells[place::2] = self._lowest_bytes(scaled)
        return bytes(cells)

    def _of_merged(self, numbers: bytes, lanes: int, none: int) -> bytes:
        scaled = self._merged(lanes) * self._factor + self._all >> self._shift
        cells = self._lowest_bytes(scaled)
        if not none:
            return cells
        patched = bytearray(cells)
        size = LANE_BYTES * self._merge
        for place, count in enumerate(self._lowest_bytes(self._merged(none))):
            if count == self._merge:
                patched[place] = 0
            elif count:
                patched[place] = self._of_part(numbers[size * place : size * (place + 1)])
        return bytes(patched)

    def _merged(self, lanes: int) -> int:
        first, second = self._lanes.halves(lanes)
        sums, bits = first + second, 32
        for factor in _FACTORS[self._merge]:
            sums = sum((sums >> bits * place for place in range(1, factor)), sums)
            bits *= factor
        return sums & self._mask

    def _lowest_bytes(self, lanes: int) -> bytes:
        size = LANE_BYTES * self._lanes.count
        return lanes.to_bytes(size + 8, "little")[: size : self._stride]

    def _of_part(self, numbers: bytes) -> int:
        known = [n for n in struct.unpack(f"<{self._merge}H", numbers) if n != NONE]
        total: int = sum(known)
        whole = self._whole * len(known)
        return 1 + (2 * LEVELS * total + whole) // (2 * whole)


def runs_of(line: bytes) -> list[tuple[int, int]]:
    """Return the runs of unknown cells: b"\1\0\0\1" -> [(1, 3)]."""
    runs, begin = [], line.find(0)
    while begin >= 0:
        end = begin + len(line[begin:]) - len(line[begin:].lstrip(b"\0"))
        runs.append((begin, end))
        begin = line.find(0, end)
    return runs


def merged(line: bytes, count: int) -> bytes:
    """Return a row in which every `count` cells are merged into their mean; the last mean may be of fewer."""
    if count == 1:
        return line
    whole = len(line) // count * count
    begin = _means([line[place:whole:count] for place in range(count)])
    return begin + bytes([_mean(line[whole:])]) if whole < len(line) else begin


def mean_of(lines: Sequence[bytes]) -> bytes:
    """Return rows of cells merged into one row, with their means."""
    return lines[0] if len(lines) == 1 else _means(lines)


def highest_of(lines: Sequence[bytes]) -> bytes:
    """Return rows of cells merged into one row, with their maxima."""
    return lines[0] if len(lines) == 1 else bytes(map(max, zip(*lines, strict=True)))


def _means(lines: Sequence[bytes]) -> bytes:
    known = [line for line in lines if line.strip(b"\0")]
    if len(known) < 2:
        return known[0] if known else bytes(len(lines[0]))
    # No Python function is called per cell: a million cells take a third of the time.
    table = _mean_table(len(known))
    cells = bytearray(map(table.__getitem__, map(sum, zip(*known, strict=True))))
    for place in {place for line in known for begin, end in runs_of(line) for place in range(begin, end)}:
        cells[place] = _mean([line[place] for line in known])
    return bytes(cells)


def _mean(cells: Sequence[int]) -> int:
    known = len(cells) - cells.count(0)
    return (2 * sum(cells) + known) // (2 * known) if known else 0


@cache
def _mean_table(count: int) -> bytes:
    """Return the mean of `count` cells by their sum."""
    return bytes((2 * total + count) // (2 * count) for total in range((LEVELS + 1) * count + 1))


def run_around(line: bytes, begin: int, end: int) -> tuple[int, int]:
    """Return the unknown cells around a part of a row: b"\1\0\0\1", 1, 2 -> (1, 3)."""
    before, after = line[:begin], line[end:]
    return len(before.rstrip(b"\0")), len(line) - len(after.lstrip(b"\0"))
