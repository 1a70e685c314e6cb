"""Work done in groups on a separate thread. Work that arrives while one group runs goes into the next."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Work = TypeVar("Work")
Result = TypeVar("Result")

Then = Callable[[Result | Exception], None]
"""Called on the event loop with the result of a piece of work."""

TURN_SECONDS = 0.008
"""Results are handed back for at most this long before the event loop does something else."""

LEAST_SECONDS = 0.004
"""A group always waits this long for more, so that all work from one turn of the event loop is in it."""


class BatcherFull(Exception):
    """The Batcher has reached its limit of waiting work."""


class Batcher(Generic[Work, Result]):
    """Hands groups of work to `handle(works)` on one thread, and each result back to its caller.

    `handle` returns one result per piece of work, in the same order; an Exception among them goes to the work's caller.
    `limit` bounds how much may wait, `group` how much goes into one call, both as sums of sizes. A piece of work larger
    than a group is a group of its own.
    """

    def __init__(
        self,
        handle: Callable[[list[Work]], Sequence[Result | Exception]],
        name: str,
        limit: int,
        group: int = 1000,
    ) -> None:
        self._handle = handle
        self._limit = limit
        self._group = group
        self._waiting: deque[tuple[Work, int, Then[Result]]] = deque()
        self._size = 0
        self._due = 0.0
        self.least_seconds = LEAST_SECONDS
        self._wake = threading.Condition()
        self._under_way: list[Then[Result]] = []
        self._closing = False
        self._is_given_up = False
        self._settling = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Start the thread. Called once, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    @property
    def waiting(self) -> int:
        """The size of all waiting work."""
        return self._size

    def put(self, work: Work, then: Then[Result], size: int = 1, due: float = 0.0) -> None:
        """Call `then` later with the result of this work, or with its Exception. Raises BatcherFull at once.

        `due`, by time.monotonic(): its group may wait for more work until then. That makes fewer and larger calls.
        """
        due = max(due, time.monotonic() + self.least_seconds)
        with self._wake:
            if self._closing or self._size + size > self._limit:
                raise BatcherFull
            self._waiting.append((work, size, then))
            self._size += size
            # The thread sleeps until the group is due or full. Wake it only if this changes that.
            if len(self._waiting) == 1 or due < self._due:
                self._due = due
                self._wake.notify()
            elif self._size - size < self._group <= self._size:
                self._wake.notify()

    async def submit(self, work: Work, size: int = 1, due: float = 0.0) -> Result:
        """Return the result of this work. Raises BatcherFull at once, or the Exception `handle` returned for it."""
        waiter: Waiter[Result] = Waiter()
        self.put(work, waiter, size, due)
        return await waiter.result()

    async def close(self) -> None:
        """Finish waiting work, then end the thread. After give_up() nothing waits, and the thread ends on its own."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.ident is not None and not self._is_given_up:
            await asyncio.to_thread(self._thread.join)
        while self._settling:  # noqa: ASYNC110 - a few turns of the loop, at a stop
            await asyncio.sleep(0)

    def give_up(self) -> None:
        """Give BatcherFull to all callers now, as `handle` may hang. Called in the event loop."""
        with self._wake:
            self._closing = self._is_given_up = True
            callers = [*self._under_way, *(then for _, _, then in self._waiting)]
            self._waiting.clear()
            self._under_way = []
            self._size = 0
            self._wake.notify()
        self._settle(callers, [BatcherFull()] * len(callers))

    def _run(self) -> None:
        while group := self._next_group():
            results = self._results([work for work, _ in group])
            callers = [then for _, then in group]
            with self._wake:
                if self._is_given_up:  # the event loop may be closed already
                    return
                self._under_way = []
                assert self._loop is not None
                # One call per group wakes the event loop once, however many callers wait.
                self._loop.call_soon_threadsafe(self._settle, callers, results)

    def _next_group(self) -> list[tuple[Work, Then[Result]]]:
        with self._wake:
            while not self._closing:
                if not self._waiting:
                    self._wake.wait()
                elif (left := self._due - time.monotonic()) > 0 and self._size < self._group:
                    self._wake.wait(left)
                else:
                    break
            group = list(self._taken())
            self._due = 0.0  # the rest has waited long enough
            self._under_way = [then for _, then in group]
            return group

    def _taken(self) -> Iterator[tuple[Work, Then[Result]]]:
        """Take waiting work until a group is full."""
        room = self._group
        while self._waiting and (room == self._group or self._waiting[0][1] <= room):
            work, size, then = self._waiting.popleft()
            room -= size
            self._size -= size
            yield work, then

    def _results(self, works: list[Work]) -> Sequence[Result | Exception]:
        try:
            return self._handle(works)
        except Exception as error:
            return [error] * len(works)

    def _settle(self, callers: list[Then[Result]], results: Sequence[Result | Exception]) -> None:
        self._settling += 1
        self._go_on_settling(zip(callers, results, strict=True))

    def _go_on_settling(self, pairs: Iterator[tuple[Then[Result], Result | Exception]]) -> None:
        end = time.monotonic() + TURN_SECONDS
        for then, result in pairs:
            try:
                then(result)
            except Exception:
                # The rest of the group waits as well.
                log.exception("What was done could not be reported.")
            if time.monotonic() > end:
                assert self._loop is not None
                self._loop.call_soon(self._go_on_settling, pairs)
                return
        self._settling -= 1


class Waiter(Generic[Result]):
    """Lets a coroutine wait for a result that is delivered by a call."""

    def __init__(self) -> None:
        self._future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    def __call__(self, result: Result | Exception) -> None:
        """Deliver the result."""
        if self._future.done():  # cancelled
            return
        if isinstance(result, Exception):
            self._future.set_exception(result)
        else:
            self._future.set_result(result)

    async def result(self) -> Result:
        """Return the result, or raise it if it is an Exception."""
        return await self._future
