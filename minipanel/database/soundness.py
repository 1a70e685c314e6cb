"""Whether the database is sound, checked within a limited time, and when the panel last wrote to it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from minipanel.database.newest import readable

HEADING = "*** in database main ***\n"
_STEPS = 100_000
"""Operations of SQLite between two checks of the clock: a few milliseconds."""


def complaint(path: Path, seconds: float) -> tuple[bool, str | None]:
    """Return whether the whole file was read within this time, and SQLite's first complaint, None if there is none.

    quick_check (sqlite.org/pragma.html): everything except whether indexes match their tables. Raises DatabaseError.
    """
    deadline = time.monotonic() + seconds
    with readable(path) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return False, None
    # The first line only names the database: *** in database main ***
    return True, None if answer == "ok" else str(answer).removeprefix(HEADING)


def last_alive(path: Path) -> int | None:
    """Return when a panel last recorded that it can write, Unix seconds; None if never. Raises DatabaseError."""
    with readable(path) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'panel_runs'").fetchone() is None:
            return None
        (newest,) = connection.execute("SELECT max(last_alive_at) FROM panel_runs").fetchone()
    return None if newest is None else int(newest)
