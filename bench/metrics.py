"""What GET /metrics costs the panel, compared with prometheus_client for the same series, and whether agents notice.

    python bench/metrics.py                            1,000 and 10,000 nodes; writes results/metrics.md
    python bench/metrics.py --nodes 20 --repeat 2 --turns 1 --seconds 5 --settle 1 --no-save

A thread of this process makes the answers, while an event loop beside it counts how late it is. Agents' answers are
measured with a panel in a process of its own, not scraped and scraped in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop
from cluster import ROOT, keep, make_config, running_nodes, running_panel, told_by
from load import address, hostname
from processes import cpu_seconds, machine, running
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.openmetrics.exposition import generate_latest
from session import Session

from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.services.exposition import exposition
from minipanel.services.gzipped import gzipped
from minipanel.services.live import Live, Seen
from minipanel.services.series import node_families

PAUSE_SECONDS = 0.001

INTERVAL = 5


@dataclass
class Made:
    """What it takes to make an answer in one way (medians), and how late a loop beside it is."""

    name: str
    size_bytes: int
    milliseconds: float
    megabytes: float
    late_milliseconds: float

    def row(self, nodes: int) -> str:
        """Return it as a row of a table."""
        size = self.size_bytes / 1e6
        return (
            f"| {nodes:,} | {self.name} | {size:.2f} MB | {self.milliseconds:.1f} ms | {self.megabytes:.0f} MB | "
            f"{self.late_milliseconds:.1f} ms |"
        )


@dataclass
class Side:
    """What agents saw and what the panel used, in all spans with scrapes or in all spans without."""

    name: str
    answer_milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0
    cpu_seconds: float = 0
    spans: list[tuple[float, float]] = field(default_factory=list)

    def row(self, nodes: int) -> str:
        """Return it as a row of a table."""
        times = sorted(self.answer_milliseconds)
        p50, p99 = (times[min(len(times) - 1, len(times) * p // 100)] for p in (50, 99))
        percent = 100 * self.cpu_seconds / self.seconds
        return f"| {nodes:,} | {self.name} | {len(times):,} | {p50:.0f} ms | {p99:.0f} ms | {percent:.1f} % |"


def main() -> None:
    """Measure, print, keep the result."""
    options = read_arguments()
    made = {nodes: measure_making(nodes, options.repeat) for nodes in options.nodes}
    sides = {nodes: measure_agents(nodes, options) for nodes in options.nodes}
    keep("" if options.no_save else "metrics", report(options, made, sides))


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = "separated by commas"
    parser.add_argument("--nodes", type=lambda text: [*map(int, text.split(","))], default=[1000, 10_000], help=sizes)
    parser.add_argument("--repeat", type=int, default=30, help="how many answers are made in each way")
    parser.add_argument("--turns", type=int, default=4, help="how often the panel is first not scraped, then scraped")
    parser.add_argument("--seconds", type=int, default=15, help="for each")
    parser.add_argument("--settle", type=int, default=15, help="seconds before that")
    parser.add_argument("--no-save", action="store_true", help="only print")
    return parser.parse_args()


def measure_making(nodes: int, repeat: int) -> list[Made]:
    """Return what the panel's own code takes, with and without compression, and what prometheus_client takes."""
    live = full_live(nodes)
    registry = CollectorRegistry()
    registry.register(Peer(live))

    def own() -> bytes:
        return exposition(node_families(live.seen()), "openmetrics")

    whole = own()
    ways: dict[str, Callable[[], bytes]] = {
        "MiniPanel": own,
        "and gzip": lambda: gzipped(whole),
        "prometheus_client": lambda: generate_latest(registry),
    }
    return [measured(name, make, repeat if make is own else max(2, repeat // 3)) for name, make in ways.items()]


def full_live(count: int) -> Live:
    """Return what the panel knows when all nodes report."""
    live = Live(5)
    nodes = [Node(k, hostname(k), address(k), hostname(k), True) for k in range(1, count + 1)]
    live.replace(nodes, {})
    now = int(time.time()) // 5 * 5
    for node in nodes:
        k = node.id
        used = k * 26_214_400 % 2**38
        live.take(node, [Sample(node.hostname, now, k * 7919 % 10_000 / 100, 2**38, used, 30 + k % 600 / 10)])
        live.note_agent(node, "0.1.0", "coretemp Package id 0", round(k % 1000 / 1000 - 0.5, 3))
    return live


def measured(name: str, make: Callable[[], bytes], repeat: int) -> Made:
    """Return what making takes."""
    size = len(make())
    tracemalloc.start()
    make()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.collect()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        times, late = runner.run(make_beside_a_loop(make, repeat))
    return Made(name, size, 1e3 * statistics.median(times), peak / 1e6, 1e3 * statistics.median(late))


async def make_beside_a_loop(make: Callable[[], bytes], repeat: int) -> tuple[list[float], list[float]]:
    """Make answers on a thread; return the CPU seconds of each, and the loop's greatest delay meanwhile."""
    times, late = [], []
    for _ in range(repeat):
        task = asyncio.create_task(asyncio.to_thread(timed, make))
        worst = 0.0
        while not task.done():
            begin = time.perf_counter()
            await asyncio.sleep(PAUSE_SECONDS)
            worst = max(worst, time.perf_counter() - begin - PAUSE_SECONDS)
        times.append(await task)
        late.append(worst)
    return times, late


def timed(make: Callable[[], bytes]) -> float:
    """Return what making takes, in CPU time of this thread: other work on the machine does not count."""
    began = time.thread_time()
    make()
    return time.thread_time() - began


class Peer:
    """A collector of prometheus_client with the same series."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        """Yield the families of the nodes."""
        seen = self._live.seen()
        for name, value_of in VALUES.items():
            family = GaugeMetricFamily(f"minipanel_node_{name}", name, labels=["node"])
            for node in seen:
                family.add_metric([node.hostname], value_of(node))
            yield family
        about = InfoMetricFamily("minipanel_node", "what is known of it")
        for node in seen:
            own = {"node": node.hostname, "name": node.name, "version": node.agent_version, "sensor": node.sensor}
            about.add_metric([], own)
        yield about


VALUES: dict[str, Callable[[Seen], Any]] = {
    "up": lambda node: int(node.state == "up"),
    "last_sample_timestamp_seconds": lambda node: node.last_seen,
    "cpu_usage_ratio": lambda node: node.newest.cpu_percent / 100,
    "memory_total_bytes": lambda node: node.newest.memory_total,
    "memory_used_bytes": lambda node: node.newest.memory_used,
    "cpu_temperature_celsius": lambda node: node.newest.cpu_temp,
    "clock_skew_seconds": lambda node: node.clock_skew_seconds,
}


def measure_agents(nodes: int, options: argparse.Namespace) -> list[Side]:
    """Return what agents see of one panel while it is not scraped and while it is.

    Both take turns, so that other work on the machine affects them equally.
    """
    sides = [Side("not scraped"), Side("scraped every 5 s")]
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder, contextlib.ExitStack() as on:
        config, diary = make_config(Path(folder), nodes), Path(folder) / "diary"
        panel = on.enter_context(running_panel(config))
        seconds = options.settle + 2 * options.turns * options.seconds + INTERVAL
        load = on.enter_context(running_nodes(config, seconds, 0, "--diary", str(diary)))
        time.sleep(options.settle + INTERVAL)  # the load begins with an interval
        for _ in range(options.turns):
            measure_span(sides[0], panel.pid, options.seconds)
            with scraping(config.server.port):
                measure_span(sides[1], panel.pid, options.seconds)
        told_by(load, seconds + 120)
        take_answers(sides, diary)
    return sides


def measure_span(side: Side, panel: int, seconds: float) -> None:
    """Note what the panel uses for a while."""
    before, began = cpu_seconds(panel), time.time()
    time.sleep(seconds)
    side.spans.append((began, time.time()))
    side.seconds += time.time() - began
    side.cpu_seconds += cpu_seconds(panel) - before


def take_answers(sides: list[Side], diary: Path) -> None:
    """Sort the answers of all agents by whether the panel was being scraped when the request was sent."""
    for line in diary.read_text().splitlines():
        sample = json.loads(line)
        for side in sides:
            if any(begin <= sample["sent"] < end for begin, end in side.spans):
                side.answer_milliseconds.append(1e3 * (sample["answered"] - sample["sent"]))


@contextlib.contextmanager
def scraping(port: int) -> Iterator[subprocess.Popen[str]]:
    """Let another process scrape the panel as Prometheus does, while the block runs."""
    with running([sys.executable, str(ROOT / "bench" / "scraper.py"), str(port), Session(port).token]) as scraper:
        yield scraper


def report(options: argparse.Namespace, made: dict[int, list[Made]], sides: dict[int, list[Side]]) -> str:
    """Return the result as a page."""
    lines = [
        f"# GET /metrics: {', '.join(f'{nodes:,}' for nodes in options.nodes)} nodes",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}. OpenMetrics, eight series per node; the median of "
        f"{options.repeat}. Made on a thread; the loop beside it sleeps 1 ms at a time, and the worst delay counts.",
        "",
        "| nodes | made by | size | CPU time | memory at most | the loop is late by |",
        "| --- | --- | --- | --- | --- | --- |",
        *(each.row(nodes) for nodes, ways in made.items() for each in ways),
        "",
        f"Agents beside it, tokens: {options.turns} times {options.seconds} s each, in turn.",
        "",
        "| nodes | the panel | answers | p50 | p99 | the panel, of one core |",
        "| --- | --- | --- | --- | --- | --- |",
        *(side.row(nodes) for nodes, both in sides.items() for side in both),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
