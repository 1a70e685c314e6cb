"""The stream's events, made once and handed to every viewer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from minipanel.models.answers import Realtime, RealtimeNode
from minipanel.models.events import StateChange
from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.services.live import Live

EVENT_SECONDS = 0.5
"""Samples that arrive are joined into at most two events a second."""

LIFE_SECONDS = 5.0
"""An event comes at least this often: a viewer who hears nothing for longer knows that the stream is broken."""

QUEUED_EVENTS = 20
"""A viewer who is this many events behind gets one new snapshot in their place."""


class Broadcast:
    """Tells viewers what changed. Costs nothing while nobody looks."""

    def __init__(self, live: Live, clock: Callable[[], float] = time.time) -> None:
        self._live = live
        self._clock = clock
        self._viewers: set[_Viewer] = set()
        self._changed: set[int] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    async def events(self) -> AsyncIterator[bytes]:
        """Yield events as they go over the wire, a snapshot first, until the panel closes."""
        viewer = _Viewer()
        viewer.put(self._snapshot())
        self._viewers.add(viewer)
        self._start()
        try:
            while not self._is_closed and (event := await viewer.next()):
                yield event
        finally:
            self._viewers.discard(viewer)

    def note_samples(self, node: Node, samples: Sequence[Sample]) -> None:
        """Take in that samples were stored: viewers are sent the newest, nothing of what is back-filled."""
        newest = self._live.last_seen(node)
        if self._viewers and any(sample.timestamp == newest for sample in samples):
            self._changed.add(node.id)

    def note_states(self, changes: Sequence[StateChange]) -> None:
        """Take in that states have changed."""
        if self._viewers:
            self._changed.update(change.node.id for change in changes)

    def put(self, name: str, data: bytes) -> None:
        """Send everyone an event of another kind. Who is too far behind asks for the same when it gets a snapshot."""
        if self._viewers:
            self._send(b"event: %s\ndata: %s\n\n" % (name.encode(), data))

    def restart(self) -> None:
        """Send everyone a new snapshot: the list of nodes has changed."""
        if self._viewers:
            snapshot = self._snapshot()
            for viewer in self._viewers:
                viewer.replace(snapshot)

    def close(self) -> None:
        """End every stream, so that none holds up the panel's stop."""
        self._is_closed = True
        for viewer in self._viewers:
            viewer.replace(b"")
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._changed.clear()
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        last = self._clock()
        while self._viewers:
            await asyncio.sleep(EVENT_SECONDS)
            changed = self._live.realtime(self._changed)
            self._changed.clear()
            now = self._clock()
            if changed or not 0 <= now - last < LIFE_SECONDS:
                self._send(self._event("samples", now, changed))
                last = now

    def _send(self, event: bytes) -> None:
        snapshot: bytes | None = None
        for viewer in self._viewers:
            if viewer.is_behind:
                snapshot = snapshot or self._snapshot()
                viewer.replace(snapshot)
            else:
                viewer.put(event)

    def _snapshot(self) -> bytes:
        return self._event("snapshot", self._clock(), self._live.realtime())

    def _event(self, name: str, now: float, nodes: list[RealtimeNode]) -> bytes:
        """Return one Server-Sent Event (HTML Standard, 9.2.5)."""
        data = msgspec.json.encode(Realtime(int(now), self._live.interval_seconds, nodes))
        return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


class _Viewer:
    """One open page: the events it has yet to fetch."""

    def __init__(self) -> None:
        self._events: list[bytes] = []
        self._arrived = asyncio.Event()

    @property
    def is_behind(self) -> bool:
        return len(self._events) >= QUEUED_EVENTS

    def put(self, event: bytes) -> None:
        self._events.append(event)
        self._arrived.set()

    def replace(self, event: bytes) -> None:
        self._events = [event]
        self._arrived.set()

    async def next(self) -> bytes:
        """Return all events that wait, as one piece."""
        await self._arrived.wait()
        self._arrived.clear()
        events, self._events = self._events, []
        return b"".join(events)
