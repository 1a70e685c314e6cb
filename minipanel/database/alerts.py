"""The SQL of alerts, silences and messages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace

from minipanel.models.alert import Alert, Bad, Message, Silence

_COLUMNS = (
    "id, rule, node_id, severity, began_at, opened_at, over_at, closed_at, hold, times, first_at, value, worst, "
    '"limit", reason, is_suspended, is_dropped, announced_at, end_told_at, acked_at, acked_by, note'
)


def put_alerts(connection: sqlite3.Connection, alerts: Iterable[Alert]) -> list[int]:
    """Store alerts in their present state; return their ids, in the same order.

    An alert with the id 0 gets a new one.
    """
    ids = []
    for alert in alerts:
        marks = ", ".join("?" * 22)
        done = connection.execute(f"INSERT OR REPLACE INTO alerts ({_COLUMNS}) VALUES ({marks})", _row(alert))
        ids.append(alert.id or int(done.lastrowid or 0))
    return ids


def alerts_of(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Alert]:
    """Return the alerts with these ids that still exist."""
    return _alerts(connection, "id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))


def recent_alerts(connection: sqlite3.Connection, closed_after: int) -> list[Alert]:
    """Return alerts that are open, that closed after a time, or whose end was not yet sent."""
    where = "closed_at IS NULL OR closed_at > ? OR end_told_at IS NULL"
    return _alerts(connection, f"{where} ORDER BY opened_at", (closed_after,))


def last_id(connection: sqlite3.Connection) -> int:
    """Return the highest id of an alert; 0 if none is stored."""
    found = connection.execute("SELECT coalesce(max(id), 0) FROM alerts").fetchone()
    return int(found[0])


def alerts_between(
    connection: sqlite3.Connection,
    start: int,
    end: int,
    state: str | None,
    node_ids: Sequence[int] | None,
    rule: str | None,
    limit: int,
) -> list[Alert]:
    """Return the alerts open at some time from start to end, newest first. `state`: open or closed by now."""
    where = "opened_at <= ? AND (closed_at IS NULL OR closed_at >= ?)"
    values: list[object] = [end, start]
    if state is not None:
        where += f" AND closed_at IS {'' if state == 'open' else 'NOT'} NULL"
    if node_ids is not None:
        where += " AND node_id IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(list(node_ids)))
    if rule is not None:
        where += " AND rule = ?"
        values.append(rule)
    return _alerts(connection, f"{where} ORDER BY opened_at DESC, id DESC LIMIT ?", (*values, limit))


def acknowledge(connection: sqlite3.Connection, ids: Iterable[int], now: int, who: str, note: str | None) -> None:
    """Record that somebody has acknowledged these alerts."""
    connection.executemany(
        "UPDATE alerts SET acked_at = ?, acked_by = ?, note = ? WHERE id = ?", [(now, who, note, id) for id in ids]
    )


def forget_alerts(connection: sqlite3.Connection, before: int, messages_before: int) -> None:
    """Delete alerts that ended before a time, and messages sent or given up before another."""
    connection.execute("DELETE FROM alerts WHERE closed_at < ?", (before,))
    connection.execute("DELETE FROM silences WHERE until_at < ?", (before,))
    # An open alert and the messages about it belong together.
    connection.execute(
        "DELETE FROM messages WHERE coalesce(sent_at, given_up_at) < ? AND NOT EXISTS (SELECT 1 FROM "
        "json_each(coalesce(messages.begun, messages.alerts)) AS each JOIN alerts AS told ON told.id = each.value "
        "WHERE told.end_told_at IS NULL)",
        (messages_before,),
    )


def put_silence(connection: sqlite3.Connection, silence: Silence) -> Silence:
    """Store a silence; return it with its id."""
    done = connection.execute(
        "INSERT INTO silences (nodes, rules, from_at, until_at, why, who) VALUES (?, ?, ?, ?, ?, ?)",
        (silence.nodes, json.dumps(silence.rules), silence.from_at, silence.until_at, silence.why, silence.who),
    )
    return replace(silence, id=int(done.lastrowid or 0))


def end_silence(connection: sqlite3.Connection, silence_id: int, now: int) -> bool:
    """End a silence now. Returns False if there is no such silence, or it is over."""
    done = connection.execute("UPDATE silences SET until_at = ?1 WHERE id = ?2 AND until_at > ?1", (now, silence_id))
    return done.rowcount > 0


def silences(connection: sqlite3.Connection, until_after: int) -> list[Silence]:
    """Return the silences that last beyond a time."""
    rows = connection.execute(
        "SELECT nodes, rules, from_at, until_at, why, who, id FROM silences WHERE until_at > ? ORDER BY id",
        (until_after,),
    )
    return [Silence(nodes, tuple(json.loads(rules)), *rest) for nodes, rules, *rest in rows]


def put_message(connection: sqlite3.Connection, message: Message, replaces: Iterable[int] = ()) -> int:
    """Store a message to be sent, in place of others that were never sent; return its id."""
    connection.executemany("DELETE FROM messages WHERE id = ?", [(each,) for each in replaces])
    done = connection.execute(
        "INSERT INTO messages (channel, rule, alerts, subject, body, made_at, try_at, key, tries, error, begun, "
        "details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.channel,
            message.rule,
            json.dumps(message.alerts),
            message.subject,
            message.body,
            message.made_at,
            message.try_at,
            message.key,
            message.tries,
            message.error,
            json.dumps(message.begun),
            message.details,
        ),
    )
    return int(done.lastrowid or 0)


def waiting_messages(connection: sqlite3.Connection) -> list[Message]:
    """Return the messages that have not been sent, in the order of their times."""
    rows = connection.execute(
        "SELECT coalesce(begun, alerts), details, channel, rule, alerts, subject, body, made_at, try_at, key, id, "
        "tries, error FROM messages WHERE sent_at IS NULL AND given_up_at IS NULL ORDER BY try_at, id"
    )
    return [
        Message(channel, rule, tuple(json.loads(ids)), *rest, tuple(json.loads(begun)), details)  # type: ignore[call-arg]
        for begun, details, channel, rule, ids, *rest in rows
    ]


def told_alerts(connection: sqlite3.Connection, ids: Iterable[int]) -> set[tuple[str, int]]:
    """Return which of these alerts each channel has announced, or will with a waiting message."""
    rows = connection.execute(
        "SELECT channel, value FROM messages, json_each(coalesce(begun, alerts)) WHERE given_up_at IS NULL "
        "AND value IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return set(rows.fetchall())


def last_made(connection: sqlite3.Connection) -> dict[str, int]:
    """Return when the newest message of each rule was made."""
    return dict(connection.execute("SELECT rule, max(made_at) FROM messages GROUP BY rule").fetchall())


def note_sent(connection: sqlite3.Connection, message: Message, now: int) -> None:
    """Record that a message was accepted."""
    # Match the key too: SQLite reuses the id of the newest row once that was deleted.
    connection.execute(
        "UPDATE messages SET sent_at = ?, tries = tries + 1, error = NULL WHERE id = ? AND key = ?",
        (now, message.id, message.key),
    )


def note_failed(connection: sqlite3.Connection, message: Message, error: str, try_at: int | None, now: int) -> None:
    """Record why a message could not be sent, and when to try again; None: never."""
    connection.execute(
        "UPDATE messages SET tries = tries + 1, error = ?3, try_at = coalesce(?4, try_at), "
        "given_up_at = CASE WHEN ?4 IS NULL THEN ?5 END WHERE id = ?1 AND key = ?2",
        (message.id, message.key, error, try_at, now),
    )


def _alerts(connection: sqlite3.Connection, where: str, values: Sequence[object]) -> list[Alert]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM alerts WHERE {where}", values)
    return [_alert(*row) for row in rows]


def _row(alert: Alert) -> tuple[object, ...]:
    return (
        alert.id or None,
        alert.rule,
        alert.node_id,
        alert.severity,
        alert.began_at,
        alert.opened_at,
        alert.over_at,
        alert.closed_at,
        alert.hold_seconds,
        alert.times,
        alert.first_at,
        alert.bad.value,
        alert.worst,
        alert.bad.limit,
        alert.bad.reason,
        alert.is_suspended,
        alert.is_dropped,
        alert.announced_at,
        alert.end_told_at,
        alert.acked_at,
        alert.acked_by,
        alert.note,
    )


def _alert(*row: object) -> Alert:
    names = (name.strip().strip('"') for name in _COLUMNS.split(","))
    of = dict(zip(names, row, strict=True))
    bad = Bad(of.pop("value"), of.pop("limit"), of.pop("reason"))  # type: ignore[arg-type]
    hold = of.pop("hold")
    flags = {name: bool(of.pop(name)) for name in ("is_suspended", "is_dropped")}
    return Alert(bad=bad, hold_seconds=hold, **of, **flags)  # type: ignore[arg-type]
