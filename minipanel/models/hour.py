"""Hours: the history that is kept for long, twelve records in one, and the arithmetic of their timestamps.

The hour with timestamp T sums up the records, and so the samples, in (T - 3600, T]. A day with timestamp D holds the
hours in (D - 86400, D]. Days begin at midnight UTC.
"""

from __future__ import annotations

from typing import Final

from minipanel.models.record import RECORD_SECONDS, SLOT_SECONDS

HOUR_SECONDS: Final = 3600
HOURS: Final = 24
"""Hours in a day."""

DAY_SECONDS: Final = HOURS * HOUR_SECONDS

RECORDS_AN_HOUR: Final = HOUR_SECONDS // RECORD_SECONDS

HOUR_SLOTS: Final = HOUR_SECONDS // SLOT_SECONDS
"""720: the number of samples in an hour, at an interval of 5 seconds."""


def hour_timestamp(timestamp: int) -> int:
    """Return the timestamp of the hour that a sample or record belongs to: the next multiple of 3600, or itself."""
    return -(-timestamp // HOUR_SECONDS) * HOUR_SECONDS


def day_number(timestamp: int) -> int:
    """Return the day that a sample, record or hour belongs to: 1 for timestamps in (0, 86400]."""
    return -(-timestamp // DAY_SECONDS)


def hour_place(timestamp: int) -> int:
    """Return the place of an hour within its day, 0 to 23, by its timestamp."""
    return timestamp // HOUR_SECONDS - 1 - (day_number(timestamp) - 1) * HOURS


def timestamp_of(day: int, place: int) -> int:
    """Return the timestamp of the hour at a place of a day, 0 to 23: the inverse of day_number and hour_place."""
    return (day - 1) * DAY_SECONDS + (place + 1) * HOUR_SECONDS


def day_id(node_id: int, day: int) -> int:
    """Return the row id of a node's day. All nodes' rows of one day are written together, so they lie together."""
    return day << 32 | node_id


def node_of_day(day: int) -> int:
    """Return the node's id from a day's row id."""
    return day & 0xFFFFFFFF
