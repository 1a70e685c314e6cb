"""When a connection is read from, not while enough of its requests wait; and the line in which they do."""

from __future__ import annotations

import asyncio
from functools import cached_property

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class Flow(FlowControl):
    """Uvicorn's, but a handler that waits for its body does not make the panel read more requests."""

    is_held = False

    def __init__(self, transport: asyncio.Transport) -> None:
        # Replaces Uvicorn's: with its event each connection takes 700 bytes more, and agents never need it.
        self._transport = transport
        self.read_paused = self.write_paused = False

    @cached_property
    def _is_writable_event(self) -> asyncio.Event:  # type: ignore[override]
        event = asyncio.Event()
        if not self.write_paused:
            event.set()
        return event

    def resume_reading(self) -> None:
        """Read on, unless enough requests wait."""
        if not self.is_held:
            super().resume_reading()


class Line(list[tuple[RequestResponseCycle, ASGI3Application]]):
    """Requests that wait for those before them, the next at the end. An empty deque takes 700 bytes."""

    __slots__ = ()

    def appendleft(self, waiting: tuple[RequestResponseCycle, ASGI3Application]) -> None:
        """Have one more wait."""
        self.insert(0, waiting)
