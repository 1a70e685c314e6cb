"""What the access commands share: times, the audit, and errors in the reader's language."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from minipanel.access.audit import COMMAND_LINE, FOLD_SECONDS
from minipanel.database.access import put_audit
from minipanel.database.beside import change_beside
from minipanel.errors import BadInput, CommandError, DatabaseError
from minipanel.machine.who import command_user
from minipanel.models.access import AuditEntry, Deed
from minipanel.models.quote import escape
from minipanel.translations.language import say

Result = TypeVar("Result")


def clock_time(timestamp: int | None) -> str:
    """Return a time in this machine's time zone: 2026-11-25 03:38; "-" for None."""
    return datetime.fromtimestamp(timestamp).strftime("%Y-%m-%d %H:%M") if timestamp is not None else "-"


def day(timestamp: int) -> str:
    """Return a day in this machine's time zone: 2026-11-25."""
    return datetime.fromtimestamp(timestamp).strftime("%Y-%m-%d")


def note_in_audit(connection: sqlite3.Connection, what: Deed, subject: str) -> None:
    """Record in the audit what the user of this command did; the panel logs it once it is notified."""
    now = int(time.time())
    entry = AuditEntry(now, now, what, escape(command_user()), COMMAND_LINE, escape(subject))
    put_audit(connection, [entry], FOLD_SECONDS)


def note_beside(database: Path, what: Deed, subject: str) -> None:
    """Record in the audit what was done to config.toml.

    The change is already made: if the audit can't be written, that is only reported on stderr.
    """
    try:
        change_beside(database, partial(note_in_audit, what=what, subject=subject))
    except DatabaseError as error:
        if database.exists():
            print(say("It is not in the audit: {reason}", reason=say(str(error))), file=sys.stderr)


def in_their_words(work: Callable[[], Result]) -> Result:
    """Return what `work` returns. Its BadInput or DatabaseError becomes a CommandError in the reader's language."""
    try:
        return work()
    except (BadInput, DatabaseError) as error:
        raise CommandError(say(str(error))) from None
