"""`minipanel archive push`: what was there before the archive goes there too, by the running panel."""

from __future__ import annotations

import sqlite3
import sys
import time
from functools import partial
from pathlib import Path

from minipanel.commands.archive_status import archived_by
from minipanel.commands.moment import moment
from minipanel.commands.progress import Progress
from minipanel.database import archive as sql
from minipanel.database.archive import Push
from minipanel.database.beside import change_beside, read_beside
from minipanel.database.full_records import past_count
from minipanel.errors import CommandError
from minipanel.machine.lock import running_pid
from minipanel.models.hour import DAY_SECONDS
from minipanel.sections import load_config
from minipanel.translations.language import Translate, translator

LOOK_SECONDS = 1.0


def push_past(config_path: Path, since_days: float | None) -> None:
    """Have it sent, and show how far it is until it is done. Interrupted, it rests where it is.

    Raises ConfigError, DatabaseError, CommandError.
    """
    t = translator()
    config = load_config(config_path)
    archived_by(config)
    database = config.database.path
    if running_pid(database) is None:
        raise CommandError(t("The panel does not run; it is what sends. Start it: systemctl start minipanel."))
    push = read_beside(database, sql.push_state)
    if push is not None and since_days is None:
        change_beside(database, partial(sql.pause_push, is_paused=False))
    else:
        now = int(time.time())
        since = now - int((config.database.retention_days if since_days is None else since_days) * DAY_SECONDS)
        push = change_beside(database, partial(_begin, since=since, now=now))
    records = read_beside(database, partial(past_count, since=push.since, until=push.until))
    try:
        _watch(database, records, t)
    except KeyboardInterrupt:
        change_beside(database, partial(sql.pause_push, is_paused=True))
        print(t("Paused; `minipanel archive push` goes on where it was."), file=sys.stderr)
        raise
    said = "{count} records were put into the queue; `minipanel archive status` shows when all have arrived."
    print(t(said, count=records))


def _begin(connection: sqlite3.Connection, since: int, now: int) -> Push:
    sql.begin_push(connection, since, sql.archived_since(connection) or now)
    push = sql.push_state(connection)
    assert push is not None
    return push


def _watch(database: Path, records: int, t: Translate) -> None:
    """Show how far it is, until all are in the queue."""
    progress = Progress()
    try:
        while (push := read_beside(database, sql.push_state)) is not None:
            said = "{count} of {all} records, from {time}"
            progress.show(t(said, count=push.records, all=records, time=moment(push.since)))
            time.sleep(LOOK_SECONDS)
    finally:
        progress.clear()
