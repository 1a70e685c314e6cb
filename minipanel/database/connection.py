"""Connections to SQLite: one writer, many readers, and SQLite's errors in an administrator's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from minipanel.errors import DatabaseError
from minipanel.sentence import Sentence

BUSY_SECONDS = 2.0
"""How long a statement waits for another process's lock: short enough for a panel to stop in 5 seconds."""

IMPATIENT_SECONDS = 0.1
"""How long the writer waits after one wait in vain. Otherwise each queued request would wait in turn."""


def open_writer(path: Path) -> sqlite3.Connection:
    """Open the database for writing; create it if it does not exist. Raises DatabaseError.

    One thread at a time uses it, not always the one that opened it.
    """
    # WAL lets readers continue while the writer commits. FULL makes a commit survive a power cut too.
    settings = ("journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY", "cache_size = -16384")
    return _open(path, str(path), settings)


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the database for reading only. Raises DatabaseError, also if it does not exist."""
    if path.exists() and not path.is_file():  # SQLite would wait for a writer of a pipe
        raise DatabaseError("{path} is a folder, a pipe or a device; it must be a file.", path=path)
    return _open(path, f"file:{quote(str(path))}?mode=ro", ("query_only = ON", "cache_size = -4096"), is_uri=True)


def _open(path: Path, name: str, settings: Sequence[str], is_uri: bool = False) -> sqlite3.Connection:
    """Open a connection, and close it again here if the file is not a database."""
    try:
        connection = sqlite3.connect(
            name, uri=is_uri, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for setting in settings:
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error
    return connection


def set_patience(connection: sqlite3.Connection, seconds: float) -> None:
    """Set how long statements wait for another process's lock."""
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")


def explain(error: sqlite3.Error, path: Path) -> Sentence:
    """Return one sentence for an administrator: the file, and what is wrong with it."""
    text = str(error)
    for sign, sentence in _MEANINGS:
        if sign in text:
            return Sentence(sentence, path=path, folder=path.parent)
    return Sentence("The database {path} can't be used: {reason}.", path=path, reason=text)


def is_about_the_file(error: Exception) -> bool:
    """Return whether an error concerns the file, its disk or its locks, and not the statement."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in _OF_THE_FILE  # sqlite.org/rescode.html


_OF_THE_FILE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
)

_MEANINGS = (
    ("disk is full", "The database {path} can't grow: the disk of {folder} is full."),
    ("readonly", "The database {path} can't be written: it, its folder or its disk is read-only."),
    ("not a database", "{path} is not a SQLite database; move it away or name another path in [database]."),
    ("malformed", "The database {path} is damaged; move it away and restore a backup."),
    ("is locked", "The database {path} is locked by another program; end that program."),
    ("unable to open", "The database {path} can't be opened: check that {folder} exists and may be written."),
    ("disk I/O error", "The database {path} can't be used: the disk of {folder} is full or reports an error."),
)
