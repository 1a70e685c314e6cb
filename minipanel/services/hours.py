"""Makes hours from records in the background, when an hour ends and when a record changes, and deletes old ones."""

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
"""Agents come first after a start."""

SETTLED_SECONDS = 60
"""An hour is made this long after its end: by then its last record is in the history. A later change makes it again."""

STEP_DAYS = 20
"""Days of a node made in one transaction (8 ms). Samples that arrive meanwhile wait no longer than that."""

PAUSE_SECONDS = 0.03
"""The pause between transactions. Even so, the past of 1,000 nodes takes only a quarter of an hour."""

FORGET_DAYS = 500


class Hours:
    """Two loops whose jobs go through the ingest's queue."""

    def __init__(self, store: Store, ingest: Ingest, days: int, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._ingest = ingest
        self._clock = clock
        self._looks = SteadyLooks()
        self._tasks: list[asyncio.Task[None]] = []
        self.days = days
        self.evidence_days = 0
        """How long to keep what explains gaps, if longer than the rest."""

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
        """Make the hours that ended or changed since the last call. Returns the number of node-days made."""
        made, remain = 0, True
        while remain:
            remain = await self._run(self._store.go_on_with_hours(int(self._clock()) - SETTLED_SECONDS))
            while step := int(await self._run(self._store.make_hours(STEP_DAYS, int(self._clock())))):
                made += step
        return made

    async def forget(self) -> int:
        """Delete days that have been too old for an hour. Returns the number of node-days.

        Days that still have records are kept.
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
