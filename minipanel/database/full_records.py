"""The SQL of whole records, with the counts behind their means, as the archive sends them and gets them back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from minipanel.database.filling import FILLING
from minipanel.models.full_record import FULL_COLUMNS, FullRecord

FINISHED = ("system_metrics", "pending_metrics")
TABLES = (*FINISHED, FILLING)
"""All tables with records. A record is in one of them."""

LAST_ID = 2**63 - 1

_NAMES = ("id", "samples", "seen", *FULL_COLUMNS)
_VALUES = ", ".join(_NAMES)
_id = itemgetter(0)


def full_records(connection: sqlite3.Connection, ids: Sequence[int]) -> list[FullRecord]:
    """Return the records with these ids that exist, ascending, including those being filled."""
    # One statement sees one state: a record that moves to another table meanwhile is in exactly one of them.
    rows = connection.execute(_BY_ID, {"ids": json.dumps(list(ids))})
    return [as_full(row) for row in sorted(rows, key=_id)]


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
    # Not total_changes, which also counts what triggers write for hours.
    return connection.executemany(_PUT_MISSING, rows).rowcount


def _in_order(record: FullRecord) -> Iterator[float | None]:
    return (record.values[name] for name in FULL_COLUMNS)


_ALL_COLUMNS = ("node_id", "timestamp", "id", "samples", "seen", *FULL_COLUMNS)
_PUT_MISSING = f"""
INSERT INTO system_metrics ({", ".join(_ALL_COLUMNS)}) VALUES ({", ".join("?" for _ in _ALL_COLUMNS)})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _ALL_COLUMNS[3:])}
WHERE excluded.samples > system_metrics.samples
"""


def past_records(
    connection: sqlite3.Connection, first: int, since: int, until: int, limit: int, last: int = LAST_ID
) -> list[FullRecord]:
    """Return finished records with ids from `first` to `last` and times from `since` to `until`, at most `limit`.

    They are in ascending order, node by node.
    """
    # A time before 1970, if 100 years are asked for, can't be compared with the bits of an id.
    asked = {"since": max(since, 0), "until": until, "first": first, "last": last, "limit": limit}
    # A record moves from pending to the history: read in this order, it is found in one of them, at times in both.
    found = {row[0]: row for past in _PASTS for row in connection.execute(past, asked)}
    return [as_full(found[id]) for id in sorted(found)[:limit]]


def nodes_of_names(connection: sqlite3.Connection, names: Iterable[str], now: int) -> dict[str, int]:
    """Return the ids of nodes by their names. An unknown node is added as a disabled one."""
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


def past_count(connection: sqlite3.Connection, since: int, until: int) -> int:
    """Return how many finished records have times from `since` to `until`. Uses indexes: a month takes a second."""
    return sum(
        int(connection.execute(f"SELECT count(*) FROM {table} {_WITHIN}", (since, until)).fetchone()[0])
        for table in FINISHED
    )


_WITHIN = "WHERE timestamp BETWEEN ? AND ?"
_BY_ID = " UNION ALL ".join(
    f"SELECT {_VALUES} FROM {table} WHERE id IN (SELECT value FROM json_each(:ids))" for table in TABLES
)
_PASTS = tuple(
    f"""
SELECT {", ".join(f"{table}.{name}" for name in _NAMES)} FROM nodes CROSS JOIN {table}
ON {table}.id BETWEEN max(nodes.id << 32 | :since, :first) AND min(nodes.id << 32 | :until, :last)
WHERE nodes.id BETWEEN :first >> 32 AND :last >> 32 ORDER BY nodes.id, {table}.id LIMIT :limit
"""
    for table in reversed(FINISHED)
)
