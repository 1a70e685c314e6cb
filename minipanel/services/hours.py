"""Hours are made from records in the background: as they end, again when a record changes, and old ones go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from minipanel.database.store import Job, Store
from minipanel.services.ingest import Ingest
from minipanel.services.retention import SteadyLooks, repeat

LOOK_SECONDS = 30
FORGET_SECONDS = 600
START_SECONDS = 5
"""After a start the agents come first."""

SETTLED_SECONDS = 60
"""How long after its end an hour is made: then its last record stands in the history. What comes later has it made
again."""

STEP_DAYS = 20
"""So many days of nodes are made in one transaction (8 ms): samples that arrive meanwhile wait no longer than that."""

PAUSE_SECONDS = 0.03
"""Between transactions: the past of 1,000 nodes is made within a quarter of an hour, and nobody notices."""

FORGET_DAYS = 500


class Hours:
    """Two loops beside the ingest, whose queue their jobs go through."""

    def __init__(self, store: Store, ingest: Ingest, days: int, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._ingest = ingest
        self._clock = clock
        self._looks = SteadyLooks()
        self._tasks: list[asyncio.Task[None]] = []
        self.days = days
        self.evidence_days = 0
        """What explains gaps is kept for so long, where that is longer."""

    def start(self) -> None:
        """Start both loops."""
        self._tasks = [
            asyncio.create_task(repeat(self.make, LOOK_SECONDS, START_SECONDS)),
            asyncio.create_task(repeat(self.forget, FORGET_SECONDS, START_SECONDS)),
        ]

    async def close(self) -> None:
        """Stop both loops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def make(self) -> int:
        """Make what ended or changed since the last call. Returns how many days of nodes were made."""
        made, remain = 0, True
        while remain:
            remain = await self._run(self._store.go_on_with_hours(int(self._clock()) - SETTLED_SECONDS))
            while step := int(await self._run(self._store.make_hours(STEP_DAYS))):
                made += step
        return made

    async def forget(self) -> int:
        """Delete days that are older than kept, and were for an hour; return how many days of nodes.

        Nothing is deleted that is younger than the oldest records.
        """
        before = self._looks.at(min(self._ingest.oldest(self.days), self._ingest.oldest()))
        if before is None:
            return 0
        evidence_before = min(before, self._ingest.oldest(self.evidence_days))
        done = 0
        while step := int(await self._run(self._store.forget_hours(before, FORGET_DAYS, evidence_before))):
            done += step
        return done

    async def _run(self, job: Job) -> Any:
        result = await self._ingest.run(job)
        await asyncio.sleep(PAUSE_SECONDS)
        return result
