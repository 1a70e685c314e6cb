"""Simulated agents in one process: `python -m storm.agents PORT NODES SOCKET KEY CONTROLS`.

They act like the real agent: they skip a missed tick, send live samples first, keep what is not stored in a spool, send
it again in batches, and halve a batch refused with 400. At the end they deliver what waits and print what they
measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from minipanel.demo.wire import body_of
from storm.controls import Controls
from storm.credential import Mint
from storm.values import sample
from storm.wire import Connection, NoAnswer

INTERVAL = 5
LATE_SECONDS = 1.0
BATCH = 500
ANSWER_SECONDS = 4.0
DELIVER_SECONDS = 150.0
"""A panel whose clock was set back accepts nothing from the future for two minutes."""

MINTING = 128
"""How many calls of libmunge may wait at once; each takes ten seconds when munged hangs."""


class Agent:
    """Node k, called "s00k". One node in four has a clock that the storm can set wrong."""

    def __init__(self, number: int, port: int, mint: Mint, controls: Controls) -> None:
        self.name = f"s{number:03}"
        self.held: Counter[int] = Counter()
        """How often each tick was measured and not refused for good."""
        self.statuses: Counter[int] = Counter()
        self.slowest_seconds = 0.0
        self._number = number
        self._controls = controls
        self._has_odd_clock = number % 4 == 0
        self._connection = Connection(port, self._authorization)
        self._mint = mint
        self._spool: deque[int] = deque()
        self._quiet_until = 0.0
        self._last = self._tick_before_now()

    async def run(self) -> None:
        """Measure and report until the storm is over, then deliver what waits."""
        while not self._controls.is_over:
            tick = await self._wait()
            if tick is not None:
                self.held[tick] += 1
                await self._report(tick)
        end = time.monotonic() + DELIVER_SECONDS
        while self._spool and time.monotonic() < end:
            if not await self._deliver(self._spool_batch()):
                await asyncio.sleep(0.5)

    @property
    def waiting(self) -> int:
        """How many samples were not delivered."""
        return len(self._spool)

    def _ahead_seconds(self) -> float:
        return float(self._controls.node_clock_offset) if self._has_odd_clock else 0.0

    def _now(self) -> float:
        return time.time() + self._ahead_seconds()

    async def _authorization(self, body: bytes) -> str:
        return await asyncio.to_thread(self._mint.authorization, body, self._ahead_seconds())

    def _tick_before_now(self) -> int:
        return int(self._now() // INTERVAL) * INTERVAL

    async def _wait(self) -> int | None:
        """Return the next tick once it is reached; None if it was missed or the clock was set."""
        tick = self._last + INTERVAL
        left = tick - self._now()
        while 0 < left <= INTERVAL:
            await asyncio.sleep(min(left, 0.5))
            left = tick - self._now()
        if not -LATE_SECONDS <= left <= 0:
            self._last = self._tick_before_now()
            return None
        self._last = tick
        return tick

    async def _report(self, tick: int) -> None:
        if self._quiet_until > time.monotonic():
            self._spool.append(tick)
            return
        if not await self._deliver([tick]):
            return
        while self._spool and self._last + INTERVAL - self._now() > 1.0:
            if not await self._deliver(self._spool_batch()):
                break

    def _spool_batch(self) -> list[int]:
        return [self._spool.popleft() for _ in range(min(BATCH, len(self._spool)))]

    async def _deliver(self, ticks: list[int]) -> bool:
        """Send samples and return whether the panel answers. What it may store later goes back to the spool."""
        status, retry_after = await self._post(ticks)
        if status == 200:
            return True
        if status == 400 and len(ticks) == 1:
            self.held[ticks[0]] -= 1
            return True
        if status == 400:
            middle = len(ticks) // 2
            later = self._spool
            self._spool = deque(ticks[middle:])
            self._spool.extend(later)
            return await self._deliver(ticks[:middle])
        self._quiet_until = time.monotonic() + retry_after
        self._spool.extendleft(reversed(ticks))
        return False

    async def _post(self, ticks: list[int]) -> tuple[int, float]:
        body = body_of([sample(self.name, self._number, tick) for tick in ticks])
        begin = time.monotonic()
        try:
            status, retry_after = await self._connection.post(body, self._now(), ANSWER_SECONDS)
        except NoAnswer:
            status, retry_after = 0, 0.0
        else:
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - begin)
        self.statuses[status] += 1
        return status, retry_after


async def run(port: int, nodes: int, mint: Mint, controls: Controls) -> None:
    """Run all agents and print what they measured."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MINTING))
    agents = [Agent(number, port, mint, controls) for number in range(1, nodes + 1)]
    await asyncio.gather(*(agent.run() for agent in agents))
    statuses: Counter[int] = sum((agent.statuses for agent in agents), Counter())
    told = {
        "held": {agent.name: sorted(tick for tick, times in agent.held.items() if times > 0) for agent in agents},
        "refused": sum(1 for agent in agents for times in agent.held.values() if times <= 0),
        "waiting": sum(agent.waiting for agent in agents),
        "statuses": dict(sorted(statuses.items())),
        "slowest_seconds": max(agent.slowest_seconds for agent in agents),
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    port, nodes, socket, key, controls = sys.argv[1:]
    asyncio.run(run(int(port), int(nodes), Mint(socket, Path(key)), Controls(Path(controls))))
