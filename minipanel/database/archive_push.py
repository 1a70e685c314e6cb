"""The SQL of a push's progress: which span of the past is sent, and which record comes next."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from minipanel.database.filling import FILLING


@dataclass(frozen=True, slots=True)
class Push:
    """A push of the past from `since` to `until`, node by node.

    `records`: how many, all with ids below `next_id`, were read back twice. `sent`: how many were sent, including
    these.
    """

    since: int
    until: int
    next_id: int
    records: int
    is_paused: bool
    sent: int


def begin_push(connection: sqlite3.Connection, since: int, until: int) -> None:
    """Begin to send the records from `since` to `until`. A push under way begins again, and includes its old span."""
    earlier = push_state(connection)
    connection.execute(
        "INSERT OR REPLACE INTO archive_push (id, since, until, next_id, records, is_paused, sent) "
        "VALUES (1, ?, ?, 0, 0, 0, 0)",
        (since if earlier is None else min(since, earlier.since), until),
    )
    # Records that still fill join the others only later, when the push has already passed their place.
    connection.execute(
        f"INSERT OR IGNORE INTO archive_queue (id) SELECT id FROM {FILLING} WHERE timestamp BETWEEN ? AND ?",
        (since, until),
    )


def push_state(connection: sqlite3.Connection) -> Push | None:
    """Return the push under way, None if there is none."""
    row = connection.execute("SELECT since, until, next_id, records, is_paused, sent FROM archive_push").fetchone()
    if row is None:
        return None
    since, until, next_id, records, is_paused, sent = row
    return Push(since, until, next_id, records, bool(is_paused), sent)


def pause_push(connection: sqlite3.Connection, is_paused: bool) -> None:
    """Pause the push, or let it continue."""
    connection.execute("UPDATE archive_push SET is_paused = ?", (is_paused,))


def note_push(connection: sqlite3.Connection, before: Push, now: Push) -> bool:
    """Store the push's progress, unless another push has begun. Returns whether it was stored."""
    changed = connection.execute(
        "UPDATE archive_push SET next_id = ?, records = ?, sent = ? WHERE since = ? AND until = ? AND next_id = ?",
        (now.next_id, now.records, now.sent, before.since, before.until, before.next_id),
    )
    return changed.rowcount == 1


def end_push(connection: sqlite3.Connection, push: Push) -> bool:
    """End the push, as all its records are at the engine, unless another push has begun. Returns whether it ended."""
    ended = connection.execute(
        "DELETE FROM archive_push WHERE since = ? AND until = ? AND next_id = ?", (push.since, push.until, push.next_id)
    )
    if ended.rowcount == 1:
        connection.execute("UPDATE archive_until SET since = min(since, ?)", (push.since,))
    return ended.rowcount == 1


def put_differing(connection: sqlite3.Connection, ids: Sequence[int], tries: int) -> None:
    """Queue records that were already read back wrong `tries` times."""
    connection.executemany("INSERT OR IGNORE INTO archive_queue (id, tries) VALUES (?, ?)", [(id, tries) for id in ids])
