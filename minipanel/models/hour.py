"""Hours: what is kept of the past for long, twelve records in one, and the arithmetic of their time.

The hour with timestamp T sums up the records in (T - 3600, T], so the samples in (T - 3600, T]. A day with timestamp D
holds the hours in (D - 86400, D]. Days begin at midnight UTC.
"""

from __future__ import annotations

from typing import Final

from minipanel.models.record import RECORD_SECONDS, SLOT_SECONDS

HOUR_SECONDS: Final = 3600
HOURS: Final = 24
"""A day's."""

DAY_SECONDS: Final = HOURS * HOUR_SECONDS

RECORDS_AN_HOUR: Final = HOUR_SECONDS // RECORD_SECONDS

HOUR_SLOTS: Final = HOUR_SECONDS // SLOT_SECONDS
"""720: as many samples an hour rests on at an interval of 5 seconds."""


def hour_timestamp(timestamp: int) -> int:
    """Return the timestamp of the hour that a sample or record belongs to: the next multiple of 3600, or itself."""
    return -(-timestamp // HOUR_SECONDS) * HOUR_SECONDS


def day_number(timestamp: int) -> int:
    """Return which day a sample, record or hour belongs to: 1 for what is in (0, 86400]."""
    return -(-timestamp // DAY_SECONDS)


def hour_place(timestamp: int) -> int:
    """Return the place of an hour among the 24 of its day, by its timestamp."""
    return timestamp // HOUR_SECONDS - 1 - (day_number(timestamp) - 1) * HOURS


def timestamp_of(day: int, place: int) -> int:
    """Return the timestamp of the hour at a place of a day, 0 to 23: the opposite of the two above."""
    return (day - 1) * DAY_SECONDS + (place + 1) * HOUR_SECONDS


def day_id(node_id: int, day: int) -> int:
    """Return the row id of a node's day: what all nodes' days are written together lies together."""
    return day << 32 | node_id


def node_of_day(day: int) -> int:
    """Return the node's id of a day's row id."""
    return day & 0xFFFFFFFF
