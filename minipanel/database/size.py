"""How large the database is, and how much space a record takes."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from minipanel.models.hour import RECORDS_AN_HOUR
from minipanel.models.record import RECORD_SECONDS, record_timestamp

ENOUGH_RECORDS = 20_000
"""With fewer, the rest of the file would distort the size per record."""

USUAL_RECORD_BYTES = 118
"""A record with its index entry (measured: 8,640,000 records stored in the order of time)."""


DAY_BYTES = 410
"""A node's day in hours, with its share of the page (ten to a page of 4,096 bytes)."""

DRAWN_HOUR_BYTES = 445
"""A node's drawn hour, with its share of the page (measured: 57,900 of them)."""

EMPTY_HOUR_BYTES = 38
"""One without records (measured: 17,000 of them)."""

NODES_LOOKED_AT = 32
"""Drawn hours are measured of this many nodes, spread evenly over all."""

DAYS_LOOKED_AT = 16
"""Nodes are counted on this many days, spread evenly over all."""

COUNTED_PAGES = 20_000
"""In a larger file records are estimated: counting 86 million reads an index of over a gigabyte."""

LOOKS = 64
"""An estimate counts the nodes with a record at this many times, spread evenly over the history."""


@dataclass(frozen=True, slots=True)
class Size:
    """`records`: estimated in a large file.

    `used_bytes`: pages in use; free ones are reused before the file grows. `hours_bytes` and `drawn_bytes`: the share
    of hours and of drawn hours in them, estimated.
    """

    records: int
    used_bytes: int
    unused_bytes: int
    hours_bytes: int = 0
    drawn_bytes: int = 0

    @property
    def record_bytes(self) -> float:
        """Bytes per record: measured in this file if it holds enough of them."""
        return (
            (self.used_bytes - self.hours_bytes - self.drawn_bytes) / self.records
            if self.records >= ENOUGH_RECORDS
            else USUAL_RECORD_BYTES
        )


def measure(connection: sqlite3.Connection) -> Size:
    """Return the size of the database as its next reader sees it."""
    pages, free, page_bytes = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    used = pages - free
    records = _counted(connection) if used <= COUNTED_PAGES else _estimated(connection)
    return Size(records, used * page_bytes, free * page_bytes, _days(connection) * DAY_BYTES, _drawn_bytes(connection))


def file_bytes(path: Path) -> int:
    """Return how much disk space the database takes, with its log. 0 if it no longer exists."""
    return sum(_size_of(path.with_name(path.name + suffix)) for suffix in ("", "-wal", "-shm"))


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _counted(connection: sqlite3.Connection) -> int:
    (records,) = connection.execute("SELECT count(*) FROM system_metrics").fetchone()
    return int(records)


def _days(connection: sqlite3.Connection) -> int:
    """Return roughly how many days of a node there are. Also 0 for a database older than hours."""
    if not _has(connection, "hours"):
        return 0
    first, last = connection.execute("SELECT (SELECT min(id) FROM hours) >> 32, max(id) >> 32 FROM hours").fetchone()
    if first is None:
        return 0
    days = range(first, last + 1, -(-(last + 1 - first) // DAYS_LOOKED_AT))
    (found,) = connection.execute(
        "SELECT sum((SELECT count(*) FROM hours WHERE id BETWEEN day.value << 32 AND (day.value + 1 << 32) - 1)) "
        "FROM json_each(?) AS day",
        (json.dumps(list(days)),),
    ).fetchone()
    return int(found * (last + 1 - first) / len(days))


def _drawn_bytes(connection: sqlite3.Connection) -> int:
    """Return roughly how many bytes drawn hours take. Many may have few records or none: nodes are not always on."""
    if not _has(connection, "drawn_hours"):
        return 0
    nodes = [id for (id,) in connection.execute("SELECT id FROM nodes ORDER BY id")]
    some = nodes[:: -(-len(nodes) // NODES_LOOKED_AT) or 1]
    rows, records = connection.execute(
        "SELECT count(*), ifnull(sum(records), 0) FROM json_each(?) AS node CROSS JOIN drawn_hours "
        "ON drawn_hours.id BETWEEN node.value << 32 AND node.value << 32 | 4294967295",
        (json.dumps(some),),
    ).fetchone()
    record_bytes = (DRAWN_HOUR_BYTES - EMPTY_HOUR_BYTES) / RECORDS_AN_HOUR
    return int((rows * EMPTY_HOUR_BYTES + records * record_bytes) * len(nodes) / max(1, len(some)))


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None


def _estimated(connection: sqlite3.Connection) -> int:
    ends = "SELECT (SELECT min(timestamp) FROM system_metrics), (SELECT max(timestamp) FROM system_metrics)"
    first, last = connection.execute(ends).fetchone()
    if first is None:
        return 0
    times = [record_timestamp(first + (2 * look + 1) * (last - first) // (2 * LOOKS)) for look in range(LOOKS)]
    (found,) = connection.execute(
        "SELECT count(*) FROM json_each(?) AS time CROSS JOIN system_metrics ON timestamp = time.value",
        (json.dumps(times),),
    ).fetchone()
    return int(found * ((last - first) // RECORD_SECONDS + 1) / LOOKS)
