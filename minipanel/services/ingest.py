"""Writes samples to the database: groups waiting ones, commits them, then answers."""

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
from minipanel.services.batch import Batcher, BatcherFull, Then, Waiter

log = logging.getLogger(__name__)

DAY_SECONDS = 86_400

WAITING_SAMPLES = 50_000
"""How many samples may wait for their commit: five rounds of 10,000 nodes, or the back-fill of 100 nodes at once. The
writer stores them within a second, so accepted samples are answered in time."""

GROUP_SAMPLES = 5_000
"""Samples per transaction, so that a live sample does not wait long for back-filled ones."""

GATHER_SECONDS = 0.05
"""How long a transaction waits for others to join it, at least."""

MOST_GATHER_SECONDS = 0.18
"""How long samples of many nodes may wait. Each round of a thread, and each commit, then has a hundred, not ten."""

STALLED_SECONDS = 5.0
"""If a job waits this long, the disk has stalled: nothing is stored, even if nothing fails."""

RETRY_SECONDS = 5
"""An agent may try again after this time: by then the queue has room for the next round."""


class Ingest:
    """The only way to write to the database. There is one writer, so upkeep jobs go through its queue, too."""

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
        self._batcher: Batcher[Job, Any] = Batcher(self._write, "writer", WAITING_SAMPLES, GROUP_SAMPLES)
        self._listeners: list[SamplesListener] = []
        self._commit_listeners: list[CommitListener] = []
        self._newest: int | None = None
        self.retention_days = retention_days
        self.gather_seconds = 0.0

    def listen(self, listener: SamplesListener) -> None:
        """Call `listener` after each commit with the stored samples, without duplicates and too old ones."""
        self._listeners.append(listener)

    def listen_to_commits(self, listener: CommitListener) -> None:
        """Call `listener` after each transaction, whatever was in it, with its duration in seconds."""
        self._commit_listeners.append(listener)

    @property
    def waiting(self) -> int:
        """How many samples wait for their commit."""
        return self._batcher.waiting

    def start(self) -> None:
        """Start the writer's thread."""
        self._batcher.start()

    async def close(self) -> None:
        """Commit the waiting samples, then stop."""
        await self._batcher.close()

    async def submit(self, node: Node, samples: list[Sample]) -> Written:
        """Store a node's samples and return the result. Raises TryLater; then none of them is stored."""
        waiter: Waiter[Written] = Waiter()
        self.put(node, samples, waiter)
        return await waiter.result()

    def put(self, node: Node, samples: list[Sample], then: Then[Written], due: float = 0.0) -> None:
        """Store a node's samples, and call `then` later with the result.

        The error is TryLater, passed to `then` or raised at once; then none of them is stored. `then` is called only
        after the commit: what an agent was told is stored survives a crash of the panel. `due`: how long others may
        join, as in Batcher.put.
        """

        def settle(result: Written | Exception) -> None:
            if isinstance(result, DatabaseError):
                then(TryLater(result.words, RETRY_SECONDS))
                return
            if not isinstance(result, Exception) and result.samples:
                self.meet(max(map(_timestamp, result.samples)))
                self._report(node, result.samples)
            then(result)

        self._put(self._store.write_samples(node.id, samples, self.oldest()), settle, len(samples), due)

    def _write(self, jobs: list[Job]) -> list[Any]:
        began = time.perf_counter()
        before = self._store.changes()
        results = self._store.run(jobs)
        took = time.perf_counter() - began
        # With a full disk reading still works: only a write shows that the trouble is over.
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
                # The samples are stored: whatever a listener does, their agent must be answered.
                log.exception("A listener failed at samples of %s.", node.hostname)

    async def run(self, job: Job, samples: int = 1) -> Any:
        """Return the result of a job done by the writer. Raises DatabaseError, or TryLater if too much waits.

        `samples`: the amount of work, counted in samples.
        """
        waiter: Waiter[Any] = Waiter()
        self._put(job, waiter, samples, time.monotonic() + min(GATHER_SECONDS, self.gather_seconds))
        return await waiter.result()

    def _put(self, job: Job, then: Then[Any], size: int, due: float) -> None:
        job_id = object()
        began = self._begun[job_id] = self._uptime()

        def settle(result: Any) -> None:
            del self._begun[job_id]
            if isinstance(result, DatabaseError):
                self._note_failure()
            elif self._uptime() - began >= STALLED_SECONDS:
                self._failed_at = self._uptime()
            then(result)

        try:
            self._batcher.put(job, settle, size, due)
        except BatcherFull as error:
            del self._begun[job_id]
            self._note_failure()
            raise TryLater("The panel is busy; keep the samples and send them again.", RETRY_SECONDS) from error

    def failing_seconds(self) -> float:
        """Return for how long nothing could be stored; 0 if it can.

        From the first failure to the last one, or for as long as the disk has stalled.
        """
        failing = 0 if self._failing_since is None else self._failed_at - self._failing_since
        stalled = self._stalled_seconds(self._uptime())
        return max(failing, stalled if stalled >= STALLED_SECONDS else 0)

    def seconds_since_failure(self) -> float:
        """Return how many seconds ago the last write failed; infinite if none did."""
        now = self._uptime()
        return 0 if self._stalled_seconds(now) >= STALLED_SECONDS else now - self._failed_at

    def _stalled_seconds(self, now: float) -> float:
        """Return for how long the oldest job has waited."""
        return now - next(iter(self._begun.values()), now)

    def _note_failure(self) -> None:
        self._failed_at = self._uptime()
        if self._failing_since is None:
            self._failing_since = self._failed_at

    def meet(self, timestamp: int) -> None:
        """Record the timestamp of a stored sample."""
        self._newest = max(timestamp, self._newest or 0)

    def oldest(self, days: int | None = None) -> int:
        """Return the timestamp before which samples are older than the history kept, or than `days`.

        It counts from the panel's clock, but from no later than a day after the newest sample. So a clock far ahead (a
        flat battery, a wrong time server) neither refuses what nodes send nor deletes what exists.
        """
        now = int(self._clock())
        if self._newest is not None:
            now = min(now, self._newest + DAY_SECONDS)
        return now - (self.retention_days if days is None else days) * DAY_SECONDS


def gather_seconds(nodes: int) -> float:
    """Return how long a sample may wait to be stored together with others, by the number of nodes.

    Agents spread their samples: 500 arrive per second, more with over 2,000 nodes. With few nodes a wait is not needed;
    with very many, groups are large without it.
    """
    return max(GATHER_SECONDS, min(MOST_GATHER_SECONDS, nodes / 5000, 400 / max(nodes, 1)))


def _timestamp(sample: Sample) -> int:
    return sample.timestamp
