"""`python -m minipanel.database.carry NEWER COPY`: copies what a newer database stored into the copy that replaces it.

It is a program of its own, so that root can run it as the files' owner.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from minipanel.database.backup import RECORD_TABLES
from minipanel.database.connection import explain, open_reader, open_writer
from minipanel.database.filling import FILLING
from minipanel.database.merge import finish_all
from minipanel.database.queries import record_tables
from minipanel.errors import DatabaseError

LEFT_OUT = ("applied_migrations", "drawn_hours")
"""Migrations of the newer database were not applied to the copy. The copy's drawn hours follow its own records."""


def main() -> int:
    """Run the program. Returns the exit code: 1, with a sentence on stderr, if the data can't be carried over."""
    try:
        carry_over(Path(sys.argv[1]), Path(sys.argv[2]))
    except DatabaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def carry_over(newer: Path, copy: Path) -> None:
    """Write each row that is new or changed in the database `newer` into `copy`, an earlier state of it.

    `newer` may have further tables and columns. Raises DatabaseError, also if it lacks one; then `copy` is unchanged.
    """
    if not newer.exists():
        raise DatabaseError("There is no database {path}.", path=newer)
    _finish(newer)
    with closing(open_writer(copy)) as connection:
        try:
            connection.execute("ATTACH ? AS newer", (str(newer),))
            connection.execute("BEGIN IMMEDIATE")
            for table in _tables(connection):
                _carry(connection, table, newer)
            connection.execute("COMMIT")
            connection.execute("DETACH newer")
            # So that it is one file, without a log beside it, until a panel uses it.
            connection.execute("PRAGMA journal_mode = DELETE")
            copy.chmod(newer.stat().st_mode & 0o777)  # it replaces that one
        except sqlite3.Error as error:
            raise DatabaseError(explain(error, newer)) from error


def _finish(newer: Path) -> None:
    """Empty the table of records being filled, which an older database lacks. Raises DatabaseError."""
    with closing(open_writer(newer)) as connection:
        try:
            if FILLING in record_tables(connection):
                connection.execute("BEGIN IMMEDIATE")
                finish_all(connection)
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise DatabaseError(explain(error, newer)) from error


def compare(newer: Path, copy: Path) -> tuple[int, str | None]:
    """Return how many records of `newer` are not in `copy`, and why its data can't be carried over, or None.

    Raises DatabaseError if one of them can't be read.
    """
    try:
        with closing(open_reader(copy)) as connection:
            connection.execute("ATTACH ? AS newer", (f"file:{quote(str(newer))}?mode=ro",))
            records = _new_records(connection)
            try:
                for table in _tables(connection):
                    _matched(connection, table, newer)
            except DatabaseError as error:
                return records, str(error)
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, newer)) from error
    return records, None


def _new_records(connection: sqlite3.Connection) -> int:
    there = " UNION ALL ".join(f"SELECT id FROM newer.{table}" for table in _record_tables(connection, "newer"))
    known = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM main.{table} AS old WHERE old.id = new.id)"
        for table in _record_tables(connection, "main")
    )
    (records,) = connection.execute(f"SELECT count(*) FROM ({there}) AS new WHERE {known}").fetchone()
    return int(records)


def _record_tables(connection: sqlite3.Connection, schema: str) -> list[str]:
    names = [name for (name,) in connection.execute(f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table'")]
    return [table for table in RECORD_TABLES if table in names]


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in rows.fetchall() if name not in LEFT_OUT]


def _matched(connection: sqlite3.Connection, table: str, newer: Path) -> tuple[list[str], str]:
    """Return the names of a table's columns, and the condition by which a row `new` is already present as `old`.

    Raises DatabaseError if the newer database lacks a column.
    """
    columns = connection.execute(f'PRAGMA main.table_info("{table}")').fetchall()
    there = {name for _, name, *_ in connection.execute(f'PRAGMA newer.table_info("{table}")').fetchall()}
    names = [name for _, name, *_ in columns]
    if not there.issuperset(names):
        raise DatabaseError(
            "The database {path} stores {table} differently, so its new records can't be carried over.",
            path=newer,
            table=table,
        )
    keys = [name for _, name, *_, key in columns if key]
    is_there = " AND ".join(
        [f'old."{key}" = new."{key}"' for key in keys] + [f'old."{name}" IS new."{name}"' for name in names]
    )
    return names, is_there


def _carry(connection: sqlite3.Connection, table: str, newer: Path) -> None:
    names, is_there = _matched(connection, table, newer)
    if table in RECORD_TABLES and table != "system_metrics":
        # A record that has moved must not be in both tables.
        connection.execute(f"DELETE FROM {table} WHERE id NOT IN (SELECT id FROM newer.{table})")
    listed = ", ".join(f'"{name}"' for name in names)  # a name may be a keyword of SQL
    connection.execute(
        f'INSERT OR REPLACE INTO main."{table}" ({listed}) SELECT {listed} FROM newer."{table}" AS new '
        f'WHERE NOT EXISTS (SELECT 1 FROM main."{table}" AS old WHERE {is_there})'
    )


if __name__ == "__main__":
    sys.exit(main())
