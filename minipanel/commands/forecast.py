"""How large the database becomes, and whether its disk has room for that."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from minipanel.config import Config
from minipanel.database.size import DAY_BYTES, Size
from minipanel.machine.health import LITTLE_SPACE_BYTES
from minipanel.models.record import RECORD_SECONDS

RECORDS_A_DAY = 86_400 // RECORD_SECONDS


@dataclass(frozen=True, slots=True)
class Forecast:
    """`expected_bytes`: the size once each node has as many records and hours as are kept. `trouble`: None where it
    fits.
    """

    nodes: int
    retention_days: int
    record_bytes: int
    expected_bytes: int
    trouble: str | None


def forecast(config: Config, size: Size) -> Forecast:
    """Return what comes of this configuration, with what records take in this database."""
    nodes = sum(node.enabled for node in config.nodes)
    records = _Growth(nodes * RECORDS_A_DAY * size.record_bytes, config.database.retention_days)
    hours = _Growth(nodes * DAY_BYTES, max(config.database.hours_days, config.database.retention_days))
    return Forecast(
        nodes,
        config.database.retention_days,
        round(size.record_bytes),
        int(records.whole + hours.whole),
        _trouble(config, size, records, hours),
    )


@dataclass(frozen=True, slots=True)
class _Growth:
    """What comes a day, in bytes, until so many days are kept."""

    day_bytes: float
    days: int

    @property
    def whole(self) -> float:
        return self.day_bytes * self.days

    def days_left(self, used_bytes: float) -> float:
        return max(0.0, self.whole - used_bytes) / max(1.0, self.day_bytes)


def _trouble(config: Config, size: Size, records: _Growth, hours: _Growth) -> str | None:
    folder = config.database.path.parent
    free_bytes = shutil.disk_usage(folder).free
    room_bytes = size.unused_bytes + max(0, free_bytes - LITTLE_SPACE_BYTES)
    expected_bytes = records.whole + hours.whole
    if expected_bytes - size.used_bytes <= room_bytes:
        return None
    both_bytes = records.day_bytes + hours.day_bytes
    # Records stop to grow first, hours go on.
    days_of_both = records.days_left(size.used_bytes - size.hours_bytes)
    if room_bytes <= days_of_both * both_bytes:
        days = int(room_bytes / both_bytes)
    else:
        days = int(days_of_both + (room_bytes - days_of_both * both_bytes) / hours.day_bytes)
    return (
        f"The disk of {folder} will be full in about {days} days, before the first of it is old enough to go: "
        f"the database becomes about {megabytes(expected_bytes)} MB, and {megabytes(free_bytes)} MB are free. "
        "Lower retention_days or hours_days, or make room."
    )


def megabytes(size_bytes: float) -> str:
    """1234567890 -> "1,177" """
    return f"{size_bytes / 2**20:,.0f}"
