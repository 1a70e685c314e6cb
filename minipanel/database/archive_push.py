"""The SQL of how far a push is: from and up to which time the past is sent, and which record comes next."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from minipanel.database.filling import FILLING


@dataclass(frozen=True, slots=True)
class Push:
    """All of the past from `since` to `until`, node by node. `records` below the id `next_id` were read back twice;
    `sent` were sent so far, those among them."""

    since: int
    until: int
    next_id: int
    records: int
    is_paused: bool
    sent: int


def begin_push(connection: sqlite3.Connection, since: int, until: int) -> None:
    """Have the records from `since` to `until` sent too; where that goes on already, from its beginning again."""
    earlier = push_state(connection)
    connection.execute(
        "INSERT OR REPLACE INTO archive_push (id, since, until, next_id, records, is_paused, sent) "
        "VALUES (1, ?, ?, 0, 0, 0, 0)",
        (since if earlier is None else min(since, earlier.since), until),
    )
    # Those that still fill, so late, are among the others only later, where the push has passed by then.
    connection.execute(
        f"INSERT OR IGNORE INTO archive_queue (id) SELECT id FROM {FILLING} WHERE timestamp BETWEEN ? AND ?",
        (since, until),
    )


def push_state(connection: sqlite3.Connection) -> Push | None:
    """Return how far the past is, None if none is sent."""
    row = connection.execute("SELECT since, until, next_id, records, is_paused, sent FROM archive_push").fetchone()
    if row is None:
        return None
    since, until, next_id, records, is_paused, sent = row
    return Push(since, until, next_id, records, bool(is_paused), sent)


def pause_push(connection: sqlite3.Connection, is_paused: bool) -> None:
    """Have it rest where it is, or go on."""
    connection.execute("UPDATE archive_push SET is_paused = ?", (is_paused,))


def note_push(connection: sqlite3.Connection, before: Push, now: Push) -> bool:
    """Keep how far it is now, unless it is another push than before. Returns whether it is the same."""
    changed = connection.execute(
        "UPDATE archive_push SET next_id = ?, records = ?, sent = ? WHERE since = ? AND until = ? AND next_id = ?",
        (now.next_id, now.records, now.sent, before.since, before.until, before.next_id),
    )
    return changed.rowcount == 1


def end_push(connection: sqlite3.Connection, push: Push) -> bool:
    """Note that all of it is there, unless it is another push by now. Returns whether it was the same."""
    ended = connection.execute(
        "DELETE FROM archive_push WHERE since = ? AND until = ? AND next_id = ?", (push.since, push.until, push.next_id)
    )
    if ended.rowcount == 1:
        connection.execute("UPDATE archive_until SET since = min(since, ?)", (push.since,))
    return ended.rowcount == 1


def put_differing(connection: sqlite3.Connection, ids: Sequence[int], tries: int) -> None:
    """Put records into the queue that were read back wrong so often already."""
    connection.executemany("INSERT OR IGNORE INTO archive_queue (id, tries) VALUES (?, ?)", [(id, tries) for id in ids])
