"""The SQL of the panel's automatic backups: the result of the last try."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from minipanel.database.connection import explain, open_reader
from minipanel.errors import DatabaseError


def put_backup_try(connection: sqlite3.Connection, tried_at: int, trouble: str | None) -> None:
    """Store the result of the last try: a sentence, or None if a copy was made."""
    connection.execute(
        "INSERT OR REPLACE INTO backup_tries (id, tried_at, trouble) VALUES (1, ?, ?)", (tried_at, trouble)
    )


def backup_trouble(path: Path) -> str | None:
    """Return why the panel's last try to make a copy failed, None if it did not. Raises DatabaseError."""
    try:
        with closing(open_reader(path)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_tries'").fetchone() is None:
                return None
            row = connection.execute("SELECT trouble FROM backup_tries").fetchone()
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error
    return None if row is None else row[0]
