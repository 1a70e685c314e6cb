"""The schema's versions: numbered files, applied at start, each in one transaction."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

from minipanel.database.connection import explain
from minipanel.database.copy import write_copy
from minipanel.errors import DatabaseError

APPLICATION_ID = 0x4D506E6C
"""Marks a SQLite file as MiniPanel's ("MPnl"; sqlite.org/fileformat2.html, section 1.3.17)."""


def migrate(connection: sqlite3.Connection, path: Path) -> int:
    """Bring the database to the newest version and return that. Raises DatabaseError.

    Before a database that holds data is changed, a copy stays beside it as `<path>.before-NNNN`.
    """
    try:
        version = stored_version(connection, path)
        for number, script in migrations():
            if number > version:
                _apply(connection, path, number, script, keep_copy=version > 0)
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error
    return newest_version()


def stored_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema's version in the file, 0 for a new one. Raises DatabaseError for a file that isn't ours."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (tables or version):
        raise DatabaseError(f"{path} is the database of another program; name another path in [database].")
    if version > newest_version():
        raise DatabaseError(
            f"The database {path} has schema version {version}, this MiniPanel knows up to {newest_version()}; "
            "install the MiniPanel that wrote it, or a newer one."
        )
    return int(version)


def migrations() -> list[tuple[int, str]]:
    """Return number and SQL of each migration, ascending."""
    folder = resources.files("minipanel.database") / "migrations"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name)
    return [(int(item.name.split("_")[0]), item.read_text("utf-8")) for item in files]


def newest_version() -> int:
    """Return the version that this program writes."""
    return migrations()[-1][0]


def _apply(connection: sqlite3.Connection, path: Path, number: int, script: str, keep_copy: bool) -> None:
    if keep_copy:
        write_copy(connection, path, path.with_name(f"{path.name}.before-{number:04}"))
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
    try:
        connection.executescript(f"BEGIN IMMEDIATE; {script}\n{marks} COMMIT;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
