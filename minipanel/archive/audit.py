"""Compares the engine with the database once a day: how many samples each node has on each day."""

from __future__ import annotations

import asyncio
from functools import partial

from minipanel.archive.engine import Engine
from minipanel.database import archive as sql
from minipanel.database.full_records import hostnames
from minipanel.models.hour import DAY_SECONDS
from minipanel.services.panel import Panel

SETTLED_SECONDS = 2 * 3600
"""A day is compared no sooner than this after its end: by then, searches find everything that was sent."""

PAUSE_SECONDS = 0.2


class Audit:
    """Finds what the engine lost after it was read back twice: a replaced disk, deleted data."""

    def __init__(self, panel: Panel, engine: Engine) -> None:
        self._panel = panel
        self._engine = engine

    async def if_due(self) -> bool:
        """Compare all days, unless that was done less than a day ago. Returns whether it was done now.

        Raises EngineError; DatabaseError or TryLater if the database can't be read or written.
        """
        now = int(self._panel.clock())
        at, _ = await self._panel.reading.do(self._panel.store.reader.ask, sql.audited)
        if 0 <= now - at < DAY_SECONDS:
            return False
        differed = await self.compare(now)
        await self._panel.ingest.run(partial(sql.note_audit, at=now, differed=differed))
        return True

    async def compare(self, now: int) -> int | None:
        """Queue what the engine lacks. Returns the number of node-days, None if there was nothing to compare.

        Raises as `if_due` does.
        """
        ask = self._panel.store.reader.ask
        since = await self._panel.reading.do(ask, sql.archived_since)
        oldest = max(since, self._panel.ingest.oldest())
        # Only whole days that both sides have: at the edges, one side has less.
        first = -(-oldest // DAY_SECONDS) * DAY_SECONDS + DAY_SECONDS
        last = (now - SETTLED_SECONDS) // DAY_SECONDS * DAY_SECONDS
        names = await self._panel.reading.do(ask, hostnames)
        compared, differed = 0, 0
        for end in range(first, last + 1, DAY_SECONDS):
            here = await self._panel.reading.do(ask, partial(sql.samples_of_day, end=end))
            there = await asyncio.to_thread(self._engine.samples_of_day, end)
            compared += len(here)
            for node_id, samples in here.items():
                if there.get(names[node_id].lower(), 0) < samples:
                    differed += 1
                    await self._panel.ingest.run(partial(sql.put_day_again, node_id=node_id, end=end))
            await asyncio.sleep(PAUSE_SECONDS)
        return differed if compared else None
