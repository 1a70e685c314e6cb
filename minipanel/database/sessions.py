"""The SQL about sessions that were logged out: kept until they would have expired, so that a restart revives none."""

from __future__ import annotations

import sqlite3


def put_logged_out(connection: sqlite3.Connection, name: str, expires_at: int, now: int) -> None:
    """Keep a session's name, and forget those whose time is over (Unix seconds)."""
    connection.execute("DELETE FROM logged_out_sessions WHERE expires_at <= ?", (now,))
    connection.execute("INSERT OR IGNORE INTO logged_out_sessions (name, expires_at) VALUES (?, ?)", (name, expires_at))


def logged_out(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the sessions that were logged out, by name, and when each would have expired."""
    return dict(connection.execute("SELECT name, expires_at FROM logged_out_sessions").fetchall())
