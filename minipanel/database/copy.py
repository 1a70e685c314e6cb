"""Copies a database into one file. The copy is complete and sound, or does not exist."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from minipanel.errors import DatabaseError
from minipanel.models.megabytes import megabytes
from minipanel.sentence import Sentence

STEP_PAGES = 2_000
"""8 MB. The copy can be stopped between two steps."""

SPARE_BYTES = 16 * 2**20


STEP_OPERATIONS = 100_000
"""Operations of SQLite between two checks whether the copy is still wanted: a few milliseconds."""

IsWanted = Callable[[], bool]


def write_copy(
    source: sqlite3.Connection,
    path: Path,
    target: Path,
    progress: Callable[[float], None] = lambda _part: None,
    is_wanted: IsWanted | None = None,
) -> dict[str, int]:
    """Copy the database open in `source`, the file `path`, to `target`; return the number of rows of each table.

    If others write to the database meanwhile, `source` must be in a read transaction: otherwise each of their commits
    would restart the copy. The copy has mode 0600, and gets its name only after it was read again and found sound.
    `progress` gets the part done, 0 to 1. The copy is abandoned soon after `is_wanted` returns False. Raises
    DatabaseError (then there is no new file), or sqlite3.Error if the source can't be read.
    """
    _heed(source, is_wanted)
    counts = _counts(source)
    with _unfinished(target) as file:
        _refuse_little_space(source, target)
        _copy(source, file, target, progress, is_wanted)
        _check(file, counts, path, is_wanted)
        _put_in_place(file, target)
    return counts


@contextlib.contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """Yield a new file beside the target, and delete whatever remains of it at the end. Raises DatabaseError."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".unfinished", dir=target.parent)
    except OSError as error:
        raise DatabaseError("{path} can't be written: {reason}.", path=target, reason=error.strerror) from None
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(name + ending).unlink(missing_ok=True)


def _heed(connection: sqlite3.Connection, is_wanted: IsWanted | None) -> None:
    """Make statements fail once the copy is not wanted any more."""
    if is_wanted is not None:
        connection.set_progress_handler(lambda: not is_wanted(), STEP_OPERATIONS)


def _refuse_little_space(source: sqlite3.Connection, target: Path) -> None:
    (pages,) = source.execute("PRAGMA page_count").fetchone()
    (page_bytes,) = source.execute("PRAGMA page_size").fetchone()
    free_bytes = shutil.disk_usage(target.parent).free
    if free_bytes < pages * page_bytes + SPARE_BYTES:
        raise DatabaseError(
            "A backup needs {size} MB, and {free} MB are free on the disk of {folder}.",
            size=megabytes(pages * page_bytes),
            free=megabytes(free_bytes),
            folder=target.parent,
        )


def _copy(
    source: sqlite3.Connection,
    file: Path,
    target: Path,
    progress: Callable[[float], None],
    is_wanted: IsWanted | None,
) -> None:
    def tell(_status: int, remaining: int, total: int) -> None:
        if is_wanted is not None and not is_wanted():
            raise DatabaseError("{path} is no longer wanted.", path=target)
        progress(1 - remaining / total if total else 1)

    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as copy:
            source.backup(copy, pages=STEP_PAGES, progress=tell)
            # So that it is one file, without a log beside it, until a panel uses it.
            copy.execute("PRAGMA journal_mode = DELETE")
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(_reason(error, target)) from error


def _reason(error: Exception, target: Path) -> Sentence:
    if any(sign in str(error) for sign in ("disk is full", "disk I/O error")):
        sentence = "{path} can't be written: the disk of {folder} is full or reports an error."
        return Sentence(sentence, path=target, folder=target.parent)
    return Sentence("{path} can't be written: {reason}.", path=target, reason=error)


def _check(file: Path, counts: dict[str, int], path: Path, is_wanted: IsWanted | None) -> None:
    """Read the whole copy again. Raises DatabaseError: the copy of a damaged database is damaged too."""
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as copy:
            _heed(copy, is_wanted)
            complaints = [row[0] for row in copy.execute("PRAGMA integrity_check")]
            is_sound = complaints == ["ok"] and _counts(copy) == counts
    except sqlite3.Error as error:
        complaints, is_sound = [str(error)], False
    if not is_sound:
        first = complaints[0].splitlines()[0]
        raise DatabaseError(
            "The copy of {path} failed its check ({complaint}), so the database may be damaged; the copy was deleted.",
            path=path,
            complaint=first,
        )


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    names = [name for (name,) in tables.fetchall()]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _put_in_place(file: Path, target: Path) -> None:
    sync(file)
    file.replace(target)
    sync(target.parent)


def sync(place: Path) -> None:
    """Make the disk hold what was written to a file, or the names in a folder. Raises OSError."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
