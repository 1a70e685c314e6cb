"""Samples into the database: grouped with what else waits, committed, then answered."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from minipanel.database.store import Job, Store, Written
from minipanel.errors import DatabaseError, TryLater
from minipanel.machine.uptime import uptime
from minipanel.models.events import CommitListener, SamplesListener
from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.services.batch import Batcher, BatcherFull

log = logging.getLogger(__name__)

DAY_SECONDS = 86_400

WAITING_SAMPLES = 50_000
"""How many samples may wait for their commit: five rounds of 10,000 nodes, or what 100 nodes back-fill at once. The
writer takes them in within a second, so that nobody is late whom it does not refuse."""

GROUP_SAMPLES = 5_000
"""How many go into one transaction, so that a live sample does not wait long for what others back-fill."""

GATHER_SECONDS = 0.05
"""How long a transaction waits for others to join it. At 1,000 nodes ten commits become one."""

STALLED_SECONDS = 5.0
"""A job that waits for longer, though nothing failed: the disk stands still, and nothing is stored either."""

RETRY_SECONDS = 5
"""After this long an agent may come again: by then the queue has had time for the next round."""


class Ingest:
    """The one way into the database: also the upkeep's jobs go through its queue, for there is one writer."""

    def __init__(
        self,
        store: Store,
        retention_days: int,
        clock: Callable[[], float] = time.time,
        uptime: Callable[[], float] = uptime,
    ) -> None:
        self._store = store
        self._clock = clock
        self._uptime = uptime
        self._failing_since: float | None = None
        self._failed_at = -math.inf
        self._begun: dict[object, float] = {}
        self._batcher: Batcher[Job, Any] = Batcher(
            self._write, "writer", WAITING_SAMPLES, GROUP_SAMPLES, GATHER_SECONDS
        )
        self._listeners: list[SamplesListener] = []
        self._commit_listeners: list[CommitListener] = []
        self._newest: int | None = None
        self.retention_days = retention_days

    def listen(self, listener: SamplesListener) -> None:
        """Have it called after each commit with what was stored: never with duplicates, or what is too old."""
        self._listeners.append(listener)

    def listen_to_commits(self, listener: CommitListener) -> None:
        """Have it called after each transaction, whatever was in it, with how long that took."""
        self._commit_listeners.append(listener)

    @property
    def waiting(self) -> int:
        """How many samples wait for their commit."""
        return self._batcher.waiting

    def start(self) -> None:
        """Start the writer's thread."""
        self._batcher.start()

    async def close(self) -> None:
        """Commit what waits, then stop."""
        await self._batcher.close()

    async def submit(self, node: Node, samples: list[Sample]) -> Written:
        """Store a node's samples and return what became of them. Raises TryLater: then nothing of them is stored.

        Answered only after the commit: what an agent was told is stored survives a crash of the panel.
        """
        job = self._store.write_samples(node.id, samples, self.oldest())
        try:
            outcome: Written = await self.run(job, len(samples))
        except DatabaseError as error:
            raise TryLater(str(error), RETRY_SECONDS) from error
        if outcome.samples:
            self.meet(max(sample.timestamp for sample in outcome.samples))
            self._report(node, outcome.samples)
        return outcome

    def _write(self, jobs: list[Job]) -> list[Any]:
        began = time.perf_counter()
        before = self._store.changes()
        results = self._store.run(jobs)
        took = time.perf_counter() - began
        # On a full disk reading goes on: only what was written shows that the trouble is over.
        if self._store.changes() > before and not any(isinstance(result, Exception) for result in results):
            self._failing_since = None
        for listener in self._commit_listeners:
            listener(took)
        return results

    def _report(self, node: Node, samples: Sequence[Sample]) -> None:
        for listener in self._listeners:
            try:
                listener(node, samples)
            except Exception:
                # They are stored: whatever a listener makes of them, their agent shall know.
                log.exception("A listener failed at samples of %s.", node.hostname)

    async def run(self, job: Job, samples: int = 1) -> Any:
        """Return the result of a job done by the writer. Raises DatabaseError, TryLater when too much waits.

        `samples` tells how much work it is.
        """
        job_id = object()
        began = self._begun[job_id] = self._uptime()
        try:
            result = await self._batcher.submit(job, samples)
        except BatcherFull as error:
            self._note_failure()
            raise TryLater("The panel is busy; keep the samples and send them again.", RETRY_SECONDS) from error
        except DatabaseError:
            self._note_failure()
            raise
        finally:
            del self._begun[job_id]
        if self._uptime() - began >= STALLED_SECONDS:
            self._failed_at = self._uptime()
        return result

    def failing_seconds(self) -> float:
        """Return for how long nothing could be stored, as far as it was tried; 0 while it can.

        That is from the first failure to the last, or for as long as the disk stands still.
        """
        failing = 0 if self._failing_since is None else self._failed_at - self._failing_since
        stalled = self._stalled_seconds(self._uptime())
        return max(failing, stalled if stalled >= STALLED_SECONDS else 0)

    def seconds_since_failure(self) -> float:
        """Return how long ago something could not be stored; infinite where that never was."""
        now = self._uptime()
        return 0 if self._stalled_seconds(now) >= STALLED_SECONDS else now - self._failed_at

    def _stalled_seconds(self, now: float) -> float:
        """Return for how long the job that has waited longest waits."""
        return now - next(iter(self._begun.values()), now)

    def _note_failure(self) -> None:
        self._failed_at = self._uptime()
        if self._failing_since is None:
            self._failing_since = self._failed_at

    def meet(self, timestamp: int) -> None:
        """Take in the timestamp of a stored sample."""
        self._newest = max(timestamp, self._newest or 0)

    def oldest(self, days: int | None = None) -> int:
        """Return the timestamp before which samples are older than the history kept, or than so many days.

        That counts from the panel's clock, but from no later than a day after the newest sample: a clock far ahead (a
        battery run down, a wrong time server) must neither refuse what the nodes send nor delete what there is.
        """
        now = int(self._clock())
        if self._newest is not None:
            now = min(now, self._newest + DAY_SECONDS)
        return now - (self.retention_days if days is None else days) * DAY_SECONDS
