"""How large the database is, and what a record takes in it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

ENOUGH_RECORDS = 20_000
"""With fewer, what the file holds besides records would be taken for theirs."""

USUAL_RECORD_BYTES = 118
"""A record with its place in the index (measured: 8,640,000 records that came in the order of time)."""


@dataclass(frozen=True, slots=True)
class Size:
    """`used_bytes`: pages that hold something; the others are written over before the file grows."""

    records: int
    used_bytes: int
    unused_bytes: int

    @property
    def record_bytes(self) -> float:
        """Bytes a record takes: measured in this file where it holds enough of them."""
        return self.used_bytes / self.records if self.records >= ENOUGH_RECORDS else USUAL_RECORD_BYTES


def measure(connection: sqlite3.Connection) -> Size:
    """Return the size of the database as its next reader sees it."""
    (records,) = connection.execute("SELECT count(*) FROM system_metrics").fetchone()
    pages, free, page_bytes = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return Size(records, (pages - free) * page_bytes, free * page_bytes)
