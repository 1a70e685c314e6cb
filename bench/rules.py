"""What the rules cost: all of them at 10,000 nodes, at each tick on the loop and now and then in a thread.

    python bench/rules.py                  10,000 nodes; writes bench/results/rules.md
    python bench/rules.py --nodes 500      a look, written nowhere

A real panel with its database runs in this process. Each node has its last hour at 5 s and a day of records. Ticks are
measured with all nodes well, with agents of another version, with all nodes as bad as they can be, and with all silent.
CPU: what the tick itself used of the event loop. Held: the most CPU time that the event loop's thread used before
another task had its turn.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Coroutine, Generator, Sequence
from pathlib import Path
from typing import Any

import uvloop
from cluster import ROOT, keep
from processes import machine, resident_mb

sys.path.append(str(ROOT))
from minipanel import __version__
from minipanel.alerts.alerts import Alerts, settings_of
from minipanel.alerts.config import AlertsConfig
from minipanel.alerts.desk import Desk
from minipanel.alerts.hours import Hours
from minipanel.alerts.watch import Watch
from minipanel.models.sample import Sample
from minipanel.services.panel import Panel
from minipanel.serving.server import COLLECT_AT, SWITCH_SECONDS
from tests.alerts.running import cluster_config

NODES = 10_000
TICKS = 30
START = 1_790_000_000


class Time:
    """The panel's clock and uptime, moved by hand."""

    now = START


def fill(panel: Panel, seconds: int, **values: float) -> None:
    """Give each node samples for this long, five seconds apart, with memory that grows a little."""
    whole = {"cpu_percent": 100.0, "memory_total": 2**38, "memory_used": 2**37, "cpu_temp": 70.0} | values
    for node in panel.directory.nodes:
        for place in range(0, seconds, 5):
            sample = Sample(node.hostname, Time.now - seconds + 5 + place, **whole)
            panel.live.take(node, [sample])
    panel.live.look()


class Timed:
    """An awaitable that notes the CPU time of its own steps, and of nothing that runs between them."""

    def __init__(self, work: Coroutine[Any, Any, Any]) -> None:
        self._work = work
        self.seconds = 0.0

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._work.__await__()
        while True:
            began = time.thread_time()
            try:
                waits_for = next(steps)
            except StopIteration:
                return
            finally:
                self.seconds += time.thread_time() - began
            yield waits_for


async def finish(work: Awaitable[None]) -> None:
    """Do work as a task."""
    await work


async def measure(work: Coroutine[Any, Any, Any]) -> tuple[float, float]:
    """Return the milliseconds of CPU that work took on the event loop, and for how many the loop was held at most."""
    timed, held, last = Timed(work), 0.0, time.thread_time()
    task = asyncio.create_task(finish(timed))
    while not task.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        held, last = max(held, now - last), now
        await asyncio.sleep(0.0005)
    await task
    return 1e3 * timed.seconds, 1e3 * held


async def ticks(alerts: Alerts, panel: Panel, is_silent: bool, **values: float) -> list[tuple[float, float]]:
    """Return what measure returns of each tick."""
    found = []
    for _ in range(TICKS):
        Time.now += 5
        if not is_silent:
            fill(panel, 5, **values)
        panel.live.look()
        await asyncio.sleep(0.05)  # what the tick before has begun
        found.append(await measure(alerts.tick()))
    return found


def row_of(what: str, found: Sequence[tuple[float, float]]) -> str:
    """Return a row of the table, and show it."""
    took = [each for each, _ in found]
    held = max(each for _, each in found)
    row = f"| {what} | {statistics.median(took):.1f} ms | {max(took):.1f} ms | {held:.0f} ms |"
    print(row, file=sys.stderr)
    return row


async def nobody(_ip: str, _port: int) -> bool:
    """Answer for a silent node, as if it did not."""
    await asyncio.sleep(0.001)
    return False


async def measured(nodes: int) -> list[str]:
    """Return the rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        panel = Panel(
            cluster_config(Path(folder), nodes), lambda: float(Time.now), lambda: float(Time.now - START + 9000)
        )
        await panel.start()
        Time.now += 3600
        fill(panel, 3600)
        gc.collect()
        gc.freeze()  # as the panel does
        gc.set_threshold(*COLLECT_AT)
        sys.setswitchinterval(SWITCH_SECONDS)
        before = resident_mb(os.getpid())
        alerts = Alerts(panel, nobody)
        await alerts.start(is_looking=False)
        hours = Hours(panel)
        rows = []
        for what, is_silent, values in (
            ("all well, at work", False, {}),
            ("all agents of another version", False, {}),
            ("all hot, memory full", False, {"cpu_temp": 99.0, "memory_used": 0.99 * 2**38}),
            ("all silent", True, {}),
        ):
            alerts.watch = Watch(settings_of(AlertsConfig(), panel.directory.nodes))
            for node in panel.directory.nodes:
                panel.live.note_agent(node, "other" if "version" in what else __version__, None, 0.0)
            rows.append(row_of(f"a tick: {what}", await ticks(alerts, panel, is_silent, **values)))
        desk, node = Desk(panel, alerts), panel.directory.nodes[0]
        explained = [await measure(desk.explain(node)) for _ in range(TICKS)]
        rows.append(row_of("how the rules judge one node, while all are silent", explained))
        fill(panel, 5)
        for what, values in (("no node's memory rises", {}), ("every node's does", {"memory_used": 0.6 * 2**38})):
            Time.now += 5
            fill(panel, 5, **values)
            began = time.perf_counter()
            task = asyncio.create_task(hours.look())
            worst, last = 0.0, began
            while not task.done():
                await asyncio.sleep(0.001)
                now = time.perf_counter()
                worst, last = max(worst, now - last), now
            await task
            late, took_ms = 1e3 * worst, 1e3 * (time.perf_counter() - began)
            row = f"| every ten minutes, in a thread: {what} | {took_ms:.0f} ms | | late by {late:.0f} ms |"
            rows.append(row)
            print(row, file=sys.stderr)
        gc.collect()
        rows.append(f"| memory on top of the nodes' own | {resident_mb(os.getpid()) - before:.1f} MB | | |")
        await alerts.close()
        await panel.close()
    return rows


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=NODES)
    nodes = parser.parse_args().nodes
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the panel does
        rows = runner.run(measured(nodes))
    text = "\n".join(
        [
            "# What the rules cost",
            "",
            f"{nodes:,} nodes, all rules; {machine()}. `python bench/rules.py`",
            "",
            "| what | CPU, median | most | the loop is held |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )
    keep("rules" if nodes == NODES else "", text)


if __name__ == "__main__":
    main()
