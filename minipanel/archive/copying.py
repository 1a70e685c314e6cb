"""Copies records from the queue to the engine. They leave the queue only once they were read back twice.

The engine's answer 204 means "in memory": if it is killed within the next 12 s, it loses the data (measured,
VictoriaMetrics 1.112). Data that is found a minute later, and again half a minute after that, stays.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from minipanel.archive.config import StorageConfig
from minipanel.archive.engine import Engine
from minipanel.archive.pieces import pieces
from minipanel.archive.points import lines_of
from minipanel.archive.probe import retention_trouble
from minipanel.archive.pushing import Pushing
from minipanel.archive.reading_back import missing_of
from minipanel.archive.trouble import DIFFERING_TRIES, EngineError, differing_sentence
from minipanel.database import archive as sql
from minipanel.database.archive import Entry
from minipanel.database.full_records import full_records, hostnames
from minipanel.models.archive_state import DIFFERING, ENGINE, RETENTION, ArchiveState
from minipanel.models.full_record import FullRecord
from minipanel.services.panel import Panel
from minipanel.services.retention import GRACE_SECONDS

log = logging.getLogger(__name__)

LOOK_SECONDS = 60
"""A record is read back this long after it was sent. If it is missing, it is sent again."""

SECOND_LOOK_SECONDS = 30
"""It is read back once more this long after that: a copy that arrived late may still have been in memory."""

SEND_RECORDS = 1000
"""Records per request: 8,000 points, 0.4 MB. More would only block this process's threads for longer."""

LOOK_RECORDS = 2000
IN_FLIGHT_RECORDS = 400_000
"""At most this many records are sent but not yet read back twice."""

STEP_ROWS = 1000
"""Rows of the queue per transaction, which takes 5 ms: samples that arrive meanwhile wait no longer than this."""

TAKE_IN_SECONDS = 1.0
RETENTION_SECONDS = 3600.0
AGAIN_SECONDS = 60.0
"""SEND_RECORDS of the records that read back wrong DIFFERING_TRIES times are sent again this often: some stay wrong."""


PAUSE_SECONDS = 0.02
T = TypeVar("T")


class Copying:
    """Copies records, round by round. No step blocks the event loop for long."""

    def __init__(self, panel: Panel, engine: Engine, storage: StorageConfig) -> None:
        self._panel = panel
        self._engine = engine
        self._storage = storage
        self._pushing = Pushing(panel, engine, storage.cluster)
        self._hostnames: dict[int, str] = {}
        self._take_in_at = self._retention_at = 0.0
        self._again_at, self._again_seconds = 0.0, AGAIN_SECONDS
        self._differing: str | None = None
        self._retention: str | None = None
        self.state = ArchiveState()
        self.lost = 0
        """How many records the database deleted before they were at the engine."""

    async def round(self) -> bool:
        """Queue finished records, send, and read back. Returns whether there is more to do at once.

        Raises EngineError; DatabaseError or TryLater if the database can't be read or written.
        """
        await self._take_in()
        self._hostnames = await self._read(hostnames)
        looked = await self._look()
        sent = await self._send()
        # Records that have just finished go before the past.
        return looked or sent or await self._pushing.go_on(self._hostnames, (LOOK_SECONDS, SECOND_LOOK_SECONDS))

    def give_up(self) -> None:
        """Stop waiting for the engine: the panel is stopping, and would wait for the thread that asks."""
        self._engine.give_up()

    async def look_closer(self) -> None:
        """Look for trouble that requests don't show: wrong records, too short a retention. Raises as `round` does."""
        records = await self._read(partial(sql.differing, tries=DIFFERING_TRIES))
        self._differing = differing_sentence(records, self._storage.reads_from) if records else None
        if self._panel.uptime() >= self._retention_at:
            self._retention = await asyncio.to_thread(retention_trouble, self._engine, self._storage)
            self._retention_at = self._panel.uptime() + RETENTION_SECONDS
        # Also if nothing waits: trouble is known before the first record.
        await asyncio.to_thread(self._engine.write, "")
        await asyncio.to_thread(self._engine.knock)

    def note(self, error: EngineError | None) -> None:
        """Record the result of a round."""
        found = {ENGINE: error and str(error), DIFFERING: self._differing, RETENTION: self._retention}
        reason, trouble = next(((reason, said) for reason, said in found.items() if said), ("", None))
        since = None if trouble is None else self.state.failing_since or int(self._panel.clock())
        self.state = ArchiveState(trouble, reason, since)

    async def _take_in(self) -> None:
        if self._panel.uptime() < self._take_in_at:
            return
        self._take_in_at = self._panel.uptime() + TAKE_IN_SECONDS
        until = int(self._panel.clock()) - GRACE_SECONDS
        while await self._write(self._panel.store.archive_up_to(until)):
            pass

    async def _send(self) -> bool:
        if await self._read(sql.in_flight) >= IN_FLIGHT_RECORDS:
            return False
        ids = await self._read(_unsent)
        if not ids and self._panel.uptime() >= self._again_at:
            ids = await self._read(partial(sql.unsent_again, limit=SEND_RECORDS, tries=DIFFERING_TRIES))
            self._again_at = self._panel.uptime() + self._again_seconds
        if not ids:
            return False
        records = await self._records(ids)
        await asyncio.to_thread(self._send_now, records)
        now = int(self._panel.clock())
        for some in pieces(ids, STEP_ROWS):
            await self._write(partial(sql.mark_sent, ids=some, now=now))
        return len(ids) == SEND_RECORDS

    def _send_now(self, records: Sequence[FullRecord]) -> None:
        named = [(self._hostnames[record.node_id], record) for record in records if record.node_id in self._hostnames]
        if named:
            self._engine.write("".join(lines_of(named, self._storage.cluster)))

    async def _look(self) -> bool:
        now = int(self._panel.clock())
        entries = await self._read(
            lambda connection: sql.due(connection, now - LOOK_SECONDS, now - SECOND_LOOK_SECONDS, now, LOOK_RECORDS)
        )
        if not entries:
            return False
        records = await self._records([entry.id for entry in entries])
        missing = await asyncio.to_thread(missing_of, records, self._hostnames, self._engine.read)
        there = {record.id for record in records}
        for some in pieces(entries, STEP_ROWS):
            await self._settle(some, there, missing, now)
        return len(entries) == LOOK_RECORDS

    async def _settle(self, entries: Sequence[Entry], there: set[int], missing: set[int], now: int) -> None:
        gone = [entry for entry in entries if entry.id not in there]
        again = [entry for entry in entries if entry.id in missing]
        found = [entry for entry in entries if entry.id in there and entry.id not in missing]
        self.lost += len(gone)
        if any(entry.tries >= DIFFERING_TRIES for entry in [*found, *again]):
            # One of the records that were always wrong is right now: so may the others be.
            self._again_seconds = 0.0 if any(entry.tries >= DIFFERING_TRIES for entry in found) else AGAIN_SECONDS
        await self._write(lambda connection: sql.settle(connection, found, again, gone, now))

    async def _records(self, ids: Sequence[int]) -> list[FullRecord]:
        return await self._read(lambda connection: full_records(connection, ids))

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._panel.reading.do(self._panel.store.reader.ask, work)

    async def _write(self, job: Callable[[sqlite3.Connection], Any]) -> Any:
        result = await self._panel.ingest.run(job)
        # Samples that arrived meanwhile go before the next step.
        await asyncio.sleep(PAUSE_SECONDS)
        return result


def _unsent(connection: sqlite3.Connection) -> list[int]:
    return sql.unsent(connection, SEND_RECORDS, DIFFERING_TRIES)
