"""A simulated agent's connection: kept alive, reopened when it is dead, with a time limit for every request."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from minipanel_agent.munge import MungeError

from minipanel.demo.wire import headers, request


class NoAnswer(Exception):
    """The panel did not answer: it may or may not have stored what was sent."""


class Connection:
    """To 127.0.0.1. One request at a time."""

    def __init__(self, port: int, authorize: Callable[[bytes], Awaitable[str]]) -> None:
        """authorize: returns a fresh Authorization for a body, for each request."""
        self._port = port
        self._authorize = authorize
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, sent: float, seconds: float) -> tuple[int, float]:
        """Return the answer's status and Retry-After. Raises NoAnswer."""
        was_open = self._streams is not None
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await self._exchange(body, sent)
                except (OSError, EOFError):
                    self._close()
                    if not was_open:
                        raise
                    return await self._exchange(body, sent)  # the kept connection was dead
        except (OSError, EOFError, TimeoutError, MungeError):
            self._close()
            raise NoAnswer from None

    async def _exchange(self, body: bytes, sent: float) -> tuple[int, float]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request(headers(await self._authorize(body), sent, version="storm"), body))
        await writer.drain()
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in answer.split("\r\n")[1:] if ": " in line)
        await reader.readexactly(int(fields["content-length"]))
        if fields.get("connection") == "close":
            self._close()
        return int(answer.split(" ", 2)[1]), float(fields.get("retry-after", 0))

    def _close(self) -> None:
        if self._streams is not None:
            with contextlib.suppress(OSError):
                self._streams[1].close()
            self._streams = None
