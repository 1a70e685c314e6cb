"""The backups that the panel made automatically in one folder: their names, their days, and which to delete.

    minipanel-mgmt-20261125T021500Z.db

The time is UTC, so names sort by time and no hour comes twice.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

_FORM = "%Y%m%dT%H%M%SZ"
_TIME = r"[0-9]{8}T[0-9]{6}Z"


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy, and when it was begun, in Unix seconds."""

    path: Path
    made_at: int


def name_at(moment: float) -> str:
    """Return the name of a copy begun at this moment."""
    return f"{_prefix()}{datetime.fromtimestamp(moment, UTC).strftime(_FORM)}.db"


def copies_in(folder: Path) -> list[Copy]:
    """Return the copies of this machine's panel, oldest first. Raises OSError if the folder can't be read."""
    form = re.compile(re.escape(_prefix()) + rf"({_TIME})\.db")
    found = [(entry, form.fullmatch(entry.name)) for entry in folder.iterdir()]
    copies = [Copy(entry, _seconds(match[1])) for entry, match in found if match and _is_file(entry)]
    return sorted((copy for copy in copies if copy.made_at), key=lambda copy: copy.made_at)


def leftovers_in(folder: Path) -> list[Path]:
    """Return partial copies left by a panel that was killed. Raises OSError."""
    form = re.compile(rf"\.{re.escape(_prefix())}{_TIME}\.db\..*\.unfinished(-journal|-wal|-shm)?")
    return [entry for entry in folder.iterdir() if form.fullmatch(entry.name) and _is_own(entry)]


def superfluous(copies: Sequence[Copy], keep: int, now: float) -> list[Copy]:
    """Return the copies to delete: those a wrong clock dated into the future, then the oldest.

    A file that belongs to another user was not made by this panel, and stays.
    """
    own = [copy for copy in copies if _is_own(copy.path)]
    newest_last = sorted(own, key=lambda copy: (copy.made_at <= now, copy.made_at))
    return newest_last[: max(0, len(newest_last) - keep)]


def day_of(moment: float, at: str) -> date:
    """Return the day whose copy is due at this moment. A day begins at the local time of day `at`.

    As days are counted, neither summer time, which skips or repeats an hour, nor a clock that is set adds or drops a
    copy.
    """
    day = date.fromtimestamp(moment)
    hour, minute = map(int, at.split(":"))
    begins = datetime(day.year, day.month, day.day, hour, minute)
    return day if moment >= begins.timestamp() else day - timedelta(days=1)


def _prefix() -> str:
    return f"minipanel-{os.uname().nodename}-"


def _seconds(text: str) -> int:
    """Return the time in a name, 0 if it is not a valid time."""
    try:
        return int(datetime.strptime(text, _FORM).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _is_own(path: Path) -> bool:
    facts = path.lstat()
    return stat.S_ISREG(facts.st_mode) and facts.st_uid == os.geteuid()
