"""Open pages in one process: each follows the stream, and the first notes how old samples are when they arrive.

Prints one line of JSON at its end. Samples must come from load.py, which marks each with the time it was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from typing import Any

from load import SENT_BASE


def main() -> None:
    """Follow the stream as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--settle", type=float, required=True, help="what arrives in these first seconds isn't counted")
    asyncio.run(follow(parser.parse_args()))


async def follow(options: argparse.Namespace) -> None:
    """Open all pages, close them in time, and print the result."""
    pages = [Page(number == 0, options.settle) for number in range(options.pages)]
    tasks = [asyncio.create_task(page.run(options.port, options.token)) for page in pages]
    await asyncio.sleep(options.settle + options.seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    ages = sorted(pages[0].ages_ms) or [0.0]
    told = {f"p{p}": round(ages[min(len(ages) - 1, len(ages) * p // 100)]) for p in (50, 99)}
    told |= {"samples": len(pages[0].ages_ms), "max": round(ages[-1])}
    sizes = sorted(pages[0].event_bytes) or [0]
    told |= {"event": sizes[len(sizes) // 2], "event_max": sizes[-1]}
    json.dump({**told, "events": pages[0].events, "bytes": [page.size_bytes for page in pages]}, sys.stdout)


class Page:
    """One connection to the stream."""

    def __init__(self, is_measuring: bool, settle_seconds: float) -> None:
        self.ages_ms: list[float] = []
        self.events = 0
        self.size_bytes = 0
        self.event_bytes: list[int] = []
        self._is_measuring = is_measuring
        self._counts_from = time.monotonic() + settle_seconds

    async def run(self, port: int, token: str) -> None:
        """Follow until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        head = "GET /api/metrics/stream?format=columns HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += f"Authorization: Bearer {token}\r\n\r\n"
        writer.write(head.encode())
        try:
            if not self._is_measuring:
                # A browser parses on its own core; here parsing would take CPU from the panel.
                while block := await reader.read(2**20):
                    self.size_bytes += len(block)
            while line := await reader.readline():
                self.size_bytes += len(line)
                if line.startswith(b"data: "):
                    self._take(json.loads(line[6:]), time.time(), len(line))
        finally:
            writer.close()

    def _take(self, event: dict[str, Any], now: float, size_bytes: int) -> None:
        if "columns" not in event:  # findings
            return
        self.events += 1
        if time.monotonic() < self._counts_from:
            return
        if event["count"]:
            self.event_bytes.append(size_bytes)
        columns = [event["columns"].get(name) for name in ("timestamp", "memory_used")]
        lists = (column if isinstance(column, list) else [column] * event["count"] for column in columns)
        for timestamp, used in zip(*lists, strict=True):
            if used is not None:
                self.ages_ms.append(1000 * (now - timestamp - (used - SENT_BASE) / 1e6))


if __name__ == "__main__":
    main()
