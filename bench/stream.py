"""What open pages cost the panel, and how old a sample is when it reaches a page.

    python bench/stream.py                           1,000 nodes, 50 pages; writes results/stream.md
    python bench/stream.py --nodes 20 --pages 2 --seconds 5 --settle 1 --no-save

The pages are connections of another process on loopback; no browser draws them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster import ROOT, keep, make_config, running_nodes, running_panel
from processes import cpu_seconds, machine, resident_mb, running
from session import Session

from minipanel.config import Config


@dataclass
class Round:
    """What the panel used with this many pages open, and what the first page saw."""

    pages: int
    cpu_percent: float
    resident_mb: float
    seen: dict[str, Any]


def main() -> None:
    """Measure without a page, with one, and with all."""
    options = read_arguments()
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder, contextlib.ExitStack() as on:
        config = make_config(Path(folder), options.nodes)
        panel = on.enter_context(running_panel(config))
        on.enter_context(running_nodes(config, 600))
        time.sleep(options.settle + 5)  # the load begins with an interval
        rounds = [measure(config, panel.pid, pages, options) for pages in (0, 1, options.pages)]
    keep("" if options.no_save else "stream", report(options, rounds))


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=40, help="for each number of pages: none, one, all")
    parser.add_argument("--settle", type=int, default=7, help="seconds before each that are not counted")
    parser.add_argument("--no-save", action="store_true", help="only print")
    return parser.parse_args()


def measure(config: Config, panel: int, pages: int, options: argparse.Namespace) -> Round:
    """Return what this many open pages cost, over whole seconds."""
    command = [sys.executable, str(ROOT / "bench" / "viewers.py"), "--port", str(config.server.port)]
    command += ["--token", Session(config.server.port).token, "--pages", str(pages)]
    command += ["--seconds", str(options.seconds), "--settle", str(options.settle)]
    with contextlib.ExitStack() as on:
        viewers = on.enter_context(running(command, stdout=subprocess.PIPE)) if pages else None
        time.sleep(options.settle)
        before, began = cpu_seconds(panel), time.monotonic()
        time.sleep(options.seconds)
        percent = 100 * (cpu_seconds(panel) - before) / (time.monotonic() - began)
        seen = json.loads(viewers.communicate(timeout=60)[0]) if viewers else {}
    return Round(pages, percent, resident_mb(panel), seen)


def report(options: argparse.Namespace, rounds: list[Round]) -> str:
    """Return the result as a page."""
    none, one, all_pages = rounds
    each = (all_pages.cpu_percent - one.cpu_percent) / max(1, all_pages.pages - 1)
    lines = [
        f"# The stream: {options.nodes} nodes at 5 s, {options.pages} pages open",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}; {options.seconds} s each, tokens. A sample's age is "
        "counted from when its agent sent it, so it includes the commit.",
        "",
        "| pages | panel, of one core | ratio to no pages | resident | a sample's age p50 | p99 | max | received |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(row(each, none) for each in rounds),
        "",
        f"An event is {one.seen['event'] / 1000:.1f} kB (p50), the largest {one.seen['event_max'] / 1000:.1f} kB. "
        f"One page more costs {each:.2f} % of a core. The panel collects samples for half a second before it "
        "sends them; that is part of the age.",
    ]
    return "\n".join(lines) + "\n"


def row(taken: Round, none: Round) -> str:
    """Return the figures of one round as a row of a table."""
    own = f"| {taken.pages} | {taken.cpu_percent:.1f} % | {taken.cpu_percent / none.cpu_percent:.2f} "
    own += f"| {taken.resident_mb:.0f} MB "
    if not taken.seen:
        return own + "| | | | |"
    seen = taken.seen
    kilobytes = statistics.mean(seen["bytes"]) / 1000
    return own + f"| {seen['p50']} ms | {seen['p99']} ms | {seen['max']} ms | {kilobytes:.0f} kB per page |"


if __name__ == "__main__":
    main()
