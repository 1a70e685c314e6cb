"""The schema's versions: numbered files, applied at start, each in one transaction.

The file's user_version is the lowest version a release must know to use this database. A migration whose file begins
with "-- Adds only" does not raise it. The table applied_migrations records which ones were applied.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib import resources
from pathlib import Path

from minipanel.database.connection import explain, open_reader, open_writer
from minipanel.database.copy import write_copy
from minipanel.errors import DatabaseError

APPLICATION_ID = 0x4D506E6C
"""Marks a SQLite file as MiniPanel's ("MPnl"; sqlite.org/fileformat2.html, section 1.3.17)."""


ADDS_ONLY = "-- Adds only"
"""A migration's file begins like this if older releases can still use the database; otherwise, with "-- Changes"."""

LAST_UNDECLARED = 5
"""Up to this migration, no file declares its kind, and user_version is the newest migration, as in release 0.1."""


def migrate(connection: sqlite3.Connection, path: Path, progress: Callable[[float], None] = lambda _part: None) -> int:
    """Bring the database to the newest version and return that version. Raises DatabaseError.

    Before a database with data is changed, a copy of it is made as `<path>.before-NNNN`; `progress` gets the part done,
    0 to 1. A database of a newer version that this release can still use stays as it is.
    """
    try:
        version = stored_version(connection, path)
        steps = [(number, script) for number, script in migrations() if number > version]
        if version and steps:
            write_copy(connection, path, copy_before(path, steps[0][0]), progress)
        for number, script in steps:
            _apply(connection, number, script)
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error
    return max(version, newest_version())


def bring_up_to_date(path: Path, progress: Callable[[float], None]) -> None:
    """Migrate an existing database that is older than this release; `progress` as in migrate. Raises DatabaseError."""
    if not path.exists() or not _is_behind(path):
        return
    with closing(open_writer(path)) as connection:
        migrate(connection, path, progress)


def _is_behind(path: Path) -> bool:
    try:
        with closing(open_reader(path)) as connection:
            return 0 < stored_version(connection, path) < newest_version()
    except (DatabaseError, sqlite3.Error):  # whoever opens it next reports what is wrong
        return False


def copy_before(path: Path, number: int) -> Path:
    """Return the path of the copy made before migration `number` changes the database: data.db.before-0006."""
    return path.with_name(f"{path.name}.before-{number:04}")


def stored_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the newest migration applied to the file, 0 for a new one.

    Raises DatabaseError for a file that is not MiniPanel's, and for one that this release is too old for.
    """
    least = least_version(connection)
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (tables or least):
        raise DatabaseError("{path} is the database of another program; name another path in [database].", path=path)
    if least > newest_version():
        raise DatabaseError(
            "The database {path} has schema version {version}, this MiniPanel knows up to {newest}; "
            "install the MiniPanel that wrote it, or a newer one.",
            path=path,
            version=least,
            newest=newest_version(),
        )
    return max(least, _newest_applied(connection))


def least_version(connection: sqlite3.Connection) -> int:
    """Return the lowest version a release must know to use this database."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _newest_applied(connection: sqlite3.Connection) -> int:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'applied_migrations'").fetchone() is None:
        return 0
    (newest,) = connection.execute("SELECT max(number) FROM applied_migrations").fetchone()
    return int(newest or 0)


def migrations() -> list[tuple[int, str]]:
    """Return number and SQL of each migration, ascending."""
    folder = resources.files("minipanel.database") / "migrations"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name)
    return [(int(item.name.split("_")[0]), item.read_text("utf-8")) for item in files]


def newest_version() -> int:
    """Return the version that this release writes."""
    return migrations()[-1][0]


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    marks = f"PRAGMA application_id = {APPLICATION_ID};"
    if not script.startswith(ADDS_ONLY):
        marks += f"PRAGMA user_version = {number};"
    if number > LAST_UNDECLARED:
        marks += "CREATE TABLE IF NOT EXISTS applied_migrations (number INTEGER PRIMARY KEY);"
        marks += f"INSERT INTO applied_migrations (number) VALUES ({number});"  # noqa: S608 - a file's number
    try:
        connection.executescript(f"BEGIN IMMEDIATE; {script}\n{marks} COMMIT;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
