"""The threads that read the past: few, and at a stop none is left before its connection is closed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, Protocol, TypeVar

from minipanel.errors import DatabaseError, TryLater
from minipanel.models.reader import Reader
from minipanel.models.record import RECORD_SECONDS
from minipanel.sentence import Sentence

THREADS = 4
"""Each keeps a connection with its cache."""

SIDE_BY_SIDE = min(THREADS, os.cpu_count() or 1)
"""So many threads read one picture: more than there are cores would only keep the event loop from them."""

HOURS_SIDE_BY_SIDE = min(2, SIDE_BY_SIDE)
"""Half of what hours take is Python's own work: more threads would only wait for each other, and others for them."""

RETRY_SECONDS = 5
INTERRUPT_SECONDS = 0.02

STOPS = Sentence("The panel stops; ask again in a moment.")

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def shares(count: int, threads: int = SIDE_BY_SIDE) -> list[slice]:
    """Return so many things in a part for each of these threads, or in fewer parts, none of them empty."""
    size = max(1, -(-count // threads))
    return [slice(first, first + size) for first in range(0, count, size)]


class Past:
    """What answers one question about the past: a reader, used in `do` only. Afterwards it tells what it answered with.

    `step`: records or hours, which may be others than were asked for.
    """

    def __init__(self, reading: Reading, step: int, told: dict[str, Any] | None = None) -> None:
        self.reader = reading.reader
        self.do = reading.do
        self.step = step
        self._told = told or {}

    def told(self) -> dict[str, Any]:
        """Return `source` and `unread` for the answer; nothing where there is no archive."""
        return self._told

    def refuse_part(self) -> None:
        """Raise TryLater where a part could not be read: for answers that have no place to say so."""


class Older(Protocol):
    """What is known beyond the database's own records: an archive."""

    @property
    def days(self) -> int:
        """How far back it is asked."""

    async def past(self, start: int, step: int, may_be_hours: bool) -> Past:
        """Return what answers for a time from `start` on, in records or hours.

        `may_be_hours`: where older records can't be read now, hours will do.
        """

    def give_up(self) -> None:
        """End what is read now: whoever waits for it gets TryLater."""

    async def close(self) -> None:
        """End that, and its threads."""


class Reading:
    """Reads for all services, in threads of its own. `reader` is used in these threads only.

    `older`: set while there is an archive.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.older: Older | None = None
        self._threads = ThreadPoolExecutor(THREADS, "reading")
        self._stopping: asyncio.Task[None] | None = None

    async def past(self, start: int, step: int = RECORD_SECONDS, may_be_hours: bool = False) -> Past:
        """Return what answers for a time from `start` on."""
        return Past(self, step) if self.older is None else await self.older.past(start, step, may_be_hours)

    async def do(
        self, work: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        """Return what `work` returns, done in a reading thread. Raises TryLater when nothing can be read."""
        try:
            if self._stopping is not None:
                raise DatabaseError(STOPS)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._unless_stopping, lambda: work(*arguments, **named))
        except DatabaseError as error:
            raise TryLater(error.words if self._stopping is None else STOPS, RETRY_SECONDS) from error

    def give_up(self) -> None:
        """End all reading now, and let none begin: whoever waits for it gets TryLater. Called in the event loop."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._stop())
            if self.older is not None:
                self.older.give_up()

    async def close(self) -> None:
        """End all reading, and the threads."""
        self.give_up()
        if self.older is not None:
            await self.older.close()
        assert self._stopping is not None
        await self._stopping

    def _unless_stopping(self, work: Callable[[], Result]) -> Result:
        if self._stopping is not None:
            raise DatabaseError(STOPS)
        return work()

    async def _stop(self) -> None:
        ending = asyncio.create_task(asyncio.to_thread(self._threads.shutdown))
        # Again and again: it ends a statement that runs, and a thread may be just before its next.
        while not ending.done():
            self.reader.interrupt()
            await asyncio.wait({ending}, timeout=INTERRUPT_SECONDS)
