"""What a look at all nodes costs: on the event loop, beside it, and in memory."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from alert_year import START, make_sample
from cluster import make_config

from minipanel.alerts.alerts import Alerts
from minipanel.alerts.announce import due
from minipanel.alerts.config import AlertsConfig
from minipanel.alerts.outbox import Letter
from minipanel.services.panel import Panel

LOOKS = 30


class Looks:
    """A panel of many nodes, with a clock that the bench moves."""

    name = "mail"

    def __init__(self, folder: Path, nodes: int) -> None:
        config = make_config(folder, nodes)
        rooms = {**config.rooms, "alerts": AlertsConfig(mail=("ops@example.org",), name="c1")}
        self.now = START
        self.letters = 0
        self.panel = Panel(
            replace(config, rooms=rooms), lambda: float(self.now), lambda: float(self.now - START + 1000)
        )

    def send(self, letter: Letter) -> None:
        """Take a letter."""
        self.letters += 1

    async def measure(self) -> list[str]:
        """Return the rows of the table: calm, then half of all nodes hot, then all silent, then all back."""
        await self.panel.start()
        for _ in range(3):
            self._report(50.0)
        before = resident_kib()
        self.alerts = Alerts(self.panel, self._connect)
        await self.alerts.start(is_looking=False)
        self.alerts.channels = dict.fromkeys(self.alerts.channels, self)
        lines = [await self._phase("nothing is wrong", before, temp=50.0)]
        lines.append(await self._phase("every second node gets hot", before, temp=97.0))
        lines.append(await self._phase("every second node is hot", before, temp=97.0))
        lines.append(await self._phase("all fall silent", before, temp=None))
        lines.append(await self._phase("all are silent", before, temp=None))
        lines.append(await self._phase("all come back", before, temp=50.0, looks=90))
        await self.alerts.close()
        await self.panel.close()
        return lines

    async def _connect(self, ip: str, port: int) -> bool:
        return False

    async def _phase(self, what: str, before: int, temp: float | None, looks: int = LOOKS) -> str:
        took, longest = [], 0.0
        for _ in range(looks):
            self.now += 5
            if temp is not None:
                self._report(temp)
            self.panel.live.look()
            await asyncio.sleep(0)
            took.append(self._evaluate())
            lag = asyncio.create_task(_longest_block())
            await asyncio.sleep(0)
            await self.alerts.tick()
            lag.cancel()
            longest = max(longest, await lag)
            await self.alerts.outbox.send_due()
        count = sum(1 for _ in self.alerts.watch.open())
        used = (resident_kib() - before) / 1024
        return (
            f"| {what} | {count} | {1000 * statistics.median(took):.1f} ms | {1000 * max(took):.1f} ms "
            f"| {1000 * longest:.0f} ms | {used:+.1f} MB |"
        )

    def _evaluate(self) -> float:
        """Look as a tick does and return how long it took. The tick then looks at the same moment again."""
        began = time.thread_time()
        cluster = self.alerts.sight.look()
        changes = self.alerts.watch.tick(cluster, self.alerts.sight.is_clear())
        self.alerts._take(changes, cluster.now)
        due(
            [*self.alerts.watch.open()],
            {},
            lambda alert: self.alerts.silences.of(alert, self.now) is not None,
            self.now,
        )
        return time.thread_time() - began

    def _report(self, temp: float) -> None:
        for view in self.panel.live.views():
            odd = view.node.id % 2
            self.panel.live.take(view.node, [make_sample(view.node.hostname, self.now, 300, temp if odd else 50.0)])


async def _longest_block() -> float:
    """Return the longest time for which the event loop stood still, until cancelled."""
    longest, last = 0.0, time.thread_time()
    try:
        while True:
            await asyncio.sleep(0.0005)
            now = time.thread_time()
            longest, last = max(longest, now - last), now
    except asyncio.CancelledError:
        return max(longest, time.thread_time() - last)


def resident_kib() -> int:
    """Return this process's resident memory."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("/proc/self/status has no VmRSS")


def look_cost(nodes: int) -> list[str]:
    """Return the table."""
    with tempfile.TemporaryDirectory() as folder:
        lines = asyncio.run(Looks(Path(folder), nodes).measure())
    return [
        f"{nodes} nodes; CPU time of the event loop. Evaluating: sight, rules and what is due. Memory: on top of a "
        "panel without alerts.",
        "",
        "| | open then | evaluating, median | most | longest stand-still of the loop | memory |",
        "| --- | --- | --- | --- | --- | --- |",
        *lines,
    ]


if __name__ == "__main__":
    print("\n".join(look_cost(10_000)))
