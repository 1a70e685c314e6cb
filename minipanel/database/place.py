"""`python -m minipanel.database.place WORK …`: puts a copy in place of the database, in steps that can be undone.

It is a program of its own, so that root can run it as the files' owner: links in that folder could lead anywhere. It
prints JSON, one object per line: {"part": 0.5} while it works, then the result, or {"why": …} with exit code 1.

    take DATABASE        read a copy from standard input, write it beside the database, and check it there
    swap DATABASE KEPT   put the copy in the database's place; the old database becomes KEPT, as one file
    undo DATABASE KEPT LATER   the reverse; the database that is replaced becomes LATER
    drop DATABASE        delete what take wrote
    compare DATABASE COPY         print what the database has that an earlier copy of it lacks
    carry DATABASE COPY           write that into the copy
    exchange DATABASE COPY KEPT   make a copy beside it the database; undo it with LATER = COPY
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import struct
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from minipanel.database.carry import carry_over, compare
from minipanel.database.connection import open_reader, open_writer
from minipanel.database.copy import SPARE_BYTES, sync
from minipanel.database.queries import newest_finished, record_tables
from minipanel.database.schema import APPLICATION_ID, newest_version, stored_version
from minipanel.errors import DatabaseError
from minipanel.machine.lock import PanelLock
from minipanel.models.megabytes import megabytes

MAGIC = b"SQLite format 3\0"
HEAD_BYTES = 100
PIECE_BYTES = 8 * 2**20
MODE = 0o640
LOGS = ("-wal", "-shm")
"""Files beside a database that was not closed. A log must never end up beside another database."""


class Refusal(Exception):
    """Why it is impossible: a keyword for the caller's sentence, and the values in it."""

    def __init__(self, why: str, **values: object) -> None:
        super().__init__(why)
        self.told = {"why": why, **values}


def take(database: Path, copy: BinaryIO) -> dict[str, object]:
    """Write the copy beside the database and check it. Returns how many records it has, up to when, and its size.

    Raises Refusal; then nothing remains of it.
    """
    size_bytes = os.fstat(copy.fileno()).st_size
    _look_at_head(copy.read(HEAD_BYTES))
    copy.seek(0)
    if database.is_symlink() or (database.exists() and not database.is_file()):
        raise Refusal("no file", path=str(database))
    drop(database)
    _refuse_little_space(database, size_bytes)
    try:
        part = part_of(database)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, MODE)
        with os.fdopen(descriptor, "wb") as file:
            _pour(copy, file, size_bytes)
        told = _check(part)
        if told["version"] != newest_version():  # the panel makes its own copy before it migrates
            _refuse_little_space(database, size_bytes)
        return {**told, "size_bytes": size_bytes}
    except BaseException:
        drop(database)
        raise


def swap(database: Path, kept: Path) -> dict[str, object]:
    """Put the copy that was taken in the database's place. Raises Refusal, or DatabaseError if a panel uses it."""
    lock = PanelLock(database)
    try:
        is_there = database.exists()
        if is_there:
            _fold(database)
            _name_too(database, kept)
        _move_log(database, kept)
        part_of(database).replace(database)
        sync(database.parent)
    finally:
        lock.release()
    return {"kept": is_there}


def carry(database: Path, copy: Path) -> dict[str, object]:
    """Carry what the database has stored over into an earlier copy of it. Raises DatabaseError."""
    carry_over(database, copy)
    return {}


def exchange(database: Path, copy: Path, kept: Path) -> dict[str, object]:
    """Put a copy that lies beside the database in the database's place. Raises as swap does."""
    lock = PanelLock(database)
    try:
        _fold(database)
        _name_too(database, kept)
        _move_log(database, kept)
        copy.chmod(MODE)  # only its owner could read it
        copy.replace(database)
        sync(database.parent)
    finally:
        lock.release()
    return {}


def undo(database: Path, kept: Path, later: Path) -> dict[str, object]:
    """Put the old database back, even after a swap that failed halfway. What had replaced it is kept as `later`.

    Returns whether anything had replaced it. Raises as swap does.
    """
    lock = PanelLock(database)
    try:
        if os.path.lexists(part_of(database)) or os.path.lexists(later):  # the copy was never put in place
            if kept.exists():
                kept.replace(database)  # no effect if both names are of one file (rename(2))
                kept.unlink(missing_ok=True)
                _move_log(kept, database)
            return {"is_swapped": False}
        _fold(database)
        if kept.exists():
            _name_too(database, later)
            _move_log(database, later)
            kept.replace(database)
            _move_log(kept, database)
        else:
            _move_log(database, later)
            database.replace(later)
        sync(database.parent)
        return {"is_swapped": True}
    finally:
        lock.release()


def drop(database: Path) -> dict[str, object]:
    """Delete a copy that was taken but not put in place."""
    for ending in ("", "-journal", *LOGS):
        Path(f"{part_of(database)}{ending}").unlink(missing_ok=True)
    return {}


def part_of(database: Path) -> Path:
    """Return where the copy is written: always the same path, so that the next run replaces what a killed one left."""
    return database.with_name(f".{database.name}.restoring")


def records_in(path: Path) -> int:
    """Return how many records a database has, beside a running panel. Raises DatabaseError."""
    try:
        with closing(open_reader(path)) as connection:
            return _records(connection)
    except sqlite3.Error as error:
        raise DatabaseError(str(error)) from error


def _refuse_little_space(database: Path, size_bytes: int) -> None:
    needed_bytes, free_bytes = size_bytes + SPARE_BYTES, shutil.disk_usage(database.parent).free
    if free_bytes < needed_bytes:
        raise Refusal("no space", needed=megabytes(needed_bytes + 500_000), free=megabytes(free_bytes))


def _look_at_head(head: bytes) -> None:
    """Refuse a file that can't be a copy before reading all of it (sqlite.org/fileformat2.html, section 1.3)."""
    if len(head) < HEAD_BYTES or not head.startswith(MAGIC):
        raise Refusal("no database")
    version, application = struct.unpack(">I", head[60:64])[0], struct.unpack(">I", head[68:72])[0]
    if application != APPLICATION_ID:
        raise Refusal("another program")
    if version > newest_version():
        raise Refusal("too new", version=version, known=newest_version())


def _pour(copy: BinaryIO, file: BinaryIO, size_bytes: int) -> None:
    done_bytes = 0
    while piece := copy.read(PIECE_BYTES):
        file.write(piece)
        done_bytes += len(piece)
        _tell({"part": done_bytes / max(size_bytes, 1)})
    file.flush()
    os.fsync(file.fileno())


def _check(part: Path) -> dict[str, object]:
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            version = stored_version(connection, part)
            complaints = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            if complaints != ["ok"]:
                raise Refusal("not sound", complaint=complaints[0].splitlines()[0])
            newest = newest_finished(connection) or None
            return {"records": _records(connection), "newest": newest, "version": version}
    except sqlite3.Error as error:
        raise Refusal("not sound", complaint=str(error)) from error


def _records(connection: sqlite3.Connection) -> int:
    counts = (connection.execute(f"SELECT count(*) FROM {table}") for table in record_tables(connection))  # noqa: S608
    return sum(int(count.fetchone()[0]) for count in counts)


def _fold(database: Path) -> None:
    """Fold the log into the database, so that it is one file. A damaged one stays as it is and keeps its log."""
    if Path(f"{database}-wal").exists() and _begins_well(database):  # otherwise SQLite would delete the log
        with contextlib.suppress(sqlite3.Error, DatabaseError), closing(open_writer(database)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")


def _begins_well(database: Path) -> bool:
    with database.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _name_too(path: Path, other: Path) -> None:
    """Give a file a second name, so that the first one exists at every moment."""
    try:
        os.link(path, other, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # the disk has no hard links
        path.replace(other)


def _move_log(path: Path, other: Path) -> None:
    Path(f"{path}-shm").unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        Path(f"{path}-wal").replace(f"{other}-wal")


def _tell(told: dict[str, object]) -> None:
    print(json.dumps(told), flush=True)


WORKS: dict[str, Callable[..., dict[str, object]]] = {
    "take": lambda database: take(database, sys.stdin.buffer),
    "swap": swap,
    "undo": undo,
    "drop": drop,
    "compare": lambda database, copy: dict(zip(("records", "reason"), compare(database, copy), strict=True)),
    "carry": carry,
    "exchange": exchange,
}


def main() -> int:
    """Run the work that the arguments name. Returns the exit code."""
    os.umask(0o027)
    work, *paths = sys.argv[1:]
    try:
        _tell(WORKS[work](*map(Path, paths)))
    except Refusal as refusal:
        _tell(refusal.told)
        return 1
    except DatabaseError as error:
        _tell({"why": "database", "sentence": str(error)})
        return 1
    except OSError as error:
        _tell({"why": "system", "path": str(error.filename or ""), "reason": error.strerror})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
