"""The events of the stream: each is built once per requested form, and sent to every viewer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal

import msgspec

from minipanel.models.answers import Realtime, RealtimeNode
from minipanel.models.columns import RealtimeColumns, as_columns
from minipanel.models.events import StateChange
from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.services.live import Live

Form = Literal["nodes", "columns"]
"""How the nodes of an event are written: as a list of objects, or as columns (models/columns.py)."""

EVENT_SECONDS = 0.5
"""The samples of this much time are joined into one event."""

EVENT_NODES = 250
EVENT_SHARE = 4
"""An event holds at most this many nodes, or a quarter of all if that is more. So the burst after a stall is no long
task for a viewer, and 1,000 nodes never take more than 12 kB as columns. A page of 10,000 nodes draws no more often."""

LIFE_SECONDS = 5.0
"""An event is sent at least this often, so a viewer that receives none for longer knows that the stream is broken."""

QUEUED_EVENTS = 20
"""A viewer this many events behind gets one new snapshot instead."""


class Broadcast:
    """Sends viewers what has changed. Costs nothing while nobody watches."""

    def __init__(self, live: Live, clock: Callable[[], float] = time.time) -> None:
        self._live = live
        self._clock = clock
        self._viewers: set[_Viewer] = set()
        self._changed: set[int] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    async def events(self, form: Form = "nodes") -> AsyncIterator[bytes]:
        """Yield events in wire format, a snapshot first, until the panel closes."""
        viewer = _Viewer(form)
        viewer.put(self._snapshot().of(form))
        self._viewers.add(viewer)
        self._start()
        try:
            while not self._is_closed and (event := await viewer.next()):
                yield event
        finally:
            self._viewers.discard(viewer)

    def note_samples(self, node: Node, samples: Sequence[Sample]) -> None:
        """Record stored samples. Viewers get only the newest ones, not back-filled ones."""
        newest = self._live.last_seen(node)
        if self._viewers and any(sample.timestamp == newest for sample in samples):
            self._changed.add(node.id)

    def note_states(self, changes: Sequence[StateChange]) -> None:
        """Record changed states."""
        if self._viewers:
            self._changed.update(change.node.id for change in changes)

    def put(self, name: str, data: bytes) -> None:
        """Send every viewer an event of another kind.

        A viewer too far behind gets a snapshot, and then asks for the same data.
        """
        if self._viewers:
            self._send(_Made(_event(name, data)))

    def restart(self) -> None:
        """Send every viewer a new snapshot, as the list of nodes has changed."""
        if self._viewers:
            snapshot = self._snapshot()
            for viewer in self._viewers:
                viewer.replace(snapshot.of(viewer.form))

    def close(self) -> None:
        """End every stream, so that none delays the panel's stop."""
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
                most = max(EVENT_NODES, len(self._live.views()) // EVENT_SHARE)
                for first in range(0, len(changed) or 1, most):
                    self._send(self._event("samples", now, changed[first : first + most]))
                last = now

    def _send(self, event: _Made) -> None:
        snapshot: _Made | None = None
        for viewer in self._viewers:
            if viewer.is_behind:
                snapshot = snapshot or self._snapshot()
                viewer.replace(snapshot.of(viewer.form))
            else:
                viewer.put(event.of(viewer.form))

    def _snapshot(self) -> _Made:
        return self._event("snapshot", self._clock(), self._live.realtime())

    def _event(self, name: str, now: float, nodes: list[RealtimeNode]) -> _Made:
        interval = self._live.interval_seconds

        def write(form: Form) -> bytes:
            if form == "nodes":
                return _event(name, msgspec.json.encode(Realtime(int(now), interval, nodes)))
            columns = as_columns(nodes, name == "snapshot")
            return _event(name, msgspec.json.encode(RealtimeColumns(int(now), interval, len(nodes), columns)))

        return _Made(write)


def _event(name: str, data: bytes) -> bytes:
    """Return one Server-Sent Event (HTML Standard, 9.2.5)."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


class _Made:
    """An event, encoded once in each form that a viewer needs."""

    def __init__(self, write: bytes | Callable[[Form], bytes]) -> None:
        self._write = write
        self._written: dict[Form, bytes] = {}

    def of(self, form: Form) -> bytes:
        """Return the event in wire format."""
        if isinstance(self._write, bytes):
            return self._write
        if form not in self._written:
            self._written[form] = self._write(form)
        return self._written[form]


class _Viewer:
    """One open page, and the events that it has not fetched yet."""

    def __init__(self, form: Form) -> None:
        self.form: Form = form
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
        """Return all waiting events in one piece."""
        await self._arrived.wait()
        self._arrived.clear()
        events, self._events = self._events, []
        return b"".join(events)
