"""Reads agents' connections in rounds: every few milliseconds all that have sent something, one after another.

A sample waits for others in any case, because samples are decoded and committed together. Waiting in the kernel costs
nothing. Waking the event loop for each sample, with cold caches, took more CPU time than handling the sample.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
from collections.abc import Callable
from typing import Protocol

TURN_SECONDS = 0.008
"""How long a round may read before the event loop gets a turn."""


class Member(Protocol):
    """A connection that is read in rounds."""

    def read_on(self) -> None:
        """Read what has arrived."""


class Rounds:
    """Finds connections that have sent something, with its own epoll(7). `seconds`: gives the time between rounds."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._epoll = select.epoll()
        self._members: dict[int, Member] = {}
        self._ready: list[tuple[int, int]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.Handle | None = None

    def start(self) -> None:
        """Start waiting for data. Called once, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._wait()

    def close(self) -> None:
        """Read once more what has arrived. From then on, nothing is read in rounds."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.remove_reader(self._epoll)
            if self._next is not None:
                self._next.cancel()
            for descriptor, _ in (*self._ready, *self._sent()):
                self._read(descriptor)
        self._epoll.close()

    def join(self, descriptor: int, member: Member) -> bool:
        """Read a connection in rounds from now on. Returns False if that is not possible."""
        if self._loop is None:
            return False
        try:
            self._epoll.register(descriptor, select.EPOLLIN)
        except OSError:  # the kernel's limit of watches, see epoll(7)
            return False
        self._members[descriptor] = member
        return True

    def leave(self, descriptor: int, member: Member) -> None:
        """Stop reading a connection in rounds."""
        if self._members.get(descriptor) is member:
            del self._members[descriptor]
            with contextlib.suppress(OSError, ValueError):  # the connection or the epoll may be closed by now
                self._epoll.unregister(descriptor)

    def _wait(self) -> None:
        assert self._loop is not None
        self._loop.add_reader(self._epoll, self._begin)

    def _begin(self) -> None:
        """Plan the first round after a time without data."""
        if self._loop is not None:
            self._loop.remove_reader(self._epoll)
            self._next = self._loop.call_later(self._seconds(), self._go_round)

    def _go_round(self) -> None:
        self._ready = self._sent()
        if self._ready:
            self._go_on()
        else:
            self._wait()

    def _go_on(self) -> None:
        loop = self._loop
        assert loop is not None
        end = loop.time() + TURN_SECONDS
        while self._ready:
            self._read(self._ready.pop()[0])
            if loop.time() > end:
                self._next = loop.call_soon(self._go_on)
                return
        self._next = loop.call_later(self._seconds(), self._go_round)

    def _sent(self) -> list[tuple[int, int]]:
        """Return (descriptor, events) of all that have sent something; the next to read is the last."""
        return self._epoll.poll(0, max(1, len(self._members)))[::-1]

    def _read(self, descriptor: int) -> None:
        member = self._members.get(descriptor)
        if member is not None:
            member.read_on()
