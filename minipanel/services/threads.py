"""A few threads that work for the event loop. The thread that worked last goes first: its connection is warm.

The standard library's pool uses its threads in turn, and takes longer to hand over work and results.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from minipanel.services.batch import Then, Waiter

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[], Any]

WORK_SECONDS = 0.0005
SLEEP_SECONDS = 0.00001
"""The kernel makes it 0.07 ms."""

BUSY_SECONDS = 0.0005
"""A sleep that takes longer than this waited for Python's lock: others are at work."""

MOST_SLEEPS = 3
"""While others are at work, they get this many turns for one of the thread's."""


class Threads:
    """At most `count` threads, each started when it is needed. Used in one event loop only."""

    def __init__(self, count: int, name: str) -> None:
        self._names = [f"{name}_{place}" for place in reversed(range(count))]
        self._idle: list[_Thread] = []
        self._busy = 0
        self._waiting: deque[tuple[Work, Then[Any]]] = deque()
        self._ended: asyncio.Event | None = None

    def begin(self, work: Callable[[], Result], then: Then[Result]) -> None:
        """Call `then` later, in the event loop, with what `work` returns, or with the Exception that it raises."""
        if self._idle:
            thread = self._idle.pop()
        elif self._names:
            thread = _Thread(self._names.pop(), asyncio.get_running_loop(), self._done)
        else:
            self._waiting.append((work, then))
            return
        self._busy += 1
        thread.begin(work, then)

    async def do(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns, or raise what it raises. It runs to its end even if nobody waits any more."""
        waiter: Waiter[Result] = Waiter()
        self.begin(work, waiter)
        return await waiter.result()

    async def close(self) -> None:
        """Finish all requested work, then end the threads. No more work may be requested."""
        self._ended = asyncio.Event()
        self._end_if_idle()
        await self._ended.wait()

    def _done(self, thread: _Thread, then: Then[Any], result: Any) -> None:
        if self._waiting:
            thread.begin(*self._waiting.popleft())
        else:
            self._busy -= 1
            self._idle.append(thread)
            self._end_if_idle()
        then(result)

    def _end_if_idle(self) -> None:
        if self._ended is None or self._busy:
            return
        while self._idle:
            self._idle.pop().end()
        self._ended.set()


class Turn:
    """A thread's long work in Python, which gives way to the event loop between its parts of at most a millisecond.

    Otherwise, a thread keeps Python's lock for the switch interval, and to the end of a C call such as a sort.
    """

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def give_way(self) -> None:
        """Let others have Python's lock, if the work since the last time took a while."""
        if time.perf_counter() - self._began < WORK_SECONDS:
            return
        for _ in range(MOST_SLEEPS):
            slept_at = time.perf_counter()
            time.sleep(SLEEP_SECONDS)
            if time.perf_counter() - slept_at < BUSY_SECONDS:
                break
        self._began = time.perf_counter()


def giving_way(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, and give way to the event loop between them."""
    turn = Turn()
    for item in items:
        yield item
        turn.give_way()


class _Thread:
    def __init__(
        self,
        name: str,
        loop: asyncio.AbstractEventLoop,
        done: Callable[[_Thread, Then[Any], Any], None],
    ) -> None:
        self._loop = loop
        self._done = done
        self._next: tuple[Work, Then[Any]] | None = None
        self._wake = threading.Lock()  # held while there is nothing to do
        self._wake.acquire()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def begin(self, work: Work, then: Then[Any]) -> None:
        """Start this work. Called while the thread has nothing to do."""
        self._next = (work, then)
        self._wake.release()

    def end(self) -> None:
        """End the thread, and return once it has ended. Called while it has nothing to do."""
        self._wake.release()
        self._thread.join()

    def _run(self) -> None:
        while self._wake.acquire() and self._next is not None:
            (work, then), self._next = self._next, None
            try:
                result = work()
            except Exception as error:
                result = error
            with suppress(RuntimeError):  # the event loop is closed
                self._loop.call_soon_threadsafe(self._done, self, then, result)
            del work, then, result  # release them before the next work comes
