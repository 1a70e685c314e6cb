"""`minipanel backup`: copies the database as it is at one moment, while the panel continues to write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from minipanel.database.connection import explain, open_reader
from minipanel.database.copy import IsWanted, write_copy
from minipanel.database.schema import stored_version
from minipanel.errors import DatabaseError

RECORD_TABLES = ("system_metrics", "pending_metrics", "filling_metrics")
"""A record is in one of these; an older database lacks the last one."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written. `records`: all records, also those still being filled."""

    size_bytes: int
    records: int


def back_up(
    path: Path,
    target: Path,
    replace: bool,
    progress: Callable[[float], None] = lambda _part: None,
    is_wanted: IsWanted | None = None,
) -> Backup:
    """Copy the database at `path` to the file `target`, beside a running panel, and return what was written.

    `progress` gets the part done, 0 to 1. The copy is abandoned soon after `is_wanted` returns False. Raises
    DatabaseError; then nothing has changed.
    """
    _refuse(path, target, replace)
    try:
        with closing(open_reader(path)) as source:
            source.execute("BEGIN")
            stored_version(source, path)
            counts = write_copy(source, path, target, progress, is_wanted)
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error
    return Backup(target.stat().st_size, sum(counts.get(table, 0) for table in RECORD_TABLES))


def _refuse(path: Path, target: Path, replace: bool) -> None:
    own = [path.with_name(path.name + ending).resolve() for ending in ("", "-wal", "-shm", ".pid")]
    if target.resolve() in own:
        raise DatabaseError("{file} belongs to the database itself; name another file.", file=target)
    if target.is_dir():
        raise DatabaseError("{folder} is a folder; name a file in it.", folder=target)
    if target.exists() and not replace:
        raise DatabaseError("{file} already exists; --force replaces it.", file=target)
    if not path.exists():
        raise DatabaseError("There is no database {path} yet; the panel makes it at its first start.", path=path)
