"""The threads that read the past: few, and at a stop none is left before its connection is closed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from minipanel.errors import DatabaseError, TryLater
from minipanel.models.reader import Reader
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


class Reading:
    """Reads for all services, in threads of its own. `reader` is used in these threads only."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._threads = ThreadPoolExecutor(THREADS, "reading")
        self._stopping: asyncio.Task[None] | None = None

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

    async def close(self) -> None:
        """End all reading, and the threads."""
        self.give_up()
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
