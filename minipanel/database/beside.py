"""The database for a command, while a panel may be running: to read, or to change in short transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from minipanel.database.connection import explain, open_reader, open_writer
from minipanel.database.schema import newest_version, stored_version
from minipanel.errors import DatabaseError

Result = TypeVar("Result")


def read_beside(path: Path, work: Callable[[sqlite3.Connection], Result]) -> Result:
    """Return what `work` reads. Raises DatabaseError, also if there is no database of this version."""
    _refuse_missing(path)
    with closing(open_reader(path)) as connection:
        try:
            _refuse_other_version(connection, path)
            return work(connection)
        except sqlite3.Error as error:
            raise DatabaseError(explain(error, path)) from error


def change_beside(path: Path, work: Callable[[sqlite3.Connection], Result]) -> Result:
    """Return the result of `work`, run in one transaction. The caller must notify the panel. Raises DatabaseError.

    Safe for root: SQLite gives the files that it creates beside the database to the database's owner.
    """
    with changing_beside(path) as change:
        result: Result = change(work)
        return result


@contextmanager
def changing_beside(path: Path) -> Iterator[Callable[[Callable[[sqlite3.Connection], Any]], Any]]:
    """Yield a function that makes changes as change_beside() does, over one connection. Raises DatabaseError."""
    _refuse_missing(path)
    with closing(open_writer(path)) as connection:

        def change(work: Callable[[sqlite3.Connection], Any]) -> Any:
            try:
                connection.execute("BEGIN IMMEDIATE")
                result = work(connection)
                connection.execute("COMMIT")
                return result
            except sqlite3.Error as error:
                raise DatabaseError(explain(error, path)) from error

        try:
            _refuse_other_version(connection, path)
        except sqlite3.Error as error:
            raise DatabaseError(explain(error, path)) from error
        yield change


def _refuse_missing(path: Path) -> None:
    # SQLite would create a database that belongs to root.
    if not path.exists():
        raise DatabaseError("There is no database {path} yet; the panel makes it at its first start.", path=path)


def _refuse_other_version(connection: sqlite3.Connection, path: Path) -> None:
    version = stored_version(connection, path)
    if version < newest_version():
        raise DatabaseError(
            "The database {path} is of an earlier version; start the panel of this one first.", path=path
        )
