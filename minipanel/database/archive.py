"""The SQL of the archive's queue, one row per record: which records are still to be sent or read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from minipanel.database.archive_push import begin_push
from minipanel.database.full_records import TABLES
from minipanel.models.hour import DAY_SECONDS
from minipanel.models.record import RECORD_SECONDS, record_id

NOTHING_COMPARED = -1
"""Stored as `differed`, which must not be NULL."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in the queue. Times are in Unix seconds.

    `seen_at`: when it was first found at the engine, 0 if not yet. `tries`: how often it was read back wrong.
    """

    id: int
    sent_at: int
    seen_at: int
    tries: int


@dataclass(frozen=True, slots=True)
class Queue:
    """The state of the queue. Times are in Unix seconds.

    `waiting`: all records in it; `unsent`: those of them not sent yet. `oldest`: the time of the oldest record.
    `differing`: records read back wrong repeatedly. `until`: all records up to here were queued, 0 before the first.
    """

    waiting: int
    unsent: int
    oldest: int | None
    differing: int
    until: int


def take_in(connection: sqlite3.Connection, until: int) -> bool:
    """Queue the next round of records that finished up to the timestamp `until`. Returns whether there was one.

    The first call ever queues nothing older than its own round.
    """
    began = archived_until(connection)
    if began == 0:
        began = until // RECORD_SECONDS * RECORD_SECONDS - RECORD_SECONDS
        connection.execute("UPDATE archive_until SET timestamp = ?1, since = ?1", (began,))
    if until - began > DAY_SECONDS:
        # The archive was off this long: the records from that time are sent as the past is.
        connection.execute("UPDATE archive_until SET timestamp = ?", (until,))
        begin_push(connection, began, until)
        return True
    end = _next_record(connection, began)
    if end is None or end > until:
        return False
    for table in TABLES:
        connection.execute(
            f"INSERT OR IGNORE INTO archive_queue (id) SELECT id FROM {table} WHERE timestamp > ? AND timestamp <= ?",
            (began, end),
        )
    connection.execute("UPDATE archive_until SET timestamp = ?", (end,))
    return True


def archived_since(connection: sqlite3.Connection) -> int:
    """Return the time from which on all records are at the engine or in the queue, Unix seconds; 0 if none are."""
    (since,) = connection.execute("SELECT since FROM archive_until").fetchone()
    return int(since)


def audited(connection: sqlite3.Connection) -> tuple[int, int | None]:
    """Return when all days were last compared, Unix seconds, 0 for never, and how many node-days lacked samples.

    The latter is None if there was nothing to compare.
    """
    at, differed = connection.execute("SELECT audited_at, differed FROM archive_until").fetchone()
    return int(at), None if differed == NOTHING_COMPARED else int(differed)


def note_audit(connection: sqlite3.Connection, at: int, differed: int | None) -> None:
    """Record a comparison, as `audited` returns it."""
    kept = NOTHING_COMPARED if differed is None else differed
    connection.execute("UPDATE archive_until SET audited_at = ?, differed = ?", (at, kept))


def samples_of_day(connection: sqlite3.Connection, end: int) -> dict[int, int]:
    """Return how many samples each node's records of the 24 hours up to `end` have, by node id."""
    rows = connection.execute(
        "SELECT node_id, sum(samples) FROM system_metrics WHERE timestamp > ? AND timestamp <= ? GROUP BY node_id",
        (end - DAY_SECONDS, end),
    )
    return {node_id: int(samples) for node_id, samples in rows}


def put_day_again(connection: sqlite3.Connection, node_id: int, end: int) -> None:
    """Queue all records of a node's 24 hours up to `end` again."""
    span = (record_id(node_id, end - DAY_SECONDS) + 1, record_id(node_id, end))
    put_again(
        connection, [id for (id,) in connection.execute("SELECT id FROM system_metrics WHERE id BETWEEN ? AND ?", span)]
    )


def _next_record(connection: sqlite3.Connection, after: int) -> int | None:
    """Return the time of the first record after a time, None if there is none."""
    found = [
        connection.execute(f"SELECT min(timestamp) FROM {table} WHERE timestamp > ?", (after,)).fetchone()[0]
        for table in TABLES
    ]
    return min((int(timestamp) for timestamp in found if timestamp is not None), default=None)


def oldest_here(connection: sqlite3.Connection) -> tuple[int | None, int | None]:
    """Return the time of the oldest record, and the number of the oldest day in hours; None if there is none."""
    (day,) = connection.execute("SELECT min(id) FROM hours").fetchone()
    return _next_record(connection, 0), None if day is None else int(day) >> 32


def archived_until(connection: sqlite3.Connection) -> int:
    """Return the time up to which all finished records were queued, Unix seconds; 0 before the first time."""
    (until,) = connection.execute("SELECT timestamp FROM archive_until").fetchone()
    return int(until)


def put_again(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Queue changed records, to be sent as if they never had been."""
    connection.executemany(
        "INSERT INTO archive_queue (id) VALUES (?) "
        "ON CONFLICT (id) DO UPDATE SET sent_at = NULL, seen_at = NULL, tries = 0",
        [(id,) for id in ids],
    )


def unsent(connection: sqlite3.Connection, limit: int, tries_below: int) -> list[int]:
    """Return ids of records to send that were read back wrong fewer than `tries_below` times, the fewest first."""
    return _unsent(connection, "tries < ?", tries_below, limit)


def unsent_again(connection: sqlite3.Connection, limit: int, tries: int) -> list[int]:
    """Return ids of records to send that were read back wrong at least `tries` times, the fewest first."""
    return _unsent(connection, "tries >= ?", tries, limit)


def _unsent(connection: sqlite3.Connection, which: str, tries: int, limit: int) -> list[int]:
    rows = connection.execute(
        f"SELECT id FROM archive_queue WHERE sent_at IS NULL AND {which} ORDER BY tries, id LIMIT ?", (tries, limit)
    )
    return [id for (id,) in rows]


def in_flight(connection: sqlite3.Connection) -> int:
    """Return how many records were sent and have yet to be read back."""
    (count,) = connection.execute("SELECT count(*) FROM archive_queue WHERE sent_at IS NOT NULL").fetchone()
    return int(count)


def mark_sent(connection: sqlite3.Connection, ids: Iterable[int], now: int) -> None:
    """Record that these were sent. A record that changed meanwhile is found out when it is read back."""
    connection.executemany(
        "UPDATE archive_queue SET sent_at = ?, seen_at = NULL WHERE id = ? AND sent_at IS NULL",
        [(now, id) for id in ids],
    )


def due(connection: sqlite3.Connection, sent_before: int, seen_before: int, now: int, limit: int) -> list[Entry]:
    """Return the entries to read back: sent by `sent_before`, or found once by `seen_before`.

    Also those whose times are later than `now`: the clock was wrong then.
    """
    rows = connection.execute(
        "SELECT id, sent_at, coalesce(seen_at, 0), tries FROM archive_queue WHERE sent_at IS NOT NULL "
        "AND (seen_at IS NULL AND sent_at <= :sent OR seen_at <= :seen OR max(sent_at, coalesce(seen_at, 0)) > :now) "
        "ORDER BY id LIMIT :limit",
        {"sent": sent_before, "seen": seen_before, "now": now, "limit": limit},
    )
    return [Entry(*row) for row in rows]


def settle(
    connection: sqlite3.Connection, found: Iterable[Entry], again: Iterable[Entry], gone: Iterable[Entry], now: int
) -> None:
    """Apply a look: an entry found once waits for its second look, one found twice leaves, the others are sent again.

    `gone`: entries whose records are no longer in the database. Entries that changed since the look stay as they are.
    """
    of_look = "WHERE id = ? AND sent_at = ? AND coalesce(seen_at, 0) = ?"
    first = [(now, each.id, each.sent_at, 0) for each in found if each.seen_at == 0]
    last = [(each.id, each.sent_at, each.seen_at) for each in found if each.seen_at]
    connection.executemany(f"UPDATE archive_queue SET seen_at = ? {of_look}", first)
    connection.executemany(f"DELETE FROM archive_queue {of_look}", last)
    connection.executemany(
        f"UPDATE archive_queue SET sent_at = NULL, seen_at = NULL, tries = tries + 1 {of_look}",
        [(each.id, each.sent_at, each.seen_at) for each in again],
    )
    connection.executemany("DELETE FROM archive_queue WHERE id = ?", [(each.id,) for each in gone])


def queue(connection: sqlite3.Connection, differing_tries: int) -> Queue:
    """Return the state of the queue. `differing_tries`: records read back wrong this often count as differing."""
    counts = "SELECT count(*), count(*) - count(sent_at), min(id & 4294967295) FROM archive_queue"
    waiting, unsent, oldest = connection.execute(counts).fetchone()
    return Queue(waiting, unsent, oldest, differing(connection, differing_tries), archived_until(connection))


def differing(connection: sqlite3.Connection, tries: int) -> int:
    """Return how many records were read back wrong at least `tries` times. Uses indexes: the queue may hold weeks."""
    parts = (
        f"(SELECT count(*) FROM archive_queue WHERE sent_at IS {state} AND tries >= ?1)"
        for state in ("NULL", "NOT NULL")
    )
    (count,) = connection.execute(f"SELECT {' + '.join(parts)}", (tries,)).fetchone()
    return int(count)
