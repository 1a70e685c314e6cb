"""Work done in groups on one thread of its own: what arrives while a group runs goes into the next."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")


class BatcherFull(Exception):
    """More work waits than the batcher takes."""


class Batcher(Generic[Work, Result]):
    """Hands groups of work to `handle(works)` on one thread, and each result back to its awaiting caller.

    `handle` returns one result a work, in their order; an Exception among them is raised where that work is awaited.
    `limit` bounds what may wait, `group` what goes into one call, both as sums of the works' sizes; a work larger than
    a group is one of its own. With `gather_seconds` a group waits that long for others to join it: fewer, larger calls
    for a little more waiting.
    """

    def __init__(
        self,
        handle: Callable[[list[Work]], Sequence[Result | Exception]],
        name: str,
        limit: int,
        group: int = 1000,
        gather_seconds: float = 0,
    ) -> None:
        self._gather_seconds = gather_seconds
        self._handle = handle
        self._limit = limit
        self._group = group
        self._waiting: deque[tuple[Work, int, asyncio.Future[Result]]] = deque()
        self._size = 0
        self._wake = threading.Condition()
        self._under_way: list[asyncio.Future[Result]] = []
        self._closing = False
        self._is_given_up = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Start the thread. Called once, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    @property
    def waiting(self) -> int:
        """The size of all that waits for its turn."""
        return self._size

    async def submit(self, work: Work, size: int = 1) -> Result:
        """Return the result of this work. Raises BatcherFull at once, or what `handle` gave for it."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        with self._wake:
            if self._closing or self._size + size > self._limit:
                raise BatcherFull
            self._waiting.append((work, size, future))
            self._size += size
            # Only the first wakes the thread: the others find it awake.
            if len(self._waiting) == 1:
                self._wake.notify()
        return await future

    async def close(self) -> None:
        """Finish what waits, then end the thread. After give_up() nothing waits, and the thread ends by itself."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.ident is not None and not self._is_given_up:
            await asyncio.to_thread(self._thread.join)

    def give_up(self) -> None:
        """Raise BatcherFull in all callers now, for `handle` may hang. Called in the event loop."""
        with self._wake:
            self._closing = self._is_given_up = True
            futures = [*self._under_way, *(future for _, _, future in self._waiting)]
            self._waiting.clear()
            self._wake.notify()
        for future in futures:
            if not future.done():
                future.set_exception(BatcherFull())

    def _run(self) -> None:
        while group := self._next_group():
            results = self._results([work for work, _ in group])
            futures = [future for _, future in group]
            with self._wake:
                if self._is_given_up:  # the event loop may be closed by now
                    return
                assert self._loop is not None
                # One call a group wakes the event loop once, however many callers wait.
                self._loop.call_soon_threadsafe(_settle, futures, results)

    def _next_group(self) -> list[tuple[Work, asyncio.Future[Result]]]:
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
        if self._gather_seconds and not self._closing:
            time.sleep(self._gather_seconds)
        with self._wake:
            group = list(self._taken())
            self._under_way = [future for _, future in group]
            return group

    def _taken(self) -> Iterator[tuple[Work, asyncio.Future[Result]]]:
        """Take from what waits until a group is full."""
        room = self._group
        while self._waiting and (room == self._group or self._waiting[0][1] <= room):
            work, size, future = self._waiting.popleft()
            room -= size
            self._size -= size
            yield work, future

    def _results(self, works: list[Work]) -> Sequence[Result | Exception]:
        try:
            return self._handle(works)
        except Exception as error:
            return [error] * len(works)


def _settle(futures: list[asyncio.Future[Result]], results: Sequence[Result | Exception]) -> None:
    for future, result in zip(futures, results, strict=True):
        if future.done():  # cancelled, or given up
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
