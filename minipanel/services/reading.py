"""The few threads that read the past. All of them end before their connections are closed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

from minipanel.errors import DatabaseError, TryLater
from minipanel.models.reader import Reader
from minipanel.models.record import RECORD_SECONDS
from minipanel.sentence import Sentence
from minipanel.services.batch import Then, Waiter
from minipanel.services.hour_columns import hour_columns
from minipanel.services.sums import Sums, sums_of_days
from minipanel.services.threads import Threads

THREADS = 4
"""Each thread has a connection with its own cache."""

SIDE_BY_SIDE = min(THREADS, os.cpu_count() or 1)
"""How many threads read for one picture. More threads than cores would only slow down the event loop."""

HOURS_SIDE_BY_SIDE = min(2, SIDE_BY_SIDE)
"""Half the work on hours is Python's own, so more threads would only wait for each other and make others wait."""

RETRY_SECONDS = 5
INTERRUPT_SECONDS = 0.02

STOPS = Sentence("The panel is stopping; try again in a moment.")

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def shares(count: int, threads: int = SIDE_BY_SIDE) -> list[slice]:
    """Return a slice of `count` things for each thread; fewer slices if there are fewer things. No slice is empty."""
    size = max(1, -(-count // threads))
    return [slice(first, first + size) for first in range(0, count, size)]


class Past:
    """Answers one question about the past. `reader` is used in `do` only. Afterwards, `told` has the answer's source.

    `step`: the seconds of a record or of an hour; it may differ from the requested one.
    """

    def __init__(self, reading: Reading, step: int, told: dict[str, Any] | None = None) -> None:
        self.reader = reading.reader
        self.do = reading.do
        self.step = step
        self._told = told or {}

    def sums_of_days(
        self,
        node_ids: Sequence[int],
        days: range,
        now: int,
        alike: int,  # noqa: ARG002
    ) -> Iterator[tuple[Sums, bytes]]:
        """Yield each day's sums (services/sums). `alike`: how many consecutive hours are drawn as one."""
        return sums_of_days(self.reader, node_ids, days, now)

    def hour_columns(
        self, node_ids: Sequence[int], times: range, now: int, names: Sequence[str]
    ) -> Iterator[tuple[int, list[Sequence[int]]]]:
        """Yield the hours of many nodes at each of these times (services/hour_columns)."""
        return hour_columns(self.reader, node_ids, times, now, names)

    def told(self) -> dict[str, Any]:
        """Return `source` and `unread` for the answer; an empty dict without an archive."""
        return self._told

    def refuse_part(self) -> None:
        """Raise TryLater if a part could not be read: for answers that can't say so."""


class Older(Protocol):
    """A source that reaches further back than the database's own records: an archive."""

    @property
    def days(self) -> int:
        """How many days back it is asked."""

    async def past(self, start: int, step: int, may_be_hours: bool) -> Past:
        """Return the Past for the time from `start` on, in records or hours.

        `may_be_hours`: hours will do if older records can't be read now.
        """

    def give_up(self) -> None:
        """End all reads now: waiting callers get TryLater."""

    async def close(self) -> None:
        """End all reading, and the threads."""


class Reading:
    """Reads for all services, in its own threads. `reader` is used in these threads only.

    `older`: None without an archive.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.older: Older | None = None
        self._threads = Threads(THREADS, "reading")
        self._stopping: asyncio.Task[None] | None = None

    async def past(self, start: int, step: int = RECORD_SECONDS, may_be_hours: bool = False) -> Past:
        """Return the Past for the time from `start` on."""
        return Past(self, step) if self.older is None else await self.older.past(start, step, may_be_hours)

    async def do(
        self, work: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        """Return the result of `work`, run in a reading thread. Raises TryLater if nothing can be read."""
        waiter: Waiter[Result] = Waiter()
        self.begin(partial(work, *arguments, **named), waiter)
        return await waiter.result()

    def begin(self, work: Callable[[], Result], then: Then[Result]) -> None:
        """Call `then` later with the result of `work`, run in a reading thread, or with the Exception that it raised.

        With TryLater if nothing can be read.
        """
        if self._stopping is None:
            self._threads.begin(partial(self._unless_stopping, work), partial(self._ended, then))
        else:
            then(TryLater(STOPS, RETRY_SECONDS))

    def _ended(self, then: Then[Result], result: Result | Exception) -> None:
        if isinstance(result, DatabaseError):
            later = TryLater(result.words if self._stopping is None else STOPS, RETRY_SECONDS)
            later.__cause__ = result
            then(later)
        else:
            then(result)

    def give_up(self) -> None:
        """End all reads now and allow no more: waiting callers get TryLater. Called in the event loop."""
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
        ending = asyncio.create_task(self._threads.close())
        # Repeatedly: it ends a running statement, and a thread may be about to begin its next one.
        while not ending.done():
            self.reader.interrupt()
            await asyncio.wait({ending}, timeout=INTERRUPT_SECONDS)
