"""How large the database becomes, and whether its disk has room for that."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from minipanel.config import Config
from minipanel.database.size import Size
from minipanel.machine.health import LITTLE_SPACE_BYTES
from minipanel.models.record import RECORD_SECONDS

RECORDS_A_DAY = 86_400 // RECORD_SECONDS


@dataclass(frozen=True, slots=True)
class Forecast:
    """`expected_bytes`: the size once each node has as many records as are kept. `trouble`: None where it fits."""

    nodes: int
    retention_days: int
    record_bytes: int
    expected_bytes: int
    trouble: str | None


def forecast(config: Config, size: Size) -> Forecast:
    """Return what comes of this configuration, with what records take in this database."""
    nodes = sum(node.enabled for node in config.nodes)
    day_bytes = nodes * RECORDS_A_DAY * size.record_bytes
    expected_bytes = int(day_bytes * config.database.retention_days)
    return Forecast(
        nodes,
        config.database.retention_days,
        round(size.record_bytes),
        expected_bytes,
        _trouble(config, size, day_bytes, expected_bytes),
    )


def _trouble(config: Config, size: Size, day_bytes: float, expected_bytes: int) -> str | None:
    folder = config.database.path.parent
    free_bytes = shutil.disk_usage(folder).free
    room_bytes = size.unused_bytes + max(0, free_bytes - LITTLE_SPACE_BYTES)
    if expected_bytes - size.used_bytes <= room_bytes:
        return None
    days = int(room_bytes / day_bytes)
    return (
        f"The disk of {folder} will be full in about {days} days, before the first records are old enough to go: "
        f"the database becomes about {megabytes(expected_bytes)} MB, and {megabytes(free_bytes)} MB are free. "
        "Lower retention_days, or make room."
    )


def megabytes(size_bytes: float) -> str:
    """1234567890 -> "1,177" """
    return f"{size_bytes / 2**20:,.0f}"
