"""The SQL of whole records, with the counts behind their means: as the archive sends them and gets them back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from minipanel.database.filling import FILLING
from minipanel.models.full_record import FULL_COLUMNS, FullRecord

TABLES = ("system_metrics", "pending_metrics", FILLING)
"""All tables with records. Each record is in one of them."""

_VALUES = ", ".join(("id", "samples", "seen", *FULL_COLUMNS))


def full_records(connection: sqlite3.Connection, ids: Sequence[int]) -> list[FullRecord]:
    """Return the records with these ids that exist, ascending, including those being filled."""
    asked = json.dumps(list(ids))
    rows = [
        row
        for table in TABLES
        for row in connection.execute(
            f"SELECT {_VALUES} FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (asked,)
        )
    ]
    return [as_full(row) for row in sorted(rows)]


def as_full(row: Sequence[float | None]) -> FullRecord:
    """Return a row of _VALUES as a record."""
    id, samples, seen, *values = row
    assert id is not None
    assert samples is not None
    whole = None if seen is None else int(seen)
    return FullRecord(int(id), int(samples), whole, dict(zip(FULL_COLUMNS, values, strict=True)))


def put_missing(connection: sqlite3.Connection, records: Iterable[FullRecord]) -> int:
    """Store the records that the history lacks, or has with fewer samples. Returns how many."""
    rows = [
        (record.node_id, record.timestamp, record.id, record.samples, record.seen, *_in_order(record))
        for record in records
    ]
    before = connection.total_changes
    connection.executemany(_PUT_MISSING, rows)
    return connection.total_changes - before


def _in_order(record: FullRecord) -> Iterator[float | None]:
    return (record.values[name] for name in FULL_COLUMNS)


_ALL_COLUMNS = ("node_id", "timestamp", "id", "samples", "seen", *FULL_COLUMNS)
_PUT_MISSING = f"""
INSERT INTO system_metrics ({", ".join(_ALL_COLUMNS)}) VALUES ({", ".join("?" for _ in _ALL_COLUMNS)})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _ALL_COLUMNS[3:])}
WHERE excluded.samples > system_metrics.samples
"""


def records_after(connection: sqlite3.Connection, id: int, since: int, until: int, limit: int) -> list[FullRecord]:
    """Return the next records of the history after an id, with times from `since` to `until`, node by node."""
    return full_records(connection, past_ids(connection, id + 1, since, until, limit))


def nodes_of_names(connection: sqlite3.Connection, names: Iterable[str], now: int) -> dict[str, int]:
    """Return the ids of nodes by their names; an unknown node is added as a disabled one."""
    known = {hostname.lower(): id for id, hostname in hostnames(connection).items()}
    for name in names:
        if name not in known:
            values = (name, "0.0.0.0", name, 0, now, now)
            cursor = connection.execute(
                "INSERT INTO nodes (name, ip, hostname, enabled, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
            known[name] = int(cursor.lastrowid or 0)
    return {name: known[name] for name in names}


def hostnames(connection: sqlite3.Connection) -> dict[int, str]:
    """Return the hostname of every node that ever existed, by its id."""
    return dict(connection.execute("SELECT id, hostname FROM nodes"))


def past_ids(connection: sqlite3.Connection, next_id: int, since: int, until: int, limit: int) -> list[int]:
    """Return ids of the history from `next_id` on, with times from `since` to `until`, node by node, ascending."""
    asked = {"since": since, "until": until, "next": next_id, "node": next_id >> 32, "limit": limit}
    return [id for (id,) in connection.execute(_PAST, asked)]


def past_count(connection: sqlite3.Connection, since: int, until: int) -> int:
    """Return how many records of the history are from `since` to `until`. Uses an index: a second for a month."""
    within = "WHERE timestamp BETWEEN ? AND ?"
    (count,) = connection.execute(f"SELECT count(*) FROM system_metrics {within}", (since, until)).fetchone()
    return int(count)


_PAST = """
SELECT system_metrics.id FROM nodes CROSS JOIN system_metrics
ON system_metrics.id BETWEEN max(nodes.id << 32 | :since, :next) AND nodes.id << 32 | :until
WHERE nodes.id >= :node ORDER BY nodes.id, system_metrics.id LIMIT :limit
"""
