"""Who logged in and who created or ended what: a line in the log at once, a row in the database soon."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

from minipanel.access.sessions import Run
from minipanel.database import access as tables
from minipanel.models.access import SENTENCES, AuditEntry, Deed
from minipanel.models.quote import escape

log = logging.getLogger(__name__)

KEEP_DAYS = 400
"""As long as hours of history are to be kept."""

MAX_ROWS = 50_000
STORMS: dict[Deed, int] = {"login_failed": 10_000, "kiosk_opened": 10_000}
"""What comes in storms, as anybody can cause it, or whoever has a link: so many rows each, which push nothing out."""

FOLD_SECONDS = 3600
"""The same of one person from one address within this time is one row."""

MAX_UNWRITTEN = 100
"""More of STORMS from other addresses than that, between two writings, are reported together."""

COMMAND_LINE = "the command line"
"""The address of what root did by a command."""

ELSEWHERE = "other addresses"

DAY_SECONDS = 86_400


class Audit:
    """Notes what was done. `clock` gives Unix seconds."""

    def __init__(self, run: Run, clock: Callable[[], float] = time.time) -> None:
        self._run = run
        self._clock = clock
        self._unwritten: dict[tuple[Deed, str, str, str], AuditEntry] = {}
        self._newest = 0
        self.news = asyncio.Event()
        """Set when there is something to write that comes in no storms."""

    def note(self, what: Deed, who: str, address: str, subject: str = "") -> None:
        """Record what was done, and log it. The names come from config.toml or were checked; the address was not."""
        who, address, subject = escape(who), escape(address), escape(subject)
        level = logging.WARNING if what == "login_failed" else logging.INFO
        log.log(level, SENTENCES[what].format(who=who, address=address, subject=subject))
        if what in STORMS and (what, who, address, subject) not in self._unwritten:
            address = ELSEWHERE if len(self._unwritten) >= MAX_UNWRITTEN else address
        now, same = int(self._clock()), (what, who, address, subject)
        before = self._unwritten.pop(same, None)  # back at the end: in the order of their last times
        first, times = (before.at, before.times + 1) if before else (now, 1)
        if what not in STORMS:
            self.news.set()
        self._unwritten[same] = AuditEntry(first, now, what, who, address, subject, times)

    async def follow(self) -> None:
        """Log what was done by commands since the last time. Raises DatabaseError, TryLater."""
        self._newest, entries = await self._run(partial(tables.audit_after, id=self._newest))
        for entry in entries:
            if entry.address == COMMAND_LINE:
                log.info(SENTENCES[entry.what].format(who=entry.who, address=entry.address, subject=entry.subject))

    async def start(self) -> None:
        """Skip what was done before. Raises DatabaseError, TryLater."""
        self._newest = await self._run(tables.newest_audit)

    async def read(self, days: int, limit: int) -> list[AuditEntry]:
        """Return the newest of what was done in so many days, the newest first. Raises DatabaseError, TryLater."""
        await self.flush()
        since = int(self._clock()) - days * DAY_SECONDS
        entries: list[AuditEntry] = await self._run(partial(tables.audit, since=since, limit=limit))
        return entries

    async def flush(self) -> None:
        """Write what is noted. Raises DatabaseError, TryLater: then it is written the next time."""
        entries, self._unwritten = self._unwritten, {}
        if not entries:
            return
        try:
            await self._run(partial(tables.put_audit, entries=list(entries.values()), fold_seconds=FOLD_SECONDS))
        except BaseException:
            # What the disk has no room for is in the log.
            self._unwritten = dict(list((entries | self._unwritten).items())[-10 * MAX_UNWRITTEN :])
            raise

    async def prune(self, now: int | None) -> None:
        """Forget what is too old at this time (None: what is too much only). Raises DatabaseError, TryLater."""
        before = 0 if now is None else now - KEEP_DAYS * DAY_SECONDS
        await self._run(partial(tables.prune_audit, before=before, limits=STORMS, limit=MAX_ROWS))
