"""How large the database will become, and whether its disk has room for that."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from minipanel.config import Config
from minipanel.database.drawn_hours import KEPT_SECONDS
from minipanel.database.size import DAY_BYTES, DRAWN_HOUR_BYTES, Size
from minipanel.machine.health import LITTLE_SPACE_BYTES
from minipanel.models.hour import HOUR_SECONDS, HOURS
from minipanel.models.megabytes import megabytes
from minipanel.models.record import RECORD_SECONDS

RECORDS_A_DAY = 86_400 // RECORD_SECONDS

DRAWN_NODE_BYTES = (KEPT_SECONDS // HOUR_SECONDS + HOURS) * DRAWN_HOUR_BYTES
"""A node's drawn hours, just before the oldest day is deleted."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`expected_bytes`: the size once each node has all the records and hours that are kept.

    `trouble`: a sentence if the disk has no room for that, else None. `days_left`: until the disk is full then.
    """

    nodes: int
    retention_days: int
    record_bytes: int
    expected_bytes: int
    trouble: str | None
    days_left: int | None = None


def forecast(config: Config, size: Size) -> Forecast:
    """Return the space this configuration will need, judged by the size of records in this database."""
    nodes = sum(node.enabled for node in config.nodes)
    records = _Growth(nodes * RECORDS_A_DAY * size.record_bytes, config.database.retention_days)
    hours = _Growth(nodes * DAY_BYTES, max(config.database.hours_days, config.database.retention_days))
    drawn_bytes = nodes * DRAWN_NODE_BYTES
    expected_bytes = records.whole + hours.whole + drawn_bytes
    folder = config.database.path.parent
    free_bytes = shutil.disk_usage(folder).free
    # They are all there after a week, so their room counts as taken.
    room_bytes = size.unused_bytes + max(0, free_bytes - LITTLE_SPACE_BYTES) - max(0, drawn_bytes - size.drawn_bytes)
    days = _days_left(size, records, hours, room_bytes)
    trouble = (
        None
        if days is None
        else (
            f"The disk of {folder} will be full in about {days} days, before the oldest history expires: "
            f"the database grows to about {megabytes(expected_bytes)} MB, and {megabytes(free_bytes)} MB are free. "
            "Lower retention_days or hours_days, or free some space."
        )
    )
    return Forecast(nodes, config.database.retention_days, round(size.record_bytes), int(expected_bytes), trouble, days)


@dataclass(frozen=True, slots=True)
class _Growth:
    """Bytes added per day, until as many days as are kept have passed."""

    day_bytes: float
    days: int

    @property
    def whole(self) -> float:
        return self.day_bytes * self.days

    def days_left(self, used_bytes: float) -> float:
        return max(0.0, self.whole - used_bytes) / max(1.0, self.day_bytes)


def _days_left(size: Size, records: _Growth, hours: _Growth, room_bytes: int) -> int | None:
    """Return for how many days there is room; None if the room is enough for ever."""
    if records.whole + hours.whole - (size.used_bytes - size.drawn_bytes) <= room_bytes:
        return None
    both_bytes = records.day_bytes + hours.day_bytes
    # Records stop growing first, hours later.
    days_of_both = records.days_left(size.used_bytes - size.hours_bytes - size.drawn_bytes)
    if room_bytes <= days_of_both * both_bytes:
        return max(0, int(room_bytes / both_bytes))
    return int(days_of_both + (room_bytes - days_of_both * both_bytes) / hours.day_bytes)
