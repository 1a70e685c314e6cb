"""What the panel costs while N nodes report, compared with Prometheus scraping as many targets in the same run.

    python bench/ingest.py                                    100, 1,000 and 10,000 nodes; writes results/ingest.md
    python bench/ingest.py --nodes 10000 --seconds 600 --settle 60 --credentials munge --save-as ingest-10000
    python bench/ingest.py --nodes 20 --seconds 15 --settle 5 --no-peer --save-as ''

All load comes over loopback, from processes other than those measured, and ends on its own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from cluster import (
    ROOT,
    keep,
    make_config,
    missing_munged,
    process_id,
    running_munged,
    running_nodes,
    running_page,
    running_panel,
    told_by,
)
from load import address
from processes import cpu_seconds, free_port, machine, resident_mb, running, wait_for_port, written_mb

INTERVAL = 5
PEER_NODES = 1000
"""Prometheus is measured up to this many nodes: for more, the targets would need more than a core."""


@dataclass
class Cost:
    """What a process used while it handled `samples` in `seconds`."""

    name: str
    samples: int
    seconds: float
    cpu_seconds: float
    resident_mb: float
    written_mb: float

    @property
    def microseconds(self) -> float:
        """CPU time per sample."""
        return 1e6 * self.cpu_seconds / self.samples

    def cells(self) -> str:
        """Return the figures as cells of a table."""
        percent = 100 * self.cpu_seconds / self.seconds
        gigabytes = self.written_mb / self.seconds * 86.4
        return f"{self.microseconds:.0f} µs | {percent:.1f} % | {self.resident_mb:.0f} MB | {gigabytes:.0f} GB"


@dataclass
class Round:
    """One size of cluster with one kind of credential: what each process used and what the agents saw."""

    nodes: int
    credentials: str
    costs: list[Cost]
    told: dict[str, Any]
    kept: int = 0
    """How many samples the database holds at the end."""


def main() -> None:
    """Measure, print, keep the result."""
    options = read_arguments()
    has_peer = shutil.which("prometheus") and not options.no_peer
    rounds: list[Round] = []
    peers: list[tuple[int, Cost]] = []
    # In turn, so that both sides of a ratio get the same machine: its speed changes over time.
    for _ in range(options.repeat):
        for nodes in options.nodes:
            rounds += [measure_panel(nodes, credentials, options) for credentials in options.credentials]
            if has_peer and nodes <= PEER_NODES:
                peers.append((nodes, measure_prometheus(nodes, options)))
    keep(options.save_as, report(options, rounds, peers))


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    kinds = ["token"] if missing_munged() else ["munge", "token"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=numbers, default=[100, 1000, 10_000], help="separated by commas")
    parser.add_argument("--seconds", type=int, default=45, help="for each size")
    parser.add_argument("--settle", type=int, default=15, help="seconds of these that are not counted")
    parser.add_argument("--credentials", type=lambda text: text.split(","), default=kinds, help="munge, token or both")
    parser.add_argument("--repeat", type=int, default=1, help="turns; the ratio is the median of the turns' ratios")
    parser.add_argument("--no-peer", action="store_true", help="without Prometheus")
    parser.add_argument("--save-as", default="ingest", help="name below results/; empty: only print")
    return parser.parse_args()


def numbers(text: str) -> list[int]:
    """100,1000 -> [100, 1000]"""
    return [int(part) for part in text.split(",")]


def measure_panel(nodes: int, credentials: str, options: argparse.Namespace) -> Round:
    """Return the costs of the panel and of munged, and what the agents saw."""
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder, contextlib.ExitStack() as on:
        munge_socket = on.enter_context(running_munged()) if credentials == "munge" else None
        config = make_config(Path(folder), nodes, INTERVAL, munge_socket)
        with running_panel(config) as panel:
            watched = [(panel.pid, "panel")]
            watched += [(process_id(munge_socket), "munged")] if munge_socket else []
            on.enter_context(running_page(config, 2 * options.seconds))
            load = on.enter_context(running_nodes(config, options.seconds, options.settle))
            watched.append((load.pid, "the simulated agents"))
            costs = watch(watched, nodes, options)
            told = told_by(load, 2 * options.seconds + 60)
        return Round(nodes, credentials, costs, told, samples_in(config.database.path))


def watch(processes: Iterable[tuple[int, str]], nodes: int, options: argparse.Namespace) -> list[Cost]:
    """Return what each process uses over whole intervals, once the cluster has settled."""
    time.sleep(options.settle + INTERVAL)  # the load begins with an interval
    seconds = max(INTERVAL, options.seconds - options.settle - 2 * INTERVAL)
    before = [(pid, name, cpu_seconds(pid), written_mb(pid)) for pid, name in processes]
    began = time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    samples = nodes * seconds // INTERVAL
    return [
        Cost(name, samples, took, cpu_seconds(pid) - cpu, resident_mb(pid), written_mb(pid) - written)
        for pid, name, cpu, written in before
    ]


def samples_in(path: Path) -> int:
    """Return how many samples a database's records are made of."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        counts = [
            connection.execute(f"SELECT coalesce(sum(samples), 0) FROM {table}").fetchone()[0]
            for table in ("system_metrics", "pending_metrics", "filling_metrics")
        ]
    return sum(counts)


def measure_prometheus(nodes: int, options: argparse.Namespace) -> Cost:
    """Return what Prometheus uses when it scrapes as many targets, each with the five values of a sample."""
    port, own = free_port(), free_port()
    targets = ", ".join(f"'{address(k)}:{port}'" for k in range(1, nodes + 1))
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder, contextlib.ExitStack() as on:
        config = Path(folder) / "prometheus.yml"
        config.write_text(
            f"global: {{scrape_interval: {INTERVAL}s}}\n"
            f"scrape_configs: [{{job_name: nodes, static_configs: [{{targets: [{targets}]}}]}}]\n"
        )
        on.enter_context(running([sys.executable, str(ROOT / "bench" / "targets.py"), str(port)]))
        command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/tsdb"]
        command += [f"--web.listen-address=127.0.0.1:{own}", "--log.level=error"]
        prometheus = on.enter_context(running(command))
        wait_for_port(own)
        return watch([(prometheus.pid, "Prometheus")], nodes, options)[0]


def report(options: argparse.Namespace, rounds: list[Round], peers: list[tuple[int, Cost]]) -> str:
    """Return the result as a page."""
    measured = options.seconds - options.settle - 2 * INTERVAL
    lines = [
        f"# Ingest: {', '.join(f'{nodes:,}' for nodes in options.nodes)} nodes at {INTERVAL} s",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()} with the simulated agents and munged. "
        f"{measured} s of {options.seconds} s each, real HTTP, durable (synchronous = FULL), one page open. "
        f"The machine's load at the end: {os.getloadavg()[1]:.1f}.",
        "",
        "| nodes | credentials | process | CPU per sample | of one core | resident | written per day |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(row for each in rounds for row in cost_rows(each)),
        *(f"| {nodes:,} | | {cost.name} | {cost.cells()} |" for nodes, cost in peers),
        "",
        "| nodes | credentials | answers | p50 | p99 | max | refused | refused at first | after the next tick | lost |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(answer_row(each) for each in rounds),
        "",
        *ratios(rounds, peers),
        f"At first: in the first {options.settle} s, when all connect. Lost: samples that were "
        "answered as stored but are not in the records at the end. "
        "munged's share includes making the credentials; on a cluster the nodes do that.",
    ]
    return "\n".join(lines) + "\n"


def cost_rows(each: Round) -> Iterable[str]:
    """Yield a row for each process of a round."""
    return (f"| {each.nodes:,} | {each.credentials} | {cost.name} | {cost.cells()} |" for cost in each.costs)


def ratios(rounds: list[Round], peers: list[tuple[int, Cost]]) -> Iterable[str]:
    """Yield a line for each kind of round that has a peer: the panel's figures as ratios to Prometheus'.

    A ratio is taken within each turn, then their median: between turns the machine's speed changes by half.
    """
    for nodes, credentials in dict.fromkeys((each.nodes, each.credentials) for each in rounds):
        own = [each.costs[0] for each in rounds if (each.nodes, each.credentials) == (nodes, credentials)]
        others = [cost for of_nodes, cost in peers if of_nodes == nodes]
        if others:
            cpu, memory = (
                [of(each) / of(other) for each, other in zip(own, others, strict=True)]
                for of in (attrgetter("microseconds"), attrgetter("resident_mb"))
            )
            times = f" (medians of {len(own)} turns: {min(cpu):.2f} to {max(cpu):.2f})" if len(own) > 1 else ""
            parts = f"{statistics.median(cpu):.2f} of Prometheus' CPU, {statistics.median(memory):.2f} of its memory"
            yield f"{nodes:,} nodes, {credentials}: {parts}{times}."
            yield ""


def answer_row(each: Round) -> str:
    """Return what the agents saw as a row of a table."""
    told = each.told
    refused = ", ".join(f"{count} × {status}" for status, count in told["refused"].items()) or "none"
    return (
        f"| {each.nodes:,} | {each.credentials} | {told['answered']} | {told['p50']:.0f} ms | {told['p99']:.0f} ms | "
        f"{told['max']:.0f} ms | {refused} | {told['settling_refused']} | {told['late']} | "
        f"{told['stored'] - each.kept} |"
    )


if __name__ == "__main__":
    main()
