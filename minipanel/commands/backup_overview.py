"""What `minipanel status` knows about the panel's automatic backups."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minipanel.config import Config
from minipanel.database.tries import backup_trouble
from minipanel.errors import DatabaseError
from minipanel.services.backup_config import BACKUP
from minipanel.services.copies import copies_in

LATE_DAYS = 7
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class BackupOverview:
    """`last_copy`: the newest backup, found sound when made; `last_made_at`: Unix seconds. None if there is none."""

    folder: Path
    last_copy: Path | None
    last_made_at: int | None
    trouble: str | None


def look_at_backups(config: Config, now: float) -> BackupOverview | None:
    """Return the state of the backups; None if [backup] names no folder. Raises nothing of its own."""
    folder = config.of(BACKUP).folder
    if folder is None:
        return None
    try:
        copies = copies_in(folder)
    except OSError as error:
        trouble = _last_trouble(config) or f"[backup] folder is {folder}, which can't be accessed: {error.strerror}."
        return BackupOverview(folder, None, None, trouble)
    if copies:
        # A wrong clock may have dated a backup in the future.
        last = next((copy for copy in reversed(copies) if copy.made_at <= now), copies[-1])
        return BackupOverview(folder, last.path, last.made_at, _last_trouble(config) or _late(last.made_at, now))
    return BackupOverview(folder, None, None, _last_trouble(config) or _late(_changed_at(config.path), now))


def _late(since: float, now: float) -> str | None:
    """Return what is wrong if the last backup (without one, the configuration) is too old; None if it is not."""
    days = int((now - since) / DAY_SECONDS)
    if days < LATE_DAYS:
        return None
    return f"No backup has been made for {days} days; `journalctl -u minipanel` says why, if the panel runs."


def _last_trouble(config: Config) -> str | None:
    try:
        return backup_trouble(config.database.path)
    except DatabaseError:  # the line on the database reports it
        return None


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
