"""The answers of GET /metrics: made off the event loop, and shared by all who scrape at about the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from minipanel.database.size import file_bytes
from minipanel.services.counters import Counters
from minipanel.services.exposition import Family, Format, exposition
from minipanel.services.gzipped import gzipped
from minipanel.services.ingest import Ingest
from minipanel.services.live import Live
from minipanel.services.series import node_families, panel_families

SLOT_SECONDS = 5
"""An answer is made once per slot of the clock. If it were kept "for 5 seconds", a scraper that comes every 5 seconds
and is a millisecond early would get the old answer, and miss samples."""

Source = Callable[[], Iterable[Family]]
"""Returns the current families; their lines may be made later, on another thread."""


class Scrape:
    """Makes the answers to scrapes, each format at most once per slot."""

    def __init__(
        self, live: Live, counters: Counters, ingest: Ingest, database: Path, clock: Callable[[], float] = time.time
    ) -> None:
        self._live = live
        self._counters = counters
        self._ingest = ingest
        self._database = database
        self._clock = clock
        self._slot = _Slot(-1)
        self._sources: list[Source] = []

    def add(self, source: Source) -> None:
        """Let a room on a higher floor add its own series."""
        self._sources.append(source)

    async def answer(self, form: Format, is_gzipped: bool = False) -> bytes:
        """Return the answer for this moment."""
        number = int(self._clock() // SLOT_SECONDS)
        if number != self._slot.number:
            self._slot = _Slot(number)
        slot = self._slot
        # Called here, on the event loop, where their data changes.
        more = [family for source in self._sources for family in source()]
        plain = await slot.once(form, lambda: self.make(form, more))
        return await slot.once(f"{form} gzip", lambda: gzipped(plain)) if is_gzipped else plain

    def make(self, form: Format, more: Iterable[Family] = ()) -> bytes:
        """Return a new answer, with `more` families at its end.

        Runs on any thread: 10,000 nodes take tens of milliseconds.
        """
        own = panel_families(self._counters, self._ingest.waiting, file_bytes(self._database))
        return exposition([*node_families(self._live.seen()), *own, *more], form)


class _Slot:
    """The answers of one slot."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._tasks: dict[str, asyncio.Task[bytes]] = {}

    async def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return the result of `make`, run on another thread, the same for all who ask for this name."""
        task = self._tasks.get(name)
        if task is None or _has_failed(task):
            task = self._tasks[name] = asyncio.create_task(asyncio.to_thread(make))
        # The first to ask may leave before it is made; the others still wait for it.
        return await asyncio.shield(task)


def _has_failed(task: asyncio.Task[bytes]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
