"""How fast the panel stores what nodes measured while it was down, and how long live samples wait meanwhile.

    python bench/backfill.py                         1,000 nodes, one hour each; writes results/backfill.md
    python bench/backfill.py --nodes 20 --samples 100 --at-once 5 --calm 5 --no-save

Batches have up to 500 samples, as an agent sends them. An agent waits between batches; here each follows the last
answer.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cluster import ROOT, keep, make_config, running_nodes, running_panel, told_by
from ingest import samples_in
from processes import cpu_seconds, machine, resident_mb, running, written_mb

BACKLOG_SECONDS = 300
"""The bench gives up a backlog that takes longer."""


def main() -> None:
    """Measure, print, keep."""
    options = read_arguments()
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder:
        taken = measure(Path(folder), options)
    keep("" if options.no_save else "backfill", report(options, taken))


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=720, help="per node; 720 are an hour")
    parser.add_argument("--at-once", type=int, default=16, help="how many nodes send their backlog at a time")
    parser.add_argument("--calm", type=int, default=20, help="seconds with only live samples, for comparison")
    parser.add_argument("--no-save", action="store_true", help="only print")
    return parser.parse_args()


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return what was sent and how long it took. All nodes send live samples before and meanwhile."""
    config = make_config(folder, options.nodes)
    command = [sys.executable, str(ROOT / "bench" / "backlog.py"), "--port", str(config.server.port)]
    command += ["--nodes", str(options.nodes), "--samples", str(options.samples), "--at-once", str(options.at_once)]
    command += ["--before", str(int(time.time()) // 300 * 300 - 600), "--secret", str(config.agents.secret)]
    with running_panel(config) as panel:
        with running_nodes(config, options.calm) as load:
            calm = told_by(load, options.calm + 60)
        with contextlib.ExitStack() as on:
            load = on.enter_context(running_nodes(config, BACKLOG_SECONDS))
            time.sleep(6)  # all have connected
            cpu, written = cpu_seconds(panel.pid), written_mb(panel.pid)
            backlog = on.enter_context(running(command, stdout=subprocess.PIPE))
            sent = json.loads(backlog.communicate(timeout=BACKLOG_SECONDS)[0])
            sent |= {"cpu": cpu_seconds(panel.pid) - cpu, "written": written_mb(panel.pid) - written}
            load.send_signal(2)
            live = told_by(load, 60)
        memory = resident_mb(panel.pid)
    lost = sent["stored"] + calm["stored"] + live["stored"] - samples_in(config.database.path)
    return {"sent": sent, "calm": calm, "live": live, "memory": memory, "lost": lost}


def report(options: argparse.Namespace, taken: dict[str, Any]) -> str:
    """Return the result as a page."""
    sent, seconds = taken["sent"], taken["sent"]["seconds"]
    rate = sent["stored"] / seconds
    lines = [
        f"# Back-fill: {options.nodes} nodes, {options.samples} samples each",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}, which the nodes use, too. Tokens, batches of 500, "
        f"{options.at_once} nodes at a time; each sends its next batch once the last is answered.",
        "",
        f"**{rate:.0f} samples per second**: {sent['stored']} in {seconds:.1f} s, {sent['refused']} refused. The panel "
        f"took {100 * sent['cpu'] / seconds:.0f} % of one core, {1e6 * sent['cpu'] / sent['stored']:.0f} µs per "
        f"sample, {taken['memory']:.0f} MB resident; it wrote {sent['written']:.0f} MB.",
        "",
        "| live samples of all nodes | answers | p50 | p99 | max | refused | after the next tick |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        row("alone", taken["calm"]),
        row("beside the back-fill", taken["live"]),
        "",
        f"Answered as stored but not in the records at the end: {max(0, taken['lost'])}. Stored but not answered, "
        f"because the nodes were ended first: {max(0, -taken['lost'])}.",
    ]
    return "\n".join(lines) + "\n"


def row(name: str, told: dict[str, Any]) -> str:
    """Return what the agents saw as a row of a table."""
    refused = ", ".join(f"{count} × {status}" for status, count in told["refused"].items()) or "none"
    times = f"{told['p50']:.0f} ms | {told['p99']:.0f} ms | {told['max']:.0f} ms"
    return f"| {name} | {told['answered']} | {times} | {refused} | {told['late']} |"


if __name__ == "__main__":
    main()
