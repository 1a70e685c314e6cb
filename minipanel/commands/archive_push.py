"""`minipanel archive push`: makes the running panel send the records that are older than the archive."""

from __future__ import annotations

import math
import sqlite3
import sys
import time
from functools import partial
from pathlib import Path

from minipanel.archive.config import STORAGE
from minipanel.archive.probe import trouble_of
from minipanel.archive.trouble import DIFFERING_TRIES, differing_sentence
from minipanel.commands.archive_status import archived_by
from minipanel.commands.progress import Progress
from minipanel.config import Config
from minipanel.database import archive
from minipanel.database import archive_push as sql
from minipanel.database.archive_push import Push
from minipanel.database.beside import change_beside, read_beside
from minipanel.database.full_records import past_count
from minipanel.errors import CommandError
from minipanel.machine.lock import running_pid
from minipanel.models.hour import DAY_SECONDS
from minipanel.sections import load_config
from minipanel.translations.language import Translate, translator

LOOK_SECONDS = 1.0
RESTART_LOOKS = 30
"""A panel that is missing in this many looks has ended; in fewer, it may be restarting."""

STANDSTILL_SECONDS = 100.0
"""Between a record's first and second read-back nothing may move; after this time the engine is asked what is wrong."""

SURE_SECONDS = 20.0
"""The rate is known after this time."""


def push_past(config_path: Path, since_days: float | None) -> None:
    """Make the panel send the past, and show the progress until it is done. Ctrl-C pauses it.

    Raises ConfigError, DatabaseError; CommandError if the panel does not run, or if records read back wrong.
    """
    t = translator()
    config = load_config(config_path)
    archived_by(config)
    database = config.database.path
    if running_pid(database) is None:
        raise CommandError(
            t("The panel sends the records, and it is not running. Start it: systemctl start minipanel.")
        )
    push = read_beside(database, sql.push_state)
    if push is not None and since_days is None:
        change_beside(database, partial(sql.pause_push, is_paused=False))
    else:
        now = int(time.time())
        since = now - int((config.database.retention_days if since_days is None else since_days) * DAY_SECONDS)
        push = change_beside(database, partial(_begin, since=since, now=now))
    records = read_beside(database, partial(past_count, since=push.since, until=push.until))
    try:
        _watch(config, records, t)
    except KeyboardInterrupt:
        change_beside(database, partial(sql.pause_push, is_paused=True))
        print(t("Paused; `minipanel archive push` resumes."), file=sys.stderr)
        raise
    differing = read_beside(database, partial(archive.differing, tries=DIFFERING_TRIES))
    if differing:
        raise CommandError(differing_sentence(differing, config.of(STORAGE).reads_from))
    print(t("All {count} records are in the engine; each was read back twice.", count=records))


def _begin(connection: sqlite3.Connection, since: int, now: int) -> Push:
    sql.begin_push(connection, since, archive.archived_since(connection) or now)
    push = sql.push_state(connection)
    assert push is not None
    return push


def _watch(config: Config, records: int, t: Translate) -> None:
    """Show the progress until all records are there. Raises CommandError if the panel ends meanwhile."""
    database, progress, ahead = config.database.path, Progress(), Ahead()
    why, asked_at, without_panel = None, time.monotonic(), 0
    try:
        while (push := read_beside(database, sql.push_state)) is not None:
            without_panel = 0 if running_pid(database) else without_panel + 1
            if without_panel >= RESTART_LOOKS:
                raise CommandError(t("The panel stopped; it continues on its own once it runs again."))
            if ahead.take_in(push, time.monotonic()):
                why, asked_at = None, time.monotonic()
            elif time.monotonic() - asked_at >= STANDSTILL_SECONDS:
                why, asked_at = trouble_of(config.of(STORAGE)), time.monotonic()
            progress.show(_line(push, records, ahead.minutes(records), why, t))
            time.sleep(LOOK_SECONDS)
    finally:
        progress.clear()


def _line(push: Push, records: int, minutes: int | None, why: str | None, t: Translate) -> str:
    said = t(
        "{sent} of {all} records sent, {count} read back twice",
        sent=push.sent,
        all=records,
        count=push.records,
    )
    if why is not None:
        return t("{said}; it waits: {why}", said=said, why=t(why))
    return said if minutes is None else t("{said}; about {minutes} minutes left", said=said, minutes=minutes)


class Ahead:
    """How long the rest will take, by the rate so far."""

    def __init__(self) -> None:
        self._began: tuple[float, int] | None = None
        self._last = (-1, -1)
        self._rate = 0.0

    def take_in(self, push: Push, now: float) -> bool:
        """Record the progress. Returns whether there was any since the last time."""
        has_moved, self._last = (push.sent, push.records) != self._last, (push.sent, push.records)
        # The first records need no second read-back of earlier ones, so they say nothing about the rate.
        if push.records > 0:
            began, first = self._began = self._began or (now, push.records)
            self._rate = (push.records - first) / max(now - began, 1e-6) if now - began >= SURE_SECONDS else 0.0
        return has_moved

    def minutes(self, records: int) -> int | None:
        """Return how many minutes it takes until all of these records are done; None if that is not known yet."""
        if self._rate <= 0:
            return None
        return math.ceil(max(records - self._last[1], 0) / self._rate / 60)
