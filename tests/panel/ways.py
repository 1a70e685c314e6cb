"""All ways that a request can take: through the application (ASGI), and through the protocol, directly for samples.

In rounds, a protocol itself reads what has arrived on its socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import httpx
from fastapi import FastAPI
from uvicorn.server import ServerState

from minipanel.config import Config
from minipanel.serving.connection import Connection
from minipanel.serving.direct import NO_HEAD, Direct, SampleCycle
from minipanel.serving.limits import Limits
from minipanel.serving.rounds import Rounds
from minipanel.serving.server import _uvicorn_config
from tests.panel.example import caller

Way = Literal["ordinary", "direct", "rounds"]
WAYS: tuple[Way, ...] = ("ordinary", "direct", "rounds")

IN_SOCKET = 50_000
"""Bytes that a socket accepts at once although nobody reads them."""


class Wire(asyncio.Transport):
    """A connection in memory: what the panel has sent, and whether it has closed.

    What threads write arrives by its socket. `unsent`: how many bytes the panel is to think that it still holds.
    """

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 40000), "sockname": ("127.0.0.1", 8080)})
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.far.setblocking(False)
        asyncio.get_running_loop().add_reader(self.far, self._take)
        self.unsent = 0
        self.sent = b""
        self.is_reading = True
        self.rest = b""
        self.hand_over: Callable[[bytes], None] | None = None
        self._is_closing = False
        self.news = asyncio.Event()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        # For a socket pair, the name would not be a network address.
        is_connected = self.hand_over is not None
        return self.near if name == "socket" and is_connected else super().get_extra_info(name, default)

    def write(self, data: bytes) -> None:  # type: ignore[override]
        assert not self._is_closing
        self._take()
        self.sent += data
        self.news.set()

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def _take(self) -> None:
        """Take what a thread has written."""
        with contextlib.suppress(BlockingIOError):
            while data := self.far.recv(IN_SOCKET):
                self.sent += data
                self.news.set()

    def close(self) -> None:
        self._is_closing = True
        self.news.set()

    abort = close

    def is_closing(self) -> bool:
        return self._is_closing

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True
        asyncio.get_running_loop().call_soon(self._read_rest)

    def _read_rest(self) -> None:
        """Hand over what came while reading was somebody else's task."""
        data, self.rest = self.rest, b""
        with contextlib.suppress(OSError):  # there is nothing, or it is closed by now
            data = self.near.recv(IN_SOCKET) + data
        if data and self.hand_over is not None:
            self.hand_over(data)


class Line:
    """A client's connection to a panel whose server speaks in memory."""

    def __init__(self, app: FastAPI, address: str = "10.0.0.2") -> None:
        config: Config = app.state.panel.config
        uvicorn = _uvicorn_config(app, config)
        uvicorn.load()
        panel = app.state.panel
        self.limits = Limits(100, lambda: 3, panel.refusals)
        self.rounds = Rounds(lambda: 0.0)
        self.rounds.start()
        self.protocol = Connection(uvicorn, ServerState(), self.limits, Direct(app), self.rounds)
        self.wire = Wire(address)
        self.protocol.connection_made(self.wire)
        self.wire.hand_over = self.protocol.data_received

    def send(self, data: bytes) -> None:
        """Send data to the event loop, or to whoever reads in its place."""
        if self.wire.is_reading:
            self.protocol.data_received(data)
        else:
            self.wire.far.sendall(data[:IN_SOCKET])
            self.wire.rest = data[IN_SOCKET:]

    def join_rounds(self) -> None:
        """Let rounds read this connection, as if its client had sent samples before."""
        self.protocol.cycle = SampleCycle(NO_HEAD, lambda: None)  # type: ignore[assignment]
        self.protocol.cycle.response_complete = True
        self.protocol.join_rounds()
        assert not self.wire.is_reading

    def close(self) -> None:
        """End it, as a client does."""
        self.protocol.connection_lost(None)
        self.rounds.close()
        asyncio.get_running_loop().remove_reader(self.wire.far)
        self.wire.far.close()
        self.wire.near.close()

    async def answers(self, count: int) -> list[httpx.Response]:
        """The next answers, once they are complete."""
        found: list[httpx.Response] = []
        async with asyncio.timeout(20):
            while len(found) < count:
                answer = self._next()
                if answer is not None:
                    found.append(answer)
                    continue
                assert not self.wire.is_closing(), found
                self.wire.news.clear()
                await self.wire.news.wait()
        return found

    def _next(self) -> httpx.Response | None:
        head, separator, rest = self.wire.sent.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        headers = httpx.Headers([tuple(line.split(b": ", 1)) for line in lines])  # type: ignore[misc]
        length = int(headers.get("content-length", 0))
        if not separator or len(rest) < length:
            return None
        self.wire.sent = rest[length:]
        return httpx.Response(int(first.split(b" ")[1]), headers=headers, content=rest[:length])


class _Transport(httpx.AsyncBaseTransport):
    """Sends each request over a new connection."""

    def __init__(self, way: Way, app: FastAPI, address: str) -> None:
        self._way = way
        self._app = app
        self._address = address

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        line = Line(self._app, self._address)
        if self._way == "rounds":
            line.join_rounds()
        lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        lines += [name + b": " + value for name, value in request.headers.raw]
        with contextlib.closing(line):
            line.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            (answer,) = await line.answers(1)
        return answer


def caller_by(way: Way, app: FastAPI, address: str = "10.0.0.2") -> httpx.AsyncClient:
    """A client whose connection comes from this address and whose requests take this way."""
    if way == "ordinary":
        return caller(app, address)
    return httpx.AsyncClient(transport=_Transport(way, app, address), base_url="http://127.0.0.1:8080")


@contextlib.asynccontextmanager
async def line_to(app: FastAPI, **more: Any) -> AsyncIterator[Line]:
    """A connection that is closed at the end of the block."""
    with contextlib.closing(Line(app, **more)) as line:
        yield line
