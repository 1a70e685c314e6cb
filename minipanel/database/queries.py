"""The SQL of nodes and history; merge.py has that of merging a sample. For SQLite 3.26: no RETURNING."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from minipanel.database.filling import FILLING
from minipanel.models.arrays import join_arrays
from minipanel.models.metrics import METRICS, VALUES
from minipanel.models.node import Node
from minipanel.models.reader import Values
from minipanel.models.record import END_OF_TIME, VALUE_COLUMNS, last_sample_until, record_id, record_timestamp


def is_sealed(connection: sqlite3.Connection, record: int) -> bool:
    """Return whether the record with this id is in the history."""
    return connection.execute("SELECT 1 FROM system_metrics WHERE id = ?", (record,)).fetchone() is not None


def newest_sealed(connection: sqlite3.Connection) -> int:
    """Return the timestamp of the newest record in the history, 0 if there is none."""
    (newest,) = connection.execute("SELECT max(timestamp) FROM system_metrics").fetchone()
    return int(newest or 0)


def is_finished(connection: sqlite3.Connection, record: int) -> bool:
    """Return whether the record with this id is finished and waits to move on."""
    return connection.execute("SELECT 1 FROM pending_metrics WHERE id = ?", (record,)).fetchone() is not None


def newest_finished(connection: sqlite3.Connection) -> int:
    """Return the timestamp of the newest finished record in any table, 0 if there is none."""
    (newest,) = connection.execute("SELECT max(timestamp) FROM pending_metrics").fetchone()
    return max(int(newest or 0), newest_sealed(connection))


def oldest_record(connection: sqlite3.Connection) -> int | None:
    """Return the timestamp of the oldest record in the history, None if there is none."""
    (oldest,) = connection.execute("SELECT min(timestamp) FROM system_metrics").fetchone()
    return None if oldest is None else int(oldest)


def forget(connection: sqlite3.Connection, before: int, first_node: int, limit: int) -> list[int]:
    """Delete at most `limit` records older than the timestamp `before`, and return their ids, ascending.

    It goes node by node from `first_node` on, which is their order on disk, so that page after page is emptied.
    """
    old = connection.execute(_OLD, {"before": before, "first_node": first_node, "limit": limit}).fetchall()
    connection.executemany("DELETE FROM system_metrics WHERE id = ?", old)
    return [id for (id,) in old]


_OLD = """
SELECT system_metrics.id FROM nodes CROSS JOIN system_metrics
ON system_metrics.id BETWEEN nodes.id << 32 AND (nodes.id << 32 | :before) - 1
WHERE nodes.id >= :first_node ORDER BY nodes.id, system_metrics.id LIMIT :limit
"""


def nodes(connection: sqlite3.Connection) -> list[Node]:
    """Return all nodes that ever existed, in the order of their ids."""
    rows = connection.execute("SELECT id, name, ip, hostname, enabled FROM nodes ORDER BY id")
    return [Node(id, name, ip, hostname, bool(enabled)) for id, name, ip, hostname, enabled in rows]


def put_node(connection: sqlite3.Connection, name: str, ip: str, hostname: str, enabled: bool, now: int) -> None:
    """Add a node, or update the node with this hostname if something differs."""
    values = (name, ip, hostname, enabled, now)
    connection.execute(
        "UPDATE nodes SET name = ?1, ip = ?2, hostname = ?3, enabled = ?4, updated_at = ?5 "
        "WHERE hostname = ?3 AND ((name, ip, enabled) != (?1, ?2, ?4) OR hostname != ?3 COLLATE BINARY)",
        values,
    )
    # No upsert: even one that only updates would use up an id.
    connection.execute(
        "INSERT INTO nodes (name, ip, hostname, enabled, created_at, updated_at) "
        "SELECT ?1, ?2, ?3, ?4, ?5, ?5 WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE hostname = ?3)",
        values,
    )


def disable_nodes(connection: sqlite3.Connection, ids: Iterable[int], now: int) -> None:
    """Mark nodes that left the configuration; their history stays."""
    connection.executemany(
        "UPDATE nodes SET enabled = 0, updated_at = ? WHERE id = ? AND enabled", [(now, id) for id in ids]
    )


def record_tables(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the tables with records; an older database has only two."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'filling_metrics'").fetchone() is None:
        return ("pending_metrics", "system_metrics")
    return (FILLING, "pending_metrics", "system_metrics")


def last_seen(
    connection: sqlite3.Connection, node_id: int, tables: Sequence[str], until: int = END_OF_TIME
) -> int | None:
    """Return the timestamp of a node's newest stored sample up to `until`, None if it has none."""
    span = (record_id(node_id, 0), record_id(node_id, record_timestamp(until)))
    found = [
        last_sample_until(timestamp, seen, until)
        for table in tables
        # Two, as all samples of the newer one may be later.
        for timestamp, seen in connection.execute(
            f"SELECT timestamp, seen FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 2", span
        )
    ]
    return max((timestamp for timestamp in found if timestamp is not None), default=None)


def history_columns(
    connection: sqlite3.Connection, node_id: int, start: int, end: int, columns: Sequence[str], now: int
) -> list[bytes]:
    """Return the records with timestamps in (start, end], ascending, as one JSON array per column, `timestamp` first.

    SQLite builds the arrays itself: 7 ms for a month, where fetching and encoding rows took 11 to 18 ms (measured). A
    record that is not in the history yet is shown once its time has passed, so not after `now`.
    """
    usual, in_order = _reads(tuple(columns))
    span = span_of(node_id, start, end, now)
    # One statement sees one state: a record that moves between the tables meanwhile is neither missed nor read twice.
    moved: list[bytes]
    newer: list[bytes]
    read = connection.execute(usual, span).fetchone()
    (last_moved, *moved), (first_newer, *newer) = read[: len(read) // 2], read[len(read) // 2 :]
    if first_newer is None:
        return moved
    if last_moved is None:
        return newer
    # Sorting tables into one takes a sixth of a month's time. Nearly always they don't overlap.
    if last_moved < first_newer:
        return list(map(join_arrays, moved, newer))
    return list(connection.execute(in_order, span).fetchone())


def span_of(node_id: int, start: int, end: int, now: int) -> dict[str, int]:
    """Return the ids that bound a node's records in (start, end], for NEWER and ALL; none is `shown` after `now`."""
    return {
        "first": record_id(node_id, start) + 1,
        "last": record_id(node_id, end),
        "shown": record_id(node_id, min(end, now)),
    }


@lru_cache(maxsize=64)
def _reads(columns: tuple[str, ...]) -> tuple[str, str]:
    """Return two statements: the history and what has not moved there yet, side by side, and all in order."""
    asked = ["timestamp", *(column for column in VALUE_COLUMNS if column in columns)]
    # These bytes go into the answer unchanged: decoding and encoding them took a tenth longer for a month.
    arrays = ", ".join(f"CAST(json_group_array({_EXACT.get(column, column)}) AS BLOB)" for column in asked)
    newer, both = (source.format(columns=", ".join(asked)) for source in (NEWER, ALL))
    # A statement for each of the two, in a transaction, took a seventh longer for a day.
    beside = f"(SELECT max(id), {arrays} FROM {_MOVED}) CROSS JOIN (SELECT min(id), {arrays} FROM {newer})"
    return f"SELECT * FROM {beside}", f"SELECT {arrays} FROM {both}"


# A mean of bytes may have a fraction while its record is incomplete.
_EXACT = {metric.name: f"CAST({metric.name} AS INTEGER)" for metric in METRICS if metric.digits == 0}
# A range of row ids is read in order anyway; an ORDER BY in a subquery took a seventh longer.
_MOVED = "system_metrics NOT INDEXED WHERE id BETWEEN :first AND :last"
_PENDING = "SELECT id, {columns} FROM pending_metrics WHERE id BETWEEN :first AND :shown"
_FILLS = f"SELECT id, {{columns}} FROM {FILLING} WHERE id BETWEEN :first AND :shown"
NEWER = f"({_PENDING} UNION ALL {_FILLS} ORDER BY 1)"
"""SQL of the records that have not moved to the history yet, in order: their ids and the `columns`."""

ALL = f"(SELECT id, {{columns}} FROM {_MOVED} UNION ALL {_PENDING} UNION ALL {_FILLS} ORDER BY 1)"
"""The same of all records."""


def last_values(connection: sqlite3.Connection, last_seen: Mapping[int, int]) -> dict[int, tuple[float | None, ...]]:
    """Return, by node id, the record with the sample of this timestamp, in the form of a sample's values."""
    found = {}
    for node_id, timestamp in last_seen.items():
        record = record_id(node_id, record_timestamp(timestamp))
        for table in (FILLING, "pending_metrics", "system_metrics"):
            row = connection.execute(_RECORD.format(table=table), (record,)).fetchone()
            if row is not None:
                found[node_id] = row
                break
    return found


# A mean of bytes may have a fraction while its record is incomplete.
_MEANS = (f"round({value.name}, 2)" if value.digits else f"CAST({value.name} AS INTEGER)" for value in VALUES)
_RECORD = f"SELECT {', '.join(_MEANS)} FROM {{table}} WHERE id = ?"


def records_at(connection: sqlite3.Connection, node_ids: Sequence[int], times: Sequence[int], now: int) -> list[Values]:
    """Return each existing record of these nodes and times, with the values in which nodes are compared.

    Each is looked up by its id, node by node as they lie on disk, so nothing between two times is read. A record that
    is not in the history yet is shown once its time has passed, so not after `now`.
    """
    wanted = (
        "FROM json_each(:nodes) AS node CROSS JOIN json_each(:times) AS time "
        "CROSS JOIN {table} AS record ON record.id = (node.value << 32 | time.value)"
    )
    values = ", ".join(("timestamp", *(metric.comparable for metric in METRICS)))
    statement = (
        f"SELECT {values} {wanted.format(table='system_metrics')} UNION ALL "
        f"SELECT {values} {wanted.format(table='pending_metrics')} WHERE timestamp <= :now UNION ALL "
        f"SELECT {values} {wanted.format(table=FILLING)} WHERE timestamp <= :now"
    )
    asked = {"nodes": json.dumps(list(node_ids)), "times": json.dumps(list(times)), "now": now}
    return connection.execute(statement, asked).fetchall()
