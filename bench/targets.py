"""Targets for Prometheus: the five values of a sample in its text format, on every address of 127.0.0.0/8."""

from __future__ import annotations

import asyncio
import sys
import time


class Target(asyncio.Protocol):
    """One kept-alive connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for answers."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a scrape; requests are short and come one at a time."""
        tick = int(time.time()) // 5
        values = {"cpu_percent": tick % 10_000 / 100, "memory_total": 2**37, "memory_used": 2**36 + tick % 1000 * 4096}
        values |= {"memory_percent": 50 + tick % 7, "cpu_temp": 40 + tick % 8 / 8}
        body = "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in values.items()).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)  # type: ignore[attr-defined]


async def serve(port: int) -> None:
    """Serve until the process is ended, for ten minutes at most."""
    server = await asyncio.get_running_loop().create_server(Target, "0.0.0.0", port, backlog=2048)
    async with server:
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
