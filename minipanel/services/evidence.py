"""Records what explains gaps, as it happens: starts of agents, wrong clocks, and when the panel itself ran."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import re
import time
from collections.abc import Callable

from minipanel.database.evidence import Notes
from minipanel.database.store import Store
from minipanel.errors import DatabaseError, TryLater
from minipanel.machine.uptime import boot_id, uptime
from minipanel.models.faults import MAX_AHEAD_SECONDS
from minipanel.models.gap import AgentStart, Interval
from minipanel.services.clocks import Clocks
from minipanel.services.ingest import Ingest

log = logging.getLogger(__name__)

BEAT_SECONDS = 30.0
AWAY_SECONDS = 3 * BEAT_SECONDS
"""If the panel recorded no beat for this long, it was away: stopped, or unable to write."""

STEP_SECONDS = 60.0
"""A smaller step of the clock against the uptime is ignored."""

NEWS_SECONDS = 2.0
"""An agent's start is written after this time, so that a killed panel loses none."""

START_SECONDS = 5.0
"""Further starts of the same agent are ignored for this long."""

MAX_UNWRITTEN_STARTS = 20_000
"""The limit while the database can't be written: two starts each of 10,000 nodes that come back from a power cut."""

SAME_TROUBLE_SECONDS = 120
"""If a clock is found wrong again within this time, it counts as wrong in between."""

SAME_CLOCK_SECONDS = 1.0
LATE_SECONDS = 5.0
"""A busy panel may receive a sample this late. A larger change means that a clock was set, and is written soon."""

_BOOT = re.compile(r"[0-9a-f-]{1,64}")
_STARTED = re.compile(r"[0-9]{1,10}(\.[0-9]{1,9})?")


class EvidenceNotes:
    """Keeps notes in memory, and writes them at each beat and soon after an agent's start."""

    def __init__(
        self,
        store: Store,
        ingest: Ingest,
        clocks: Clocks,
        clock: Callable[[], float] = time.time,
        uptime: Callable[[], float] = uptime,
    ) -> None:
        self._store = store
        self._ingest = ingest
        self._clocks = clocks
        self._clock = clock
        self._uptime = uptime
        self._alive_at = self._begun_at = self._first_offset = 0.0
        self._begin = self._first_begin = 0
        self._gone_runs: list[int] = []
        self._told: dict[int, tuple[str, str]] = {}
        self._started_at: dict[int, float] = {}
        self._starts: list[tuple[int, AgentStart]] = []
        self._troubles: dict[int, Interval] = {}
        self._unwritten: set[int] = set()
        self._ahead: dict[int, float] = {}
        self._ahead_unwritten: set[int] = set()
        self._versions: dict[int, str] = {}
        self._versions_unwritten: set[int] = set()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Record that the panel runs, and keep recording it. Raises DatabaseError."""
        self._begin_run()
        await self.beat()
        self._task = asyncio.create_task(self._repeat())

    async def close(self) -> None:
        """Write the notes, if that is possible now."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self.beat()
        except (DatabaseError, TryLater) as error:
            log.warning("%s", error)

    def note_start(self, node_id: int, boot_id: str, started: str) -> None:
        """Record an agent's boot id and start time (Unix seconds), as in its headers."""
        if self._told.get(node_id) == (boot_id, started):
            return
        if not _BOOT.fullmatch(boot_id) or not _STARTED.fullmatch(started):
            return
        # A skipped start is not lost: an agent that keeps running repeats it with its next sample.
        is_soon = self._uptime() - self._started_at.get(node_id, -math.inf) < START_SECONDS
        if is_soon or len(self._starts) >= MAX_UNWRITTEN_STARTS:
            return
        self._started_at[node_id] = self._uptime()
        self._told[node_id] = (boot_id, started)
        self._starts.append((node_id, AgentStart(boot_id, int(float(started)), int(self._clock()))))
        self._news.set()

    def note_clock(self, node_id: int, skew_seconds: float | None) -> None:
        """Record how far a node's clock is off. Over a minute is trouble, even if its samples are accepted."""
        if skew_seconds is None or abs(skew_seconds) <= MAX_AHEAD_SECONDS:
            return
        now = int(self._clock())
        began, ended = self._troubles.get(node_id, (now, now))
        if not -SAME_TROUBLE_SECONDS <= now - ended <= SAME_TROUBLE_SECONDS:
            began = now
        self._troubles[node_id] = (began, max(began, now))
        self._unwritten.add(node_id)

    def note_ahead(self, node_id: int, ahead_seconds: float) -> None:
        """Record how far a node's clock is ahead of this machine's uptime, at each sample that shows the node is up."""
        before = self._ahead.get(node_id, math.inf)
        if abs(ahead_seconds - before) <= SAME_CLOCK_SECONDS:
            return
        self._ahead[node_id] = ahead_seconds
        self._ahead_unwritten.add(node_id)
        if abs(ahead_seconds - before) > LATE_SECONDS:
            self._news.set()

    def note_version(self, node_id: int, version: str | None) -> None:
        """Record which version a node's agent reports."""
        if version is not None and self._versions.get(node_id) != version:
            self._versions[node_id] = version
            self._versions_unwritten.add(node_id)

    async def beat(self) -> None:
        """Write that the panel is alive, and all notes. Raises DatabaseError or TryLater."""
        self._clocks.beat()
        starts, unwritten = list(self._starts), set(self._unwritten)
        ahead = {node_id: self._ahead[node_id] for node_id in self._ahead_unwritten}
        troubles = [(node_id, self._troubles[node_id]) for node_id in unwritten]
        run = self._follow_clock()
        gone = list(self._gone_runs)
        versions = {node_id: self._versions[node_id] for node_id in self._versions_unwritten}
        notes = Notes(run, self._clocks.are_agreed(), gone, starts, troubles, boot_id(), ahead, versions)
        await self._ingest.run(self._store.note(notes))
        self._alive_at = self._uptime()
        del self._starts[: len(starts)]
        del self._gone_runs[: len(gone)]
        self._unwritten -= {node_id for node_id, trouble in troubles if self._troubles[node_id] == trouble}
        self._ahead_unwritten -= {node_id for node_id, told in ahead.items() if self._ahead[node_id] == told}
        self._versions_unwritten -= {node_id for node_id, told in versions.items() if self._versions[node_id] == told}

    def _follow_clock(self) -> Interval:
        """Return the panel's run up to now. If the clock was ahead at the start, the start moves back with it."""
        now, uptime = self._clock(), self._uptime()
        if uptime - self._alive_at > AWAY_SECONDS:
            self._begin_run()
        offset = now - uptime
        begin = self._begin
        if abs(offset - self._first_offset) <= STEP_SECONDS:
            begin = self._first_begin
        elif now < begin:
            begin = int(self._begun_at + offset)
        if begin != self._begin:
            self._gone_runs.append(self._begin)
            self._begin = begin
        return begin, max(begin, int(now))

    def _begin_run(self) -> None:
        self._alive_at = self._begun_at = self._uptime()
        self._begin = self._first_begin = int(self._clock())
        self._first_offset = self._clock() - self._begun_at

    async def _repeat(self) -> None:
        while True:
            await self._wait()
            try:
                await self.beat()
            except (DatabaseError, TryLater) as error:
                # Ingest reports the same trouble, to agents and in the log.
                log.debug("%s", error)

    async def _wait(self) -> None:
        """Return at the next beat, or NEWS_SECONDS after an agent's start, as others may be starting too."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEAT_SECONDS):
                await self._news.wait()
                await asyncio.sleep(NEWS_SECONDS)
        self._news.clear()
