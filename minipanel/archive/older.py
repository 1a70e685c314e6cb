"""Answers for times before the database's records. Separate threads wait for the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, ParamSpec, TypeVar

from minipanel.archive.config import StorageConfig
from minipanel.archive.engine import Engine, Patience
from minipanel.archive.old_columns import columns_of_hours
from minipanel.archive.old_sums import sums_of_old_days
from minipanel.archive.reader import Bounds, OldReader
from minipanel.archive.visit import Gate, Visit
from minipanel.database import archive as sql
from minipanel.errors import TryLater
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS, day_number
from minipanel.models.record import RECORD_SECONDS, record_timestamp
from minipanel.services.panel import Panel
from minipanel.services.reading import Past, Reading
from minipanel.services.sums import Sums

HURRIED: Final = Patience(2.0, 5.0, 10.0)
"""For people who wait for the page."""

LOOK_SECONDS: Final = 30.0
"""How often to look up how far back the database's own records and hours go."""

RETRY_SECONDS: Final = 10

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class EngineThreads(Reading):
    """Threads that wait for the engine. When they are closed, the database stays open for others."""

    async def _stop(self) -> None:
        await self._threads.close()


class OldPast(Past):
    """Answers one question from both sources."""

    def __init__(self, reading: Reading, old: OldReader, visit: Visit, step: int, until: int) -> None:
        super().__init__(reading, step)
        self.reader = old
        self.do = self._do
        self._reading = reading
        self._old = old
        self._visit = visit
        self._until = until

    async def _do(
        self, work: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        def timed() -> Result:
            self._visit.begin_work()
            return work(*arguments, **named)

        return await self._reading.do(timed)

    def sums_of_days(self, node_ids: Sequence[int], days: range, now: int, alike: int) -> Iterator[tuple[Sums, bytes]]:
        """Yield each day's sums (services/sums). `alike`: how many consecutive hours are drawn as one."""
        return sums_of_old_days(self._old, node_ids, days, now, alike)

    def hour_columns(
        self, node_ids: Sequence[int], times: range, now: int, names: Sequence[str]
    ) -> Iterator[tuple[int, list[Sequence[int]]]]:
        """Yield the hours of many nodes at each of these times (services/hour_columns)."""
        return columns_of_hours(self._old, node_ids, times, now, names)

    def told(self) -> dict[str, Any]:
        """Return the answer's source, and, if data could not be read, up to which time and why."""
        visit = self._visit
        if visit.trouble is not None:
            unread = {"until": self._until, "why": visit.trouble}
            return {"source": "both" if visit.has_answered else "database", "unread": unread}
        return {"source": "both" if self._old.has_read_here else "archive"}

    def refuse_part(self) -> None:
        """Raise TryLater if a part could not be read."""
        if self._visit.trouble is not None:
            raise TryLater(
                "Times up to {until} can't be read from the archive now: {reason}",
                RETRY_SECONDS,
                until=self._until,
                reason=self._visit.trouble,
            )


class ArchiveOlder:
    """services/reading.Older of the running panel."""

    def __init__(self, panel: Panel, storage: StorageConfig) -> None:
        self._panel = panel
        self._storage = storage
        self._engine = Engine(storage, HURRIED)
        self._gate = Gate()
        self._reading = EngineThreads(panel.store.reader)
        self._seen_at = float("-inf")
        self._here: tuple[int | None, int | None] = None, None

    @property
    def days(self) -> int:
        """How many days back the engine is asked."""
        return self._storage.retention_days

    async def past(self, start: int, step: int, may_be_hours: bool) -> Past:
        """Return the Past that answers for the time from `start` on. Raises TryLater if nothing can be read."""
        bounds, needed_before = await self._bounds(step)
        if start >= needed_before:
            return Past(self._panel.reading, step, {"source": "database"})
        visit = Visit(self._engine, self._gate)
        if may_be_hours and step == RECORD_SECONDS and not await self._reading.do(visit.knock):
            bounds, _ = await self._bounds(HOUR_SECONDS)
            step = HOUR_SECONDS
        names = {node.id: node.hostname.lower() for node in self._panel.directory.nodes}
        old = OldReader(self._panel.store.reader, visit, bounds, names)
        until = bounds.records_since if step == RECORD_SECONDS else (bounds.first_day - 1) * DAY_SECONDS
        return OldPast(self._reading, old, visit, step, until)

    def give_up(self) -> None:
        """End all reading now."""
        self._engine.give_up()
        self._reading.give_up()

    async def close(self) -> None:
        """End all reading, and the threads."""
        self._engine.give_up()
        await self._reading.close()

    async def _bounds(self, step: int) -> tuple[Bounds, int]:
        """Return the bounds of both sources, and the time before which the engine is needed."""
        if time.monotonic() - self._seen_at > LOOK_SECONDS:
            self._here = await self._panel.reading.do(self._panel.store.reader.ask, sql.oldest_here)
            self._seen_at = time.monotonic()
        now, ingest = int(self._panel.clock()), self._panel.ingest
        record, day = self._here
        kept, first = ingest.oldest(), now if record is None else record - RECORD_SECONDS
        since = record_timestamp(max(kept, first))
        kept_day = day_number(min(ingest.oldest(self._panel.hours.days), kept))
        first_day = max(kept_day + 1, day_number(now) - 1 if day is None else day)
        bounds = Bounds(since, first_day, now - self._storage.retention_days * DAY_SECONDS)
        if step == RECORD_SECONDS:
            # Old records are deleted an hour later.
            return bounds, since if first > kept else kept - HOUR_SECONDS
        needed = first_day if first_day > kept_day + 1 else kept_day
        return bounds, (needed - 1) * DAY_SECONDS
