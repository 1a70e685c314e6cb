"""Whether the database is sound, as far as a bounded time tells, and when the panel last wrote into it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from minipanel.database.newest import readable

HEADING = "*** in database main ***\n"
_STEPS = 100_000
"""So many steps of SQLite's machine between two looks at the time: some milliseconds."""


def complaint(path: Path, seconds: float) -> tuple[bool, str | None]:
    """Return whether the whole file was read within this time, and SQLite's first complaint, None where there is none.

    quick_check (sqlite.org/pragma.html): all but that each index holds what its table does. Raises DatabaseError.
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
    """Return when a panel last noted that it can write, Unix seconds; None before the first. Raises DatabaseError."""
    with readable(path) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'panel_runs'").fetchone() is None:
            return None
        (newest,) = connection.execute("SELECT max(last_alive_at) FROM panel_runs").fetchone()
    return None if newest is None else int(newest)
