"""Every SQL statement of the panel. Works on SQLite 3.26 (RHEL 8): no RETURNING, no generated columns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from minipanel.models.node import Node
from minipanel.models.record import SLOTS, VALUE_COLUMNS, last_sample, record_id, record_timestamp, slot_bit
from minipanel.models.sample import Sample

Row = tuple[int, int, int, float, int, float, float, float | None, float, int, float | None, int, int, int]
"""A record as it is merged: the columns of `_COLUMNS` in their order."""

_COLUMNS = (
    "id, node_id, timestamp, cpu_percent, memory_total, memory_used, memory_percent, cpu_temp, "
    "cpu_percent_max, memory_used_max, cpu_temp_max, samples, cpu_temp_samples, seen"
)

# A mean is kept exact while a record fills: samples are hundredths (bytes for memory), so mean * samples, rounded, is
# the exact sum again, and the record is the same in whatever order its samples came (sums below 2**51 for memory).
_CPU_SUM = "(round(cpu_percent * samples * 100) + round(excluded.cpu_percent * excluded.samples * 100)) / 100.0"
_MEMORY_SUM = "(round(memory_used * samples) + round(excluded.memory_used * excluded.samples))"
_TEMP_SUM = (
    "(round(cpu_temp * cpu_temp_samples * 100) + round(excluded.cpu_temp * excluded.cpu_temp_samples * 100)) / 100.0"
)
_COUNT = "(samples + excluded.samples)"


def _mean(value: str, digits: int = 2) -> str:
    """Return SQL for a mean, which is rounded once the record is complete: it never changes again, and is shorter."""
    return f"CASE {_COUNT} WHEN {SLOTS} THEN round({value}, {digits}) ELSE {value} END"


_MERGE = f"""
INSERT INTO {{table}} ({_COLUMNS}) {{source}}
ON CONFLICT (id) DO UPDATE SET
    cpu_percent = {_mean(f"{_CPU_SUM} / {_COUNT}")},
    memory_total = max(memory_total, excluded.memory_total),
    memory_used = {_mean(f"{_MEMORY_SUM} / {_COUNT}", 0)},
    memory_percent = {_mean(f"100 * {_MEMORY_SUM} / {_COUNT} / max(memory_total, excluded.memory_total)")},
    cpu_temp = CASE
        WHEN excluded.cpu_temp IS NULL THEN {_mean("cpu_temp")}
        WHEN cpu_temp IS NULL THEN {_mean("excluded.cpu_temp")}
        ELSE {_mean(f"{_TEMP_SUM} / (cpu_temp_samples + excluded.cpu_temp_samples)")} END,
    cpu_percent_max = max(cpu_percent_max, excluded.cpu_percent_max),
    memory_used_max = max(memory_used_max, excluded.memory_used_max),
    cpu_temp_max = coalesce(max(cpu_temp_max, excluded.cpu_temp_max), cpu_temp_max, excluded.cpu_temp_max),
    samples = {_COUNT},
    cpu_temp_samples = cpu_temp_samples + excluded.cpu_temp_samples,
    seen = CASE {_COUNT} WHEN {SLOTS} THEN NULL ELSE seen | excluded.seen END
WHERE {{table}}.seen & excluded.seen = 0
"""

_VALUES = f"VALUES ({', '.join('?' * len(_COLUMNS.split(',')))})"
_FULL = f"SELECT {_COLUMNS} FROM pending_metrics WHERE timestamp <= ? ORDER BY place LIMIT ?"

_MERGE_PENDING = _MERGE.format(table="pending_metrics", source=_VALUES)
_MERGE_SEALED = _MERGE.format(table="system_metrics", source=_VALUES)
_SEAL = _MERGE.format(table="system_metrics", source=_FULL)


def as_row(node_id: int, sample: Sample) -> Row:
    """Return a sample as a record of its own, values in hundredths: that is what keeps the sums of a merge exact."""
    timestamp = record_timestamp(sample.timestamp)
    cpu = round(sample.cpu_percent, 2)
    temp = None if sample.cpu_temp is None else round(sample.cpu_temp, 2)
    return (
        record_id(node_id, timestamp),
        node_id,
        timestamp,
        cpu,
        sample.memory_total,
        sample.memory_used,
        100.0 * sample.memory_used / sample.memory_total,
        temp,
        cpu,
        sample.memory_used,
        temp,
        1,
        0 if temp is None else 1,
        slot_bit(sample.timestamp),
    )


def merge_pending(connection: sqlite3.Connection, rows: Sequence[Row]) -> int:
    """Merge records that still fill. Returns how many were taken; one whose samples are there already is not."""
    return connection.executemany(_MERGE_PENDING, rows).rowcount


def merge_sealed(connection: sqlite3.Connection, rows: Sequence[Row]) -> int:
    """Merge into records that already stand in the history. Returns how many were taken."""
    return connection.executemany(_MERGE_SEALED, rows).rowcount


def is_sealed(connection: sqlite3.Connection, record: int) -> bool:
    """Return whether the record with this id stands in the history."""
    return connection.execute("SELECT 1 FROM system_metrics WHERE id = ?", (record,)).fetchone() is not None


def newest_sealed(connection: sqlite3.Connection) -> int:
    """Return the timestamp of the newest record in the history, 0 when there is none."""
    (newest,) = connection.execute("SELECT max(timestamp) FROM system_metrics").fetchone()
    return int(newest or 0)


def seal(connection: sqlite3.Connection, until: int, limit: int) -> int:
    """Move records up to the timestamp `until` from pending to the history, `limit` at most. Returns how many."""
    moved = connection.execute(_SEAL, (until, limit)).rowcount
    connection.execute(
        "DELETE FROM pending_metrics WHERE place IN "
        "(SELECT place FROM pending_metrics WHERE timestamp <= ? ORDER BY place LIMIT ?)",
        (until, limit),
    )
    return moved


def oldest_record(connection: sqlite3.Connection) -> int | None:
    """Return the timestamp of the oldest record in the history, None when there is none."""
    (oldest,) = connection.execute("SELECT min(timestamp) FROM system_metrics").fetchone()
    return None if oldest is None else int(oldest)


def forget(connection: sqlite3.Connection, before: int, first_node: int, limit: int) -> list[int]:
    """Delete records older than the timestamp `before`, `limit` at most, and return their ids, ascending.

    Node after node from `first_node` on, as they lie on disk: so one page after the other is emptied.
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
    """Return all nodes that ever were, in the order of their ids."""
    rows = connection.execute("SELECT id, name, ip, hostname, enabled FROM nodes ORDER BY id")
    return [Node(id, name, ip, hostname, bool(enabled)) for id, name, ip, hostname, enabled in rows]


def put_node(connection: sqlite3.Connection, name: str, ip: str, hostname: str, enabled: bool, now: int) -> None:
    """Add a node, or change the one of this hostname where something differs."""
    values = (name, ip, hostname, enabled, now)
    connection.execute(
        "UPDATE nodes SET name = ?1, ip = ?2, hostname = ?3, enabled = ?4, updated_at = ?5 "
        "WHERE hostname = ?3 AND ((name, ip, enabled) != (?1, ?2, ?4) OR hostname != ?3 COLLATE BINARY)",
        values,
    )
    # No upsert: one that only updates would use up an id all the same.
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


def put_only_user(connection: sqlite3.Connection, username: str, password_hash: str, now: int) -> None:
    """Make the configured administrator the only user."""
    connection.execute("DELETE FROM users WHERE username != ?", (username,))
    connection.execute(
        "INSERT INTO users (username, password_hash, created_at, updated_at) VALUES (?1, ?2, ?3, ?3) "
        "ON CONFLICT (username) DO UPDATE SET password_hash = ?2, updated_at = ?3 WHERE password_hash != ?2",
        (username, password_hash, now),
    )


def last_seen(connection: sqlite3.Connection, node_id: int) -> int | None:
    """Return the timestamp of a node's newest stored sample, None when it has none."""
    span = (record_id(node_id, 0), record_id(node_id + 1, 0) - 1)
    rows = [
        row
        for table in ("pending_metrics", "system_metrics")
        for row in connection.execute(
            f"SELECT timestamp, seen FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
            span,
        )
    ]
    return max((last_sample(timestamp, seen) for timestamp, seen in rows), default=None)


def history_columns(
    connection: sqlite3.Connection, node_id: int, start: int, end: int, columns: Sequence[str], now: int
) -> list[bytes]:
    """Return the records with timestamps in (start, end], ascending, as one JSON array a column, `timestamp` first.

    SQLite builds the arrays itself: 7 ms for a month where fetching and encoding rows took 11 to 18 ms (measured).
    A record that still fills is shown once its time has passed, so not after `now`.
    """
    wanted = ["timestamp", *(column for column in VALUE_COLUMNS if column in columns)]
    # A mean of bytes may have a fraction while its record is incomplete.
    exact = ("CAST(memory_used AS INTEGER)" if column == "memory_used" else column for column in wanted)
    # As bytes they go into the answer as they are: decoded and encoded again, a month took a tenth longer.
    arrays = ", ".join(f"CAST(json_group_array({column}) AS BLOB)" for column in exact)
    span = {"first": record_id(node_id, start) + 1, "last": record_id(node_id, end), "now": now}
    # Bringing two tables in order takes a sixth of the time, and most of the time there is nothing in the second.
    source = _ONE_TABLE if connection.execute(_IS_PENDING, span).fetchone() is None else _BOTH_TABLES
    return list(connection.execute(f"SELECT {arrays} FROM {source.format(columns=', '.join(wanted))}", span).fetchone())


_PENDING = "FROM pending_metrics WHERE id BETWEEN :first AND :last AND timestamp <= :now"
_IS_PENDING = f"SELECT 1 {_PENDING} LIMIT 1"
# A range of row ids is read in their order; to ask for it in a subquery took a seventh longer.
_ONE_TABLE = "system_metrics NOT INDEXED WHERE id BETWEEN :first AND :last"
_BOTH_TABLES = (
    "(SELECT id, {columns} FROM system_metrics WHERE id BETWEEN :first AND :last "
    f"UNION ALL SELECT id, {{columns}} {_PENDING} ORDER BY 1)"
)


def records_at(
    connection: sqlite3.Connection, node_ids: Sequence[int], times: Sequence[int], now: int
) -> list[tuple[int, float, float, float | None]]:
    """Return timestamp, CPU percent, memory percent and temperature of each record there is of these nodes and times.

    Each is looked up by its id, node after node as they lie on disk: what lies between two times isn't read. A record
    that still fills is shown once its time has passed, so not after `now`.
    """
    wanted = (
        "FROM json_each(:nodes) AS node CROSS JOIN json_each(:times) AS time "
        "CROSS JOIN {table} ON {table}.id = (node.value << 32 | time.value)"
    )
    values = "timestamp, cpu_percent, memory_percent, cpu_temp"
    statement = (
        f"SELECT {values} {wanted.format(table='system_metrics')} UNION ALL "
        f"SELECT {values} {wanted.format(table='pending_metrics')} WHERE timestamp <= :now"
    )
    asked = {"nodes": json.dumps(list(node_ids)), "times": json.dumps(list(times)), "now": now}
    return connection.execute(statement, asked).fetchall()
