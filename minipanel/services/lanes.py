"""Many numbers side by side in one large int: adding, comparing and picking the highest of thousands at a time.

A lane is 32 bits. A node's hours or records of one metric come as numbers of 16 bits (database/packing.py); in its lane
stands the number plus one, and 0 for none. So what is done for each of a million values is done by Python's own long
arithmetic, a whole node in some microseconds.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

LANE_BYTES: Final = 4
_GUARD: Final = 31
_NODE_BITS: Final = 15

MAX_NODES: Final = 1 << _NODE_BITS
"""Beyond, a node's place has no room in a lane."""


class Lanes:
    """The arithmetic over so many lanes."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._ones = int.from_bytes(b"\1\0\0\0" * count, "little")
        self._low = self._ones * 0xFFFF
        self._all = (self._ones << 32) - self._ones

    def of(self, numbers: bytes) -> int:
        """Return numbers of two bytes, 65535 for none, as lanes: each number plus one, 0 for none."""
        wide = bytearray(LANE_BYTES * self.count)
        wide[0::4], wide[1::4] = numbers[0::2], numbers[1::2]
        return int.from_bytes(wide, "little") + self._ones & self._low

    def at_least(self, lanes: int, number: int) -> int:
        """Return 1 in each lane that holds this number or a higher one, else 0."""
        return lanes + self._ones * (0x10000 - 1 - number) >> 16 & self._ones

    def placed(self, lanes: int, place: int) -> int:
        """Return lanes that also say which node's they are: of equal numbers that of the lowest place is the higher."""
        known = lanes + self._low >> 16 & self._ones
        return (lanes << _NODE_BITS) + known * (MAX_NODES - 1 - place)

    def highest(self, one: int, other: int) -> int:
        """Return the higher of two in each lane, both from `placed`."""
        is_other = (other | self._ones << _GUARD) - one >> _GUARD & self._ones
        return one ^ ((one ^ other) & ((is_other << 32) - is_other))

    def values(self, lanes: int) -> Sequence[int]:
        """Return what stands in each lane."""
        return struct.unpack(f"<{self.count}I", lanes.to_bytes(LANE_BYTES * self.count, "little"))


def number_and_place(value: int) -> tuple[int, int] | None:
    """Return the number and the place that a lane of `placed` holds; None where it holds none."""
    if not value:
        return None
    return (value >> _NODE_BITS) - 1, MAX_NODES - 1 - (value & (MAX_NODES - 1))
