"""Nodes that come back: each sends its backlog in batches, the next one once the last is answered.

Prints one line of JSON at its end. The samples are of the ticks before `--before`, as an agent's spool has them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import deque

import uvloop
from load import SENT_BASE, Agent, Load, hostname

from minipanel.demo.wire import body_of

TICK_SECONDS = 5
BATCH = 500
"""How many samples an agent sends at once when it has a backlog."""


def main() -> None:
    """Send the backlog that the arguments describe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--samples", type=int, required=True, help="a node")
    parser.add_argument("--before", type=int, required=True, help="Unix seconds; the newest sample is older")
    parser.add_argument("--at-once", type=int, required=True, help="how many nodes send at a time")
    parser.add_argument("--secret", required=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(send(parser.parse_args()))


async def send(options: argparse.Namespace) -> None:
    """Send all, some nodes at a time, and print the result."""
    waiting = deque(range(1, options.nodes + 1))
    tallies: list[dict[str, int]] = []
    began = time.monotonic()
    await asyncio.gather(*(send_some(waiting, options, tallies) for _ in range(options.at_once)))
    seconds = time.monotonic() - began
    sums = {name: sum(tally[name] for tally in tallies) for name in ("stored", "refused")}
    json.dump({**sums, "seconds": seconds}, sys.stdout)


async def send_some(waiting: deque[int], options: argparse.Namespace, tallies: list[dict[str, int]]) -> None:
    """Send one node's backlog after another's, until none is left."""
    while waiting:
        number = waiting.popleft()
        agent = Agent(Load(options), number)
        await agent.connect()
        tally = {"stored": 0, "refused": 0}
        for first in range(options.samples, 0, -BATCH):
            size = min(BATCH, first)
            newest = options.before - (options.samples - first) * TICK_SECONDS
            status = await agent.post(batch(number, newest - size * TICK_SECONDS, size))
            tally["stored" if status == 200 else "refused"] += size
        agent.close()
        tallies.append(tally)


def batch(number: int, start: int, size: int) -> bytes:
    """Return the body with node k's samples of the ticks after `start`."""
    times = range(start + TICK_SECONDS, start + (size + 1) * TICK_SECONDS, TICK_SECONDS)
    return body_of(
        [
            {
                "node_id": hostname(number),
                "timestamp": at,
                "cpu_percent": (number * 7 + at // 5 * 13) % 10_000 / 100,
                "memory_total": 2 * SENT_BASE,
                "memory_used": SENT_BASE + at % 100_000 * 4096,
                "cpu_temp": 40 + at // 5 % 80 / 8,
            }
            for at in times
        ]
    )


if __name__ == "__main__":
    main()
