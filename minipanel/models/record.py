"""Records: one row of history per node and 5 minutes, and the arithmetic of their timestamps."""

from __future__ import annotations

from typing import Final

from minipanel.models.metrics import COLUMNS

SLOT_SECONDS: Final = 5
"""A sample describes the 5 seconds that end at its timestamp."""

RECORD_SECONDS: Final = 300
"""A record with timestamp T sums up the samples in (T - 300, T]."""

END_OF_TIME: Final = 2**32 - RECORD_SECONDS
"""The largest timestamp of a record that a row id can hold, in the year 2106."""

SLOTS: Final = RECORD_SECONDS // SLOT_SECONDS

VALUE_COLUMNS: Final = (*(column.name for column in COLUMNS), "samples")
"""The columns of a record, apart from its node and timestamp, in the order of the answers."""


def record_timestamp(timestamp: int) -> int:
    """Return the timestamp of the record that a sample belongs to: the next multiple of 300, or itself."""
    return -(-timestamp // RECORD_SECONDS) * RECORD_SECONDS


def slot_bit(timestamp: int) -> int:
    """Return the bit of a sample in `seen`: bit k is the sample with timestamp T - 300 + 5 * (k + 1)."""
    return 1 << ((timestamp - 1) // SLOT_SECONDS % SLOTS)


def last_sample(record: int, seen: int | None) -> int:
    """Return the timestamp of the newest sample in a record; `seen` None means that all 60 are there."""
    slots = SLOTS if seen is None else seen.bit_length()
    return record - RECORD_SECONDS + SLOT_SECONDS * slots


def last_sample_until(record: int, seen: int | None, until: int) -> int | None:
    """Return the timestamp of a record's newest sample that is not after `until`, None if there is none."""
    begin = record - RECORD_SECONDS
    slots = min(SLOTS, max(0, until - begin) // SLOT_SECONDS)
    earlier = (1 << slots) - 1 & (-1 if seen is None else seen)
    return begin + SLOT_SECONDS * earlier.bit_length() if earlier else None


def record_id(node_id: int, timestamp: int) -> int:
    """Return the row id of a record. Rows then lie on the disk in the order in which they are read."""
    return node_id << 32 | timestamp


def node_of(record: int) -> int:
    """Return the node's id from a record's row id."""
    return record >> 32
