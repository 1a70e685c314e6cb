"""The life of records: finished when their time is over, moved to the history by the hour, deleted when old."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from minipanel.database.store import Forgotten, Job, Store
from minipanel.errors import DatabaseError, TryLater
from minipanel.models.hour import HOUR_SECONDS
from minipanel.services.ingest import Ingest

log = logging.getLogger(__name__)

GRACE_SECONDS = 20
"""How long a record waits, after its time, for samples that are still on their way."""

SEAL_SECONDS = 10
FORGET_SECONDS = 600

STEADY_LOOKS = 7
"""A record is deleted only if it was too old at this many checks, over an hour. A clock that is wrong for a moment,
even on all machines at once, deletes nothing."""

TOGETHER_SECONDS = 7200
"""Records of this much time are deleted together. A node's lie side by side, so one write of a page deletes many."""

STEP_RECORDS = 500
"""Records deleted in one transaction. Samples that arrive meanwhile wait no longer than that."""

MOVE_RECORDS = 1000
"""Records finished or moved in one transaction: fewer, as each touches pages shared by the times of all nodes."""


class SteadyLooks:
    """Something counts as too old only if it was so at STEADY_LOOKS checks."""

    def __init__(self) -> None:
        self._looks: deque[int] = deque(maxlen=STEADY_LOOKS)

    def at(self, oldest: int) -> int | None:
        """Record the oldest time to keep now. Returns the oldest of all checks, None before there are enough."""
        self._looks.append(oldest)
        return min(self._looks) if len(self._looks) == STEADY_LOOKS else None


class Retention:
    """Two loops whose jobs go through the ingest's queue."""

    def __init__(self, store: Store, ingest: Ingest, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._ingest = ingest
        self._clock = clock
        self._looks = SteadyLooks()
        self._moved_until: int | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start both loops."""
        self._tasks = [
            asyncio.create_task(repeat(self.seal, SEAL_SECONDS)),
            asyncio.create_task(repeat(self.forget, FORGET_SECONDS)),
        ]

    async def close(self) -> None:
        """Stop both loops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def seal(self) -> int:
        """Finish the records whose time is over, and move whole hours to the history. Returns how many records moved.

        A node's hour takes one or two pages there. If its records were moved one by one, these pages would be written
        twelve times.
        """
        until = int(self._clock()) - GRACE_SECONDS
        while await self._run(self._store.finish(until, self._moved_until or 0, MOVE_RECORDS)):
            pass
        hour = until // HOUR_SECONDS * HOUR_SECONDS
        done = 0
        while self._moved_until != hour:
            step = int(await self._run(self._store.seal(hour, MOVE_RECORDS)))
            done += step
            if not step:
                self._moved_until = hour
        return done

    async def forget(self) -> int:
        """Delete records that have been too old for an hour. Returns how many."""
        before = self._looks.at(self._ingest.oldest())
        if before is None or not await self._run(self._store.has_older(before - TOGETHER_SECONDS)):
            return 0
        done, node = 0, 0
        while True:
            step: Forgotten = await self._run(self._store.forget(before, node, STEP_RECORDS))
            done += step.records
            if step.next_node is None:
                return done
            node = step.next_node

    async def _run(self, job: Job) -> Any:
        result = await self._ingest.run(job)
        # Samples that arrived meanwhile go before the next step.
        await asyncio.sleep(0.01)
        return result


async def repeat(work: Callable[[], Any], seconds: float, delay: float = 0) -> None:
    """Repeat an upkeep task for ever, first after `delay` seconds. The same trouble is logged once."""
    await asyncio.sleep(delay)
    trouble = ""
    while True:
        try:
            await work()
            trouble = ""
        except (DatabaseError, TryLater) as error:
            # The work is done once the trouble is over.
            if str(error) != trouble:
                log.error("%s", error)
            trouble = str(error)
        except Exception:
            log.exception("Upkeep of the records failed; it is tried again.")
        await asyncio.sleep(seconds)
