"""Attacks on a port, all at once, from addresses of 127.2.0.0/16: floods, slow clients, guesses, unread streams.

    python attacks.py --port 8080 --seconds 300 --token TOKEN      a session's token, for the streams

Every attack is limited in its connections, its duration, and what it sends per second. Prints one line of JSON with
what each attack saw.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

BLOCK = b"x" * 65_536
HOST = b"Host: 127.0.0.1\r\n"
LOGIN = b'{"username": "miniadmin", "password": "guess"}'
BODY_BYTES = 1_000_000


class Attack:
    """One kind of attack: `clients` run at once, and each starts again `pause` seconds after its last attempt."""

    def __init__(
        self, name: str, clients: int, pause: float, attempt: Callable[[Attack], Awaitable[None]], places: int = 200
    ) -> None:
        self.name = name
        self.seen: Counter[str] = Counter()
        self._clients = clients
        self._pause = pause
        self._attempt = attempt
        self._addresses = itertools.cycle(f"127.2.{number % 7}.{number % 250 + 1}" for number in range(places))

    async def run(self, port: int) -> None:
        """Attack until cancelled."""
        self._port = port
        await asyncio.gather(*(self._client() for _ in range(self._clients)))

    async def _client(self) -> None:
        await asyncio.sleep(random.uniform(0, 2 * self._pause))
        while True:
            self.seen["tried"] += 1
            try:
                await self._attempt(self)
            except (OSError, asyncio.IncompleteReadError):
                self.seen["cut off"] += 1
            await asyncio.sleep(self._pause)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Connect from the next of this attack's addresses."""
        source = (next(self._addresses), 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=source, limit=2**16)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    async def answered(self, reader: asyncio.StreamReader) -> None:
        """Count the status of the answer, or that there was none."""
        line = await asyncio.wait_for(reader.readline(), 60)
        self.seen[line.split(b" ")[1].decode() if line.startswith(b"HTTP/") else "closed"] += 1


async def pour(writer: asyncio.StreamWriter, block: bytes, most: int) -> None:
    """Send a block repeatedly, until it is refused or `most` bytes are sent."""
    for _ in range(most // len(block)):
        writer.write(block)
        await writer.drain()


def endless(begin: bytes, block: bytes) -> Callable[[Attack], Awaitable[None]]:
    """A request whose head or trailer never ends: at most 8 MB of it."""

    async def attempt(attack: Attack) -> None:
        async with attack.connection() as (_, writer):
            writer.write(begin)
            await pour(writer, block, 8_000_000)

    return attempt


async def unfinished_body(attack: Attack) -> None:
    """A body of a megabyte that lacks its last bytes."""
    async with attack.connection() as (reader, writer):
        head = b"POST /api/metrics HTTP/1.1\r\n" + HOST + b"Authorization: MUNGE MUNGE:AwQDAAC:\r\n"
        writer.write(head + b"Content-Length: %d\r\n\r\n" % BODY_BYTES)
        await pour(writer, BLOCK, BODY_BYTES - 100_000)
        await attack.answered(reader)


async def one_byte_a_second(attack: Attack) -> None:
    """A head that comes byte by byte."""
    async with attack.connection() as (_, writer):
        for byte in b"GET /api/health HTTP/1.1\r\nX-Slow: " + b"s" * 600:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(1)


async def silence(attack: Attack) -> None:
    """A connection without a request."""
    async with attack.connection() as (reader, _):
        await asyncio.wait_for(reader.read(), 300)
        attack.seen["closed"] += 1


async def unread_pipeline(attack: Attack) -> None:
    """4,096 requests at once, with answers that nobody reads."""
    async with attack.connection() as (_, writer):
        await asyncio.wait_for(pour(writer, (b"GET /api/health HTTP/1.1\r\n" + HOST + b"\r\n") * 64, 4096 * 45), 60)
        await asyncio.sleep(20)


async def guess(attack: Attack) -> None:
    """A login with a wrong password."""
    async with attack.connection() as (reader, writer):
        head = b"POST /api/auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(LOGIN) + LOGIN)
        await attack.answered(reader)


def false_credential(scheme: bytes) -> Callable[[Attack], Awaitable[None]]:
    """A megabyte from an unknown sender."""

    async def attempt(attack: Attack) -> None:
        async with attack.connection() as (reader, writer):
            head = b"POST /api/metrics HTTP/1.1\r\n" + HOST + b"Authorization: " + scheme + b"\r\n"
            writer.write(head + b"Content-Length: %d\r\n\r\n" % BODY_BYTES)
            with contextlib.suppress(OSError):  # refused before the body
                await pour(writer, BLOCK, BODY_BYTES)
            await attack.answered(reader)

    return attempt


def unread_stream(token: str) -> Callable[[Attack], Awaitable[None]]:
    """A page that opens the stream and never reads it."""

    async def attempt(attack: Attack) -> None:
        async with attack.connection() as (reader, writer):
            reader._transport.pause_reading()  # type: ignore[attr-defined]  # nothing is taken from the socket
            writer.write(
                b"GET /api/metrics/stream HTTP/1.1\r\n" + HOST + f"Cookie: minipanel_session={token}\r\n\r\n".encode()
            )
            await asyncio.sleep(120)

    return attempt


def all_attacks(token: str) -> list[Attack]:
    """Return every kind."""
    get = b"GET /api/health HTTP/1.1\r\n" + HOST
    chunked = b"POST /api/auth/login HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"
    return [
        Attack("head without an end, lines", 2, 0.5, endless(get, b"X-Line: value\r\n" * 4000)),
        Attack("head without an end, one value", 2, 0.5, endless(get + b"X-Value: ", BLOCK)),
        Attack("URL without an end", 2, 0.5, endless(b"GET /", BLOCK)),
        Attack("trailer without an end", 2, 0.5, endless(chunked, b"X-Line: value\r\n" * 4000)),
        Attack("body without its last bytes", 200, 5, unfinished_body),
        Attack("one byte a second", 300, 1, one_byte_a_second),
        Attack("silence", 1000, 1, silence),
        Attack("pipeline that nobody reads", 4, 2, unread_pipeline),
        Attack("guesses of the password", 10, 0.5, guess),
        Attack("false MUNGE credentials", 4, 0.3, false_credential(b"MUNGE MUNGE:AwQDAAC+garbage:")),
        Attack("false tokens", 4, 0.3, false_credential(b"Bearer " + b"A" * 43)),
        Attack("streams that nobody reads", 30, 1, unread_stream(token)),
    ]


async def main() -> None:
    """Attack for as long as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--token", required=True)
    options = parser.parse_args()
    attacks = all_attacks(options.token)
    tasks = [asyncio.create_task(attack.run(options.port)) for attack in attacks]
    await asyncio.sleep(options.seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    json.dump({attack.name: attack.seen for attack in attacks}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
