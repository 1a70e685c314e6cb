"""Once a day the engine is compared with the database: how many samples each node has each day."""

from __future__ import annotations

import asyncio
from functools import partial

from minipanel.archive.engine import Engine
from minipanel.database import archive as sql
from minipanel.database.full_records import hostnames
from minipanel.models.hour import DAY_SECONDS
from minipanel.services.panel import Panel

SETTLED_SECONDS = 2 * 3600
"""So long after its end a day is compared: by then what was sent is found by searches."""

PAUSE_SECONDS = 0.2


class Audit:
    """Finds what the engine lost after it was read back twice: a disk that was replaced, data that were deleted."""

    def __init__(self, panel: Panel, engine: Engine) -> None:
        self._panel = panel
        self._engine = engine

    async def if_due(self) -> bool:
        """Compare all days unless done within a day; return whether it was. Raises EngineError, and what reading
        and writing here raise."""
        now = int(self._panel.clock())
        at, _ = await self._panel.reading.do(self._panel.store.reader.ask, sql.audited)
        if 0 <= now - at < DAY_SECONDS:
            return False
        differed = await self.compare(now)
        await self._panel.ingest.run(partial(sql.note_audit, at=now, differed=differed))
        return True

    async def compare(self, now: int) -> int:
        """Put into the queue what the engine lacks; return of how many nodes and days that is."""
        ask = self._panel.store.reader.ask
        since = await self._panel.reading.do(ask, sql.archived_since)
        oldest = max(since, self._panel.ingest.oldest())
        # Only whole days within what is there and there: at the edges one side has less.
        first = -(-oldest // DAY_SECONDS) * DAY_SECONDS + DAY_SECONDS
        last = (now - SETTLED_SECONDS) // DAY_SECONDS * DAY_SECONDS
        names = await self._panel.reading.do(ask, hostnames)
        differed = 0
        for end in range(first, last + 1, DAY_SECONDS):
            here = await self._panel.reading.do(ask, partial(sql.samples_of_day, end=end))
            there = await asyncio.to_thread(self._engine.samples_of_day, end)
            for node_id, samples in here.items():
                if there.get(names[node_id].lower(), 0) < samples:
                    differed += 1
                    await self._panel.ingest.run(partial(sql.put_day_again, node_id=node_id, end=end))
            await asyncio.sleep(PAUSE_SECONDS)
        return differed
