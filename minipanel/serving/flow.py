"""Flow control of a connection: it is not read while enough of its requests wait in its queue."""

from __future__ import annotations

import asyncio
from functools import cached_property

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class Flow(FlowControl):
    """Uvicorn's FlowControl, but a handler that waits for its body does not make the panel read more requests."""

    is_held = False

    def __init__(self, transport: asyncio.Transport) -> None:
        # Replaces Uvicorn's __init__, whose event takes 700 bytes per connection. Agents never need it.
        self._transport = transport
        self.read_paused = self.write_paused = False

    @cached_property
    def _is_writable_event(self) -> asyncio.Event:  # type: ignore[override]
        event = asyncio.Event()
        if not self.write_paused:
            event.set()
        return event

    def resume_reading(self) -> None:
        """Resume reading, unless enough requests wait."""
        if not self.is_held:
            super().resume_reading()


class Line(list[tuple[RequestResponseCycle, ASGI3Application]]):
    """A queue of requests, the next one at the end. A list, because an empty deque takes 700 bytes."""

    __slots__ = ()

    def appendleft(self, waiting: tuple[RequestResponseCycle, ASGI3Application]) -> None:
        """Add a request behind all others."""
        self.insert(0, waiting)
