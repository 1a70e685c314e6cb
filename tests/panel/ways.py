"""Both ways of a request: through the application by ASGI, and through the protocol, where samples go direct."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Literal

import httpx
from fastapi import FastAPI
from uvicorn.server import ServerState

from minipanel.config import Config
from minipanel.serving.direct import Direct
from minipanel.serving.limits import Limits
from minipanel.serving.protocol import BoundedProtocol
from minipanel.serving.server import _uvicorn_config
from tests.panel.example import caller

Way = Literal["ordinary", "direct"]
WAYS: tuple[Way, ...] = ("ordinary", "direct")


class Wire(asyncio.Transport):
    """A connection in memory: what the panel has sent, and whether it has closed."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 40000), "sockname": ("127.0.0.1", 8080)})
        self.sent = b""
        self.is_reading = True
        self._is_closing = False
        self.news = asyncio.Event()

    def write(self, data: bytes) -> None:  # type: ignore[override]
        assert not self._is_closing
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


class Line:
    """A client's connection to a panel whose server speaks in memory."""

    def __init__(self, app: FastAPI, address: str = "10.0.0.2") -> None:
        config: Config = app.state.panel.config
        uvicorn = _uvicorn_config(app, config)
        uvicorn.load()
        panel = app.state.panel
        self.limits = Limits(100, lambda: 3, panel.refusals)
        self.protocol = BoundedProtocol(uvicorn, ServerState(), self.limits, Direct(panel))
        self.wire = Wire(address)
        self.protocol.connection_made(self.wire)

    def send(self, data: bytes) -> None:
        self.protocol.data_received(data)

    async def answers(self, count: int) -> list[httpx.Response]:
        """The next answers, once they are there whole."""
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
    """Sends each request over a connection of its own."""

    def __init__(self, app: FastAPI, address: str) -> None:
        self._app = app
        self._address = address

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        line = Line(self._app, self._address)
        lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        lines += [name + b": " + value for name, value in request.headers.raw]
        line.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        (answer,) = await line.answers(1)
        line.protocol.connection_lost(None)
        return answer


def caller_by(way: Way, app: FastAPI, address: str = "10.0.0.2") -> httpx.AsyncClient:
    """A client whose connection comes from the address, and whose requests go one way."""
    if way == "ordinary":
        return caller(app, address)
    return httpx.AsyncClient(transport=_Transport(app, address), base_url="http://127.0.0.1:8080")


@contextlib.asynccontextmanager
async def line_to(app: FastAPI, **more: Any) -> AsyncIterator[Line]:
    """A connection, lost at the end of the block."""
    line = Line(app, **more)
    yield line
    line.protocol.connection_lost(None)
