"""Records from the queue to the engine: sent, read back twice, and only then forgotten.

A 204 of the engine means "in memory": killed within the next 12 s it has lost what it took (measured, VictoriaMetrics
1.112). What is found a minute later and again half a minute later stays.
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
"""So long after it was sent a record is read back, and sent again where it is not there."""

SECOND_LOOK_SECONDS = 30
"""So long after that it is read back once more: a copy that came late may still have been in memory."""

SEND_RECORDS = 1000
"""In one request: 8,000 points, 0.4 MB. More would only hold this process' threads up for longer."""

LOOK_RECORDS = 2000
IN_FLIGHT_RECORDS = 400_000
"""So many may be sent and not yet read back twice."""

STEP_ROWS = 1000
"""Of the queue, in one transaction, 5 ms: samples that arrive meanwhile wait no longer than for this."""

TAKE_IN_SECONDS = 1.0
RETENTION_SECONDS = 3600.0
AGAIN_SECONDS = 60.0
"""What was read back wrong DIFFERING_TRIES times is sent again so often, SEND_RECORDS of it: it may stay wrong."""


PAUSE_SECONDS = 0.02
T = TypeVar("T")


class Copying:
    """One round after the other; nothing of it is on the event loop for long."""

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
        """Records that the database forgot before they were at the engine."""

    async def round(self) -> bool:
        """Put in what finished, send, and read back. Returns whether there is more to do at once.

        Raises EngineError; DatabaseError or TryLater when nothing can be read or written here.
        """
        await self._take_in()
        self._hostnames = await self._read(hostnames)
        looked = await self._look()
        sent = await self._send()
        # What has just finished goes first.
        return looked or sent or await self._pushing.go_on(self._hostnames, (LOOK_SECONDS, SECOND_LOOK_SECONDS))

    def give_up(self) -> None:
        """Wait for the engine no longer: the panel stops, and would wait for the thread that asks."""
        self._engine.give_up()

    async def look_closer(self) -> None:
        """Find out what is wrong though the engine does what it is asked. Raises as `round` does."""
        records = await self._read(partial(sql.differing, tries=DIFFERING_TRIES))
        self._differing = differing_sentence(records, self._storage.reads_from) if records else None
        if self._panel.uptime() >= self._retention_at:
            self._retention = await asyncio.to_thread(retention_trouble, self._engine, self._storage)
            self._retention_at = self._panel.uptime() + RETENTION_SECONDS
        # Also where nothing waits: what is wrong is known before the first record.
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
            # One of those that never were right is there now: so may the others be.
            self._again_seconds = 0.0 if any(entry.tries >= DIFFERING_TRIES for entry in found) else AGAIN_SECONDS
        await self._write(lambda connection: sql.settle(connection, found, again, gone, now))

    async def _records(self, ids: Sequence[int]) -> list[FullRecord]:
        return await self._read(lambda connection: full_records(connection, ids))

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._panel.reading.do(self._panel.store.reader.ask, work)

    async def _write(self, job: Callable[[sqlite3.Connection], Any]) -> Any:
        result = await self._panel.ingest.run(job)
        # Lets what arrived meanwhile into the queue before the next step.
        await asyncio.sleep(PAUSE_SECONDS)
        return result


def _unsent(connection: sqlite3.Connection) -> list[int]:
    return sql.unsent(connection, SEND_RECORDS, DIFFERING_TRIES)
