"""Whether an upgrade changes the database. If so it is copied first, which takes space and time."""

from __future__ import annotations

import math
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from minipanel.database.connection import open_reader
from minipanel.database.copy import SPARE_BYTES
from minipanel.database.schema import newest_version, stored_version
from minipanel.errors import ConfigError, DatabaseError
from minipanel.models.megabytes import megabytes
from minipanel.sections import load_config
from minipanel.setup import places
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.system import System
from minipanel.translations.language import Translate

COPY_BYTES_A_SECOND = 25 * 2**20
"""Copied, read again and checked (measured: 28 to 37 MB a second on two cores)."""

_SHORT_SECONDS = 90


def look_at_migration(system: System, t: Translate) -> Check | None:
    """Check the installed panel's database; None if this release leaves it as it is."""
    try:
        database = system.path(load_config(system.path(places.CONFIG)).database.path)
        if not database.exists() or not _is_behind(database):
            return None
        size_bytes = _size(database)
        free_bytes = shutil.disk_usage(database.parent).free
    except (ConfigError, DatabaseError, sqlite3.Error, OSError):  # other checks report what is wrong there
        return None
    needed, free = megabytes(math.ceil((size_bytes + SPARE_BYTES) / 10**6) * 10**6), megabytes(free_bytes)
    if free_bytes < size_bytes + SPARE_BYTES:
        detail = t(
            "the upgrade copies it first, which needs {needed} MB in {folder}, and {free} MB are free",
            needed=needed,
            folder=database.parent,
            free=free,
        )
        return Check(t("database"), Verdict.FIX, detail)
    detail = t(
        "the upgrade copies it first: {needed} MB of {free} MB that are free, {duration}; meanwhile the nodes keep "
        "their samples",
        needed=needed,
        free=free,
        duration=_duration(size_bytes / COPY_BYTES_A_SECOND, t),
    )
    return Check(t("database"), Verdict.OK, detail)


def _is_behind(database: Path) -> bool:
    with closing(open_reader(database)) as connection:
        return 0 < stored_version(connection, database) < newest_version()


def _size(database: Path) -> int:
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _duration(seconds: float, t: Translate) -> str:
    if seconds < _SHORT_SECONDS:
        return t("about {seconds} s", seconds=max(1, round(seconds)))
    return t("about {minutes} minutes", minutes=round(seconds / 60))
