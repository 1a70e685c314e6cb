"""What a whole cluster's past costs: raster, the cluster's own past and lines, while all nodes report.

    python bench/raster.py                          1,000 and 5,000 nodes; writes results/raster.md
    python bench/raster.py --nodes 20 --repeat 1 --settle 1 --no-save

The database has records of a day and hours of a year; with more nodes than a year can be drawn for, hours of a month.
Meanwhile a second connection asks for /api/health repeatedly. The slowest answer shows how late the event loop was at
most. Without the time for which panel and client waited for a core, it shows how long the loop was held. A row
"nothing" shows the same while nobody asks for the past.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cluster import keep, make_config, running_nodes, running_panel
from load import hostname
from month import write_month
from processes import cpu_seconds, machine
from session import Session

from minipanel.config import Config
from minipanel.database.connection import open_writer
from minipanel.database.packing import PART, SCALE, empty_day, pack
from minipanel.models.hour import HOURS, day_id, day_number
from minipanel.services.raster import MAX_DAYS

YEAR_DAYS = 365
PACKED_DAYS = 500
"""How many different days there are; each node has another one every day."""

PERIODS = {"1d": 1, "7d": 7, "1m": 30, "1y": YEAR_DAYS}
NOTHING_SECONDS = 2.0
PAUSE_SECONDS = 0.002


@dataclass(frozen=True)
class Asked:
    """One question, asked several times: medians, and the longest time for which the loop was held."""

    nodes: int
    what: str
    period: str
    seconds: float
    cpu_seconds: float
    size_bytes: int
    late_seconds: float
    held_seconds: float

    def row(self) -> str:
        """Return it as a row of a table."""
        return (
            f"| {self.nodes:,} | {self.what} | {self.period} | {self.seconds:.2f} s | {self.cpu_seconds:.2f} s | "
            f"{self.size_bytes / 1000:.0f} kB | {1000 * self.late_seconds:.0f} ms | {1000 * self.held_seconds:.0f} ms |"
        )


def main() -> None:
    """Measure, print, keep the result."""
    options = read_arguments()
    asked = [each for nodes in options.nodes for each in measure(nodes, options)]
    keep("" if options.no_save else "raster", report(options, asked))


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = "separated by commas"
    parser.add_argument("--nodes", type=lambda text: [*map(int, text.split(","))], default=[1000, 5000], help=sizes)
    parser.add_argument("--repeat", type=int, default=5, help="how often each question is asked, after one to warm up")
    parser.add_argument("--settle", type=int, default=20, help="seconds from the start to the first question")
    parser.add_argument("--no-save", action="store_true", help="only print")
    return parser.parse_args()


def measure(nodes: int, options: argparse.Namespace) -> list[Asked]:
    """Return what all questions take while this many nodes report."""
    periods = [period for period, days in PERIODS.items() if nodes * (days + 2) <= MAX_DAYS]
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder, contextlib.ExitStack() as on:
        config = make_config(Path(folder), nodes)
        write_month(config, 1)
        write_hours(config, PERIODS[periods[-1]])
        panel = on.enter_context(running_panel(config))
        seconds = options.settle + 60 * len(periods) * (options.repeat + 1)
        on.enter_context(running_nodes(config, seconds))
        time.sleep(options.settle)
        of_set = f"nodes={hostname(1)[:1]}[{hostname(1)[1:]}-{hostname(nodes)[1:]}]"
        ways = {
            "raster": f"/api/metrics/raster?{of_set}&metric=cpu_percent",
            "cluster": "/api/metrics/cluster?columns=1000",
            "lines": f"/api/metrics/spread?{of_set}",
        }
        return [
            nothing(config, panel, nodes, options.repeat),
            *(
                ask(config, panel, nodes, what, path, period, options.repeat)
                for what, path in ways.items()
                for period in periods
            ),
        ]


def write_hours(config: Config, length: int) -> None:
    """Write hours of this many days beside the records, and mark them as complete."""
    dice = random.Random(1)
    days = [packed_day(dice) for _ in range(PACKED_DAYS)]
    today = day_number(int(time.time()))
    with closing(open_writer(config.database.path)) as connection:
        connection.execute("BEGIN")
        rows = (
            (day_id(node, day), days[(node * 7 + day) % PACKED_DAYS])
            for day in range(today - length - 1, today)
            for node in range(1, len(config.nodes) + 1)
        )
        connection.executemany("INSERT OR REPLACE INTO hours (id, packed) VALUES (?, ?)", rows)
        connection.execute("UPDATE hours_until SET timestamp = ?", (int(time.time()) // 3600 * 3600,))
        connection.execute("COMMIT")


def packed_day(dice: random.Random) -> bytes:
    """Return a day of a node that is busy at times."""
    day = empty_day()
    for name, part in PART.items():
        if part.is_total:
            day.totals[name] = 2**38
        elif part.is_count:
            day.columns[name] = [720] * HOURS
        else:
            day.columns[name] = [dice.randint(0, 100 * SCALE) for _ in range(HOURS)]
    return pack(day)


def ask(
    config: Config, panel: subprocess.Popen[str], nodes: int, what: str, path: str, period: str, repeat: int
) -> Asked:
    """Return what one question takes, once the database's pages are in memory."""
    session = Session(config.server.port, takes_gzip=True)
    path = f"{path}&period={period}"
    size = len(session.request("GET", path))
    times, cpu, waits = [], [], []
    for _ in range(repeat):
        before, began = cpu_seconds(panel.pid), time.perf_counter()
        with watched(config.server.port, panel.pid) as waited:
            session.request("GET", path)
        times.append(time.perf_counter() - began)
        cpu.append(cpu_seconds(panel.pid) - before)
        waits += waited
    return Asked(nodes, what, period, statistics.median(times), statistics.median(cpu), size, *longest(waits))


def nothing(config: Config, panel: subprocess.Popen[str], nodes: int, repeat: int) -> Asked:
    """Return what the panel takes while nobody asks for the past."""
    before = cpu_seconds(panel.pid)
    with watched(config.server.port, panel.pid) as waited:
        time.sleep(NOTHING_SECONDS * repeat)
    cpu = (cpu_seconds(panel.pid) - before) / repeat
    return Asked(nodes, "nothing", "–", NOTHING_SECONDS, cpu, 0, *longest(waited))


@contextlib.contextmanager
def watched(port: int, pid: int) -> Iterator[list[tuple[float, float]]]:
    """Ask for the panel's health while the block runs; yield how long answers took, with and without core waits."""
    waited: list[tuple[float, float]] = []
    is_over = threading.Event()

    def watch() -> None:
        session, own = Session(port), threading.get_native_id()
        while not is_over.is_set():
            queued, began = queued_seconds(pid) + queued_seconds(own), time.perf_counter()
            session.request("GET", "/api/health")
            late = time.perf_counter() - began
            waited.append((late, max(0.0, late - (queued_seconds(pid) + queued_seconds(own) - queued))))
            time.sleep(PAUSE_SECONDS)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield waited
    finally:
        is_over.set()
        watcher.join()


def queued_seconds(thread: int) -> float:
    """Return how long a thread has waited for a core so far (Documentation/scheduler/sched-stats.rst)."""
    return int(Path(f"/proc/{thread}/schedstat").read_text().split()[1]) / 1e9


def longest(waits: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the longest of each: with waits for a core, and without."""
    return max((late for late, _ in waits), default=0.0), max((held for _, held in waits), default=0.0)


def report(options: argparse.Namespace, asked: list[Asked]) -> str:
    """Return the result as a page."""
    lines = [
        "# The past of a whole cluster",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}. All nodes report every 5 s, with tokens. Warm, the "
        f"median of {options.repeat}; bytes as a browser gets them. CPU: all that the panel used meanwhile, including "
        "reports. Late: the slowest answer of /api/health meanwhile, of all repetitions. Held: that without the time "
        "for which the event loop or the client waited for a core, as agents and client share the cores.",
        "",
        "| nodes | asked for | period | until it is there | CPU | bytes | late | held |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(each.row() for each in asked),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
