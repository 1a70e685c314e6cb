"""The SQL of access: users, sessions, API tokens, wall screens, and the audit. For SQLite 3.26."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple

from minipanel.config import UserConfig
from minipanel.models.access import AuditEntry, Deed, KeyRow, SessionRow


def put_only_users(connection: sqlite3.Connection, accounts: Sequence[UserConfig], now: int) -> None:
    """Make the configured accounts the only users."""
    names = {account.name for account in accounts}
    stored = [name for (name,) in connection.execute("SELECT username FROM users")]
    connection.executemany("DELETE FROM users WHERE username = ?", [(name,) for name in stored if name not in names])
    connection.executemany(
        "INSERT INTO users (username, password_hash, role, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4) "
        "ON CONFLICT (username) DO UPDATE SET password_hash = ?2, role = ?3, updated_at = ?4 "
        "WHERE (password_hash, role) != (?2, ?3)",
        [(account.name, account.password_hash, account.role, now) for account in accounts],
    )


def sessions(connection: sqlite3.Connection) -> list[SessionRow]:
    """Return all valid sessions."""
    return [SessionRow(*row) for row in connection.execute(f"SELECT {_SESSION} FROM sessions")]


def write_sessions(
    connection: sqlite3.Connection, new: Iterable[SessionRow], gone: Iterable[str], seen: Mapping[str, int]
) -> None:
    """Add sessions, delete others by their ids, and record when some were last used."""
    connection.executemany(
        f"INSERT OR REPLACE INTO sessions ({_SESSION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [astuple(row) for row in new],
    )
    connection.executemany("UPDATE sessions SET last_seen_at = ? WHERE id = ?", [(at, id) for id, at in seen.items()])
    end_sessions(connection, gone)


def end_sessions(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Delete sessions."""
    connection.executemany("DELETE FROM sessions WHERE id = ?", [(id,) for id in ids])


_SESSION = "id, username, account, created_at, expires_at, last_seen_at, address, user_agent"


def keys(connection: sqlite3.Connection) -> list[KeyRow]:
    """Return all API tokens and wall screens, in the order of their creation."""
    rows = connection.execute(f"SELECT id, {_KEY}, last_used_at, last_address FROM access_keys ORDER BY id")
    return [KeyRow(*row) for row in rows]


def put_key(connection: sqlite3.Connection, key: KeyRow, limit: int) -> int | None:
    """Add a key and return its id; None if its name is taken, 0 if there are already `limit` keys of its kind."""
    taken = connection.execute("SELECT 1 FROM access_keys WHERE kind = ? AND name = ?", (key.kind, key.name))
    if taken.fetchone() is not None:
        return None
    (there,) = connection.execute("SELECT count(*) FROM access_keys WHERE kind = ?", (key.kind,)).fetchone()
    if there >= limit:
        return 0
    values = (key.kind, key.name, key.scope, key.digest, key.created_at, key.created_by, key.expires_at)
    return connection.execute(f"INSERT INTO access_keys ({_KEY}) VALUES (?, ?, ?, ?, ?, ?, ?)", values).lastrowid


def remove_key(connection: sqlite3.Connection, id: int) -> None:
    """Delete a key."""
    connection.execute("DELETE FROM access_keys WHERE id = ?", (id,))


def note_key_uses(connection: sqlite3.Connection, uses: Mapping[int, tuple[int, str]]) -> None:
    """Record when, and from where, keys were last used."""
    connection.executemany(
        "UPDATE access_keys SET last_used_at = ?, last_address = ? WHERE id = ?",
        [(at, address, id) for id, (at, address) in uses.items()],
    )


_KEY = "kind, name, scope, digest, created_at, created_by, expires_at"


def put_audit(connection: sqlite3.Connection, entries: Iterable[AuditEntry], fold_seconds: int) -> None:
    """Add entries.

    An entry that repeats within `fold_seconds` of its first time is counted in one row, which becomes the newest.
    """
    for entry in entries:
        same = (entry.what, entry.who, entry.address, entry.subject)
        found = connection.execute(
            "SELECT id, at, last_at, times FROM audit WHERE what = ? AND who = ? AND address = ? AND subject = ? "
            "AND at > ? ORDER BY id DESC LIMIT 1",
            (*same, entry.at - fold_seconds),
        ).fetchone()
        id, at, last_at, times = found or (None, entry.at, entry.last_at, 0)
        # A folded entry gets a new id too, so that a reader of rows after some id sees that it happened again.
        connection.execute("DELETE FROM audit WHERE id = ?", (id,))
        connection.execute(
            "INSERT INTO audit (at, last_at, what, who, address, subject, times) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (at, max(last_at, entry.last_at), *same, times + entry.times),
        )


def prune_audit(connection: sqlite3.Connection, before: int, limits: Mapping[Deed, int], limit: int) -> None:
    """Delete entries older than `before`, and the oldest above a limit: for each deed in `limits`, and for the rest."""
    connection.execute("DELETE FROM audit WHERE last_at < ?", (before,))
    for what, most in limits.items():
        connection.execute(_OVER_LIMIT.format(condition="what = ?"), (what, most))
    others = f"what NOT IN ({', '.join('?' * len(limits))})"
    connection.execute(_OVER_LIMIT.format(condition=others), (*limits, limit))


_OVER_LIMIT = (
    "DELETE FROM audit WHERE id IN "
    "(SELECT id FROM audit WHERE {condition} ORDER BY last_at DESC, id DESC LIMIT -1 OFFSET ?)"
)


def audit(connection: sqlite3.Connection, since: int, limit: int) -> list[AuditEntry]:
    """Return the entries since then, `limit` at most, newest first."""
    rows = connection.execute(
        "SELECT at, last_at, what, who, address, subject, times FROM audit WHERE last_at >= ? ORDER BY id DESC LIMIT ?",
        (since, limit),
    )
    return [AuditEntry(*row) for row in rows]


def audit_after(connection: sqlite3.Connection, id: int) -> tuple[int, list[AuditEntry]]:
    """Return the newest row's id, and the entries added after the row with this id, oldest first."""
    rows = connection.execute(
        "SELECT at, last_at, what, who, address, subject, times, id FROM audit WHERE id > ? ORDER BY id", (id,)
    ).fetchall()
    return (rows[-1][-1] if rows else id), [AuditEntry(*row[:-1]) for row in rows]


def newest_audit(connection: sqlite3.Connection) -> int:
    """Return the newest row's id, 0 if there is none."""
    (id,) = connection.execute("SELECT max(id) FROM audit").fetchone()
    return int(id or 0)
