"""Agents' connections are read in rounds: all that have sent something, one after another, every some milliseconds.

A sample waits for others in any case, as samples are decoded and committed together. While it waits in the kernel, it
costs nothing. To wake the event loop for each, with cold caches, took more CPU time than the sample's own work.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
from collections.abc import Callable
from typing import Protocol

TURN_SECONDS = 0.008
"""How long connections are read before the event loop does something else."""


class Member(Protocol):
    """A connection that is read in rounds."""

    def read_on(self) -> None:
        """Read what has come."""


class Rounds:
    """Knows who has sent something, by an epoll(7) of its own. `seconds`: how long it waits for others to send too."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._epoll = select.epoll()
        self._members: dict[int, Member] = {}
        self._ready: list[tuple[int, int]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.Handle | None = None

    def start(self) -> None:
        """Wait for the first one that sends. Called once, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._wait()

    def close(self) -> None:
        """Read once more what has come. From then on, nothing is read in rounds."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.remove_reader(self._epoll)
            if self._next is not None:
                self._next.cancel()
            for descriptor, _ in (*self._ready, *self._sent()):
                self._read(descriptor)
        self._epoll.close()

    def join(self, descriptor: int, member: Member) -> bool:
        """Read a connection in rounds from now on. Return False where that can't be done."""
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
            with contextlib.suppress(OSError, ValueError):  # it, or all this, is closed by now
                self._epoll.unregister(descriptor)

    def _wait(self) -> None:
        assert self._loop is not None
        self._loop.add_reader(self._epoll, self._begin)

    def _begin(self) -> None:
        """Plan the first round after a time in which nobody sent."""
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
        """Return the descriptors of all that have sent something, the first to be read at the end."""
        return self._epoll.poll(0, max(1, len(self._members)))[::-1]

    def _read(self, descriptor: int) -> None:
        member = self._members.get(descriptor)
        if member is not None:
            member.read_on()
