"""What a day writes to the disk: the real store, its moving, deletion and hours, with a simulated clock.

    python bench/disk.py                             1,000 nodes, two hours after one; writes results/disk.md
    python bench/disk.py --nodes 20 --hours 0.1 --warm-up 0.02 --no-save

Samples are grouped as in the panel, by when agents report and by gather_seconds of services/ingest. No time passes
between two groups. The kernel counts what is written (proc(5), write_bytes): the log, each commit forced, and what
checkpoints copy from it into the database. The database has a day of records; old ones are deleted as new ones come.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from cluster import keep, make_config
from load import hostname
from month import write_month
from processes import machine, written_mb

from minipanel.database.evidence import Notes
from minipanel.database.store import Job, Store
from minipanel.models.sample import Sample
from minipanel.services.hours import LOOK_SECONDS, Hours
from minipanel.services.ingest import DAY_SECONDS, Ingest, gather_seconds
from minipanel.services.retention import FORGET_SECONDS, SEAL_SECONDS, TOGETHER_SECONDS, Retention

INTERVAL = 5
NOTES_SECONDS = 30
COMMIT_SECONDS = 0.005
KEPT_DAYS = 1

WORK = {"finish": "records finished", "seal": "records moved into the history"}
"""By the method of Store that made the job."""


class Driven:
    """Replaces Ingest: does each job at once and counts what it wrote."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = 0.0
        self.written: Counter[str] = Counter()
        self.work = ""
        self.commits = 0

    def clock(self) -> float:
        """Return the simulated time."""
        return self.now

    def oldest(self, days: int = KEPT_DAYS) -> int:
        """Return the timestamp before which records are too old."""
        return int(self.now) - days * DAY_SECONDS

    async def run(self, job: Job) -> Any:
        """Do one job in a transaction."""
        self.work = WORK.get(job.__qualname__.split(".")[1], self.work)
        return self.do([job])[0]

    def do(self, jobs: list[Job]) -> list[Any]:
        """Do jobs in one transaction."""
        before = written_mb(os.getpid())
        results = self.store.run(jobs)
        self.written[self.work] += written_mb(os.getpid()) - before
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results


def main() -> None:
    """Fill and run for each gathering time, print, keep."""
    options = read_arguments()
    rounds = [measure(gather, options) for gather in options.gather]
    keep("" if options.no_save else "disk", report(rounds, options))


def measure(gather: float, options: argparse.Namespace) -> Driven:
    """Return what was written with this gathering time."""
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder:
        config = make_config(Path(folder), options.nodes)
        # Two hours more than is kept, so that one deletion falls into the time that is counted.
        start = int(time.time()) // 3600 * 3600
        write_month(config, KEPT_DAYS + (TOGETHER_SECONDS + 3600 * (1 - options.warm_up)) / DAY_SECONDS, start)
        store = Store(config.database.path)
        driven = Driven(store)
        asyncio.run(simulate(driven, start, gather, options))
        store.close()
        return driven


def seconds(text: str) -> list[float]:
    """0.05,0.15 -> [0.05, 0.15]"""
    return [float(part) for part in text.split(",")]


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--hours", type=float, default=2, help="simulated hours that are counted")
    parser.add_argument("--warm-up", type=float, default=1.1, help="hours before that, not counted")
    parser.add_argument(
        "--gather", type=seconds, help="seconds that a group waits, comma-separated; default: the panel's"
    )
    parser.add_argument("--no-save", action="store_true", help="only print")
    options = parser.parse_args()
    options.gather = options.gather or [gather_seconds(options.nodes)]
    return options


async def simulate(driven: Driven, start: int, gather: float, options: argparse.Namespace) -> None:
    """Simulate the hours."""
    ingest = cast("Ingest", driven)
    retention = Retention(driven.store, ingest, driven.clock)
    hours = Hours(driven.store, ingest, 400, driven.clock)
    groups = list(grouped(options.nodes, gather))
    counted, end = start + int(3600 * options.warm_up), start + int(3600 * (options.warm_up + options.hours))
    for tick in range(start + INTERVAL, end, INTERVAL):
        if counted <= tick < counted + INTERVAL:
            driven.written.clear()
            driven.commits = 0
        driven.work = "samples"
        for group in groups:
            driven.do([driven.store.write_samples(node, [sample(node, tick)], driven.oldest()) for node in group])
            driven.commits += 1
        driven.now = tick + INTERVAL - 1.0
        for every, work, steps in (
            (SEAL_SECONDS, "", [retention.seal]),
            (LOOK_SECONDS, "hours", [hours.make]),
            (FORGET_SECONDS, "deletion", [retention.forget, hours.forget]),
        ):
            if tick % every == 0:
                driven.work = work
                for step in steps:
                    await step()
        if tick % NOTES_SECONDS == 0:
            driven.work = "notes of the panel's run"
            driven.do([driven.store.note(Notes((start, tick), True, (), (), (), "boot", {}))])


def grouped(nodes: int, gather: float) -> Iterator[list[int]]:
    """Yield the nodes whose samples are committed together: what has arrived by then, as in services/batch."""
    spread = min(4.0, nodes / 500)
    turns = sorted((zlib.crc32(hostname(node).encode()) % 1000 / 1000 * spread, node) for node in range(1, nodes + 1))
    free_at = 0.0
    while turns:
        until = max(turns[0][0], free_at) + gather
        group = [node for turn, node in turns if turn <= until]
        turns = turns[len(group) :]
        free_at = until + COMMIT_SECONDS
        yield group


def sample(node: int, tick: int) -> Sample:
    """Return a sample of a node with as many digits as real ones have."""
    cpu = random.randint(0, 1000) / 10
    used = ((20 << 30) + random.randint(0, 1 << 33)) // 1024 * 1024
    return Sample(hostname(node), tick, cpu, 1 << 37, used, random.randint(300, 900) / 10)


def report(rounds: list[Driven], options: argparse.Namespace) -> str:
    """Return the result as a page."""
    a_day = 24 / options.hours / 1000
    samples = options.nodes * options.hours * 3600 / INTERVAL
    head = (
        f"{1000 * gather:g} ms, {samples / driven.commits:.0f} samples"
        for gather, driven in zip(options.gather, rounds, strict=True)
    )
    works = [work for work, _ in rounds[0].written.most_common()]
    totals = [sum(driven.written.values()) for driven in rounds]
    lines = [
        f"# The disk: {options.nodes:,} nodes at {INTERVAL} s, {options.hours:g} simulated hours",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}. Each commit forced (synchronous = FULL). Written "
        f"per day, by how long a commit waits for more samples, and how many it then has; the panel waits "
        f"{1000 * gather_seconds(options.nodes):g} ms.",
        "",
        f"| what | {' | '.join(head)} |",
        f"| --- |{' --- |' * len(rounds)}",
        *(row(work, [driven.written[work] * a_day for driven in rounds]) for work in works),
        row("total", [total * a_day for total in totals]),
        "",
        f"The total is {' or '.join(f'{1e6 * total / samples:.0f}' for total in totals)} bytes per sample. With as "
        "many targets Prometheus wrote 2 GB per day ([ingest](ingest.md)); it keeps samples in memory for two hours, "
        "and its log is not forced to the disk.",
    ]
    return "\n".join(lines) + "\n"


def row(what: str, gigabytes: list[float]) -> str:
    """Return a row of the table."""
    return f"| {what} | {' | '.join(f'{each:.2f} GB' for each in gigabytes)} |"


if __name__ == "__main__":
    main()
