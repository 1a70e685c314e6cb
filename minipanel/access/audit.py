"""The audit log of access: a line in the panel's log at once, a row in the database soon after."""

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
"""At least as long as hours of history are kept."""

MAX_ROWS = 50_000
STORMS: dict[Deed, int] = {"login_failed": 10_000, "kiosk_opened": 10_000}
"""How many rows to keep of deeds that strangers, or anyone with a link, can cause in masses. They replace no others."""

FOLD_SECONDS = 3600
"""The same deed of one user from one address within this time is one row."""

MAX_UNWRITTEN = 100
"""Deeds in STORMS beyond this number, between two writes, are recorded together, for all other addresses."""

COMMAND_LINE = "the command line"
"""The address of what root did with a command."""

ELSEWHERE = "other addresses"

DAY_SECONDS = 86_400


class Audit:
    """Records deeds. `clock` gives Unix seconds."""

    def __init__(self, run: Run, clock: Callable[[], float] = time.time) -> None:
        self._run = run
        self._clock = clock
        self._unwritten: dict[tuple[Deed, str, str, str], AuditEntry] = {}
        self._newest = 0
        self.news = asyncio.Event()
        """Set when there is a deed to write that is not in STORMS."""

    def note(self, what: Deed, who: str, address: str, subject: str = "") -> None:
        """Record a deed, and log it. Names and address are escaped, as an address may be any text."""
        who, address, subject = escape(who), escape(address), escape(subject)
        level = logging.WARNING if what == "login_failed" else logging.INFO
        log.log(level, SENTENCES[what].format(who=who, address=address, subject=subject))
        if what in STORMS and (what, who, address, subject) not in self._unwritten:
            address = ELSEWHERE if len(self._unwritten) >= MAX_UNWRITTEN else address
        now, same = int(self._clock()), (what, who, address, subject)
        before = self._unwritten.pop(same, None)  # added again below, at the end: the order is that of the last times
        first, times = (before.at, before.times + 1) if before else (now, 1)
        if what not in STORMS:
            self.news.set()
        self._unwritten[same] = AuditEntry(first, now, what, who, address, subject, times)

    async def follow(self) -> None:
        """Log what commands did since the last call. Raises DatabaseError, TryLater."""
        self._newest, entries = await self._run(partial(tables.audit_after, id=self._newest))
        for entry in entries:
            if entry.address == COMMAND_LINE:
                log.info(SENTENCES[entry.what].format(who=entry.who, address=entry.address, subject=entry.subject))

    async def start(self) -> None:
        """Make `follow` begin with what is done from now on. Raises DatabaseError, TryLater."""
        self._newest = await self._run(tables.newest_audit)

    async def read(self, days: int, limit: int) -> list[AuditEntry]:
        """Return the entries of the last days, newest first, at most `limit`. Raises DatabaseError, TryLater."""
        await self.flush()
        since = int(self._clock()) - days * DAY_SECONDS
        entries: list[AuditEntry] = await self._run(partial(tables.audit, since=since, limit=limit))
        return entries

    async def flush(self) -> None:
        """Write recorded deeds. Raises DatabaseError, TryLater; the next call then writes them."""
        entries, self._unwritten = self._unwritten, {}
        if not entries:
            return
        try:
            await self._run(partial(tables.put_audit, entries=list(entries.values()), fold_seconds=FOLD_SECONDS))
        except BaseException:
            # If the disk stays full, older deeds are dropped here; the log has them.
            self._unwritten = dict(list((entries | self._unwritten).items())[-10 * MAX_UNWRITTEN :])
            raise

    async def prune(self, now: int | None) -> None:
        """Delete entries that are too old or too many. `now` None: only too many. Raises DatabaseError, TryLater."""
        before = 0 if now is None else now - KEEP_DAYS * DAY_SECONDS
        await self._run(partial(tables.prune_audit, before=before, limits=STORMS, limit=MAX_ROWS))
