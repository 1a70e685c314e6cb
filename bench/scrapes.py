"""Does a real Prometheus hold what the panel had, sample by sample, while nodes come and go?

    python bench/scrapes.py                            1,000 nodes, ten minutes; writes results/scrapes.md
    python bench/scrapes.py --nodes 30 --seconds 35 --period 40 --away 20 --every 2 --no-save

Each simulated node keeps a diary of what it sent, when, and when it was answered. Every value that Prometheus stored is
compared with the newest sample that the panel had of the node at that scrape. Exits with 1 if one differs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from pathlib import Path

from cluster import ROOT, keep, make_config, running_nodes, running_panel, told_by
from load import hostname
from processes import machine
from session import Session

sys.path.append(str(ROOT))
from tests.prometheus import Prometheus, running_prometheus

SILENT_NODES = 3
"""How many more nodes are configured and never report."""

UP_SECONDS = 15
SLOT_SECONDS = 5
ROOM_SECONDS = 0.25
"""How far the same time may differ between the two sides: both are processes of one busy machine."""

VALUES = {
    "minipanel_node_cpu_usage_ratio": lambda sample: sample["cpu_percent"] / 100,
    "minipanel_node_memory_total_bytes": lambda sample: sample["memory_total"],
    "minipanel_node_memory_used_bytes": lambda sample: sample["memory_used"],
    "minipanel_node_cpu_temperature_celsius": lambda sample: sample["cpu_temp"],
}

UP = "minipanel_node_up"
LAST = "minipanel_node_last_sample_timestamp_seconds"


@dataclass
class Sent:
    """One stored sample, and when it was sent and answered."""

    values: dict[str, float]
    sent: float
    answered: float


@dataclass
class Verdict:
    """What was compared, and what did not fit."""

    scrapes: int = 0
    failed: int = 0
    values: int = 0
    downs: int = 0
    ups: int = 0
    faults: list[str] = field(default_factory=list)

    def claim(self, is_so: bool, otherwise: str) -> None:
        """Note a fault unless it is so."""
        if not is_so:
            self.faults.append(otherwise)


def main() -> int:
    """Run all, compare, report."""
    options = read_arguments()
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-", dir="/var/tmp") as folder:
        verdict = run(Path(folder), options)
    keep("" if options.no_save else "scrapes", report(options, verdict))
    return 1 if verdict.faults else 0


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--period", type=int, default=120, help="in which every second node goes and comes once")
    parser.add_argument("--away", type=int, default=45, help="seconds of the period in which it reports nothing")
    parser.add_argument("--every", type=int, default=5, help="seconds from one scrape to the next")
    parser.add_argument("--no-save", action="store_true", help="only print")
    return parser.parse_args()


def run(folder: Path, options: argparse.Namespace) -> Verdict:
    """Run nodes, panel and Prometheus, and compare what Prometheus stored with what the nodes sent."""
    config = make_config(folder, options.nodes + SILENT_NODES)
    diary = folder / "diary"
    going = ("--period", str(options.period), "--away", str(options.away), "--diary", str(diary))
    with contextlib.ExitStack() as on:
        on.enter_context(running_panel(config))
        token = Session(config.server.port).token
        prometheus = on.enter_context(running_prometheus(config, token, folder, options.every))
        reporting = replace(config, nodes=config.nodes[: options.nodes])
        load = on.enter_context(running_nodes(reporting, options.seconds, 0, *going))
        told_by(load, options.seconds + 120)
        time.sleep(options.every)
        return compare(prometheus, read_diary(diary), options)


def read_diary(path: Path) -> dict[str, list[Sent]]:
    """Return each node's samples in the order in which they were sent."""
    found: dict[str, list[Sent]] = {}
    for line in path.read_text().splitlines():
        own = json.loads(line)
        found.setdefault(own["node_id"], []).append(Sent(own, own["sent"], own["answered"]))
    return found


def compare(prometheus: Prometheus, diary: dict[str, list[Sent]], options: argparse.Namespace) -> Verdict:
    """Check that each stored value is of the newest sample at its scrape, and that a node that was not up has none."""
    verdict = Verdict()
    seconds = options.seconds + 60
    took = prometheus.samples('scrape_duration_seconds{job="minipanel"}', seconds)[()]
    good = prometheus.samples('up{job="minipanel"}', seconds)[()]
    done = [at for at, is_up in good.items() if is_up]
    verdict.scrapes, verdict.failed = len(done), len(good) - len(done)
    verdict.claim(len(done) >= 0.9 * options.seconds / options.every, f"only {len(done)} scrapes succeeded")
    stored = {name: prometheus.samples(name, seconds) for name in (UP, LAST, *VALUES)}
    made = {at: times for at, times in times_made(took).items() if at in done}
    for number in range(1, options.nodes + SILENT_NODES + 1):
        node = hostname(number)
        own = {name: of_node.get((node,), {}) for name, of_node in stored.items()}
        compare_node(verdict, node, diary.get(node, []), own, made)
    states = prometheus.samples("minipanel_nodes", seconds)
    for at in made:  # there may be one more scrape by now
        compare_counts(verdict, at, {state: of_state[at] for (state,), of_state in states.items()}, stored[UP])
    verdict.claim(states[("never",)][max(made)] == SILENT_NODES, "other nodes than expected have never reported")
    return verdict


def times_made(took: dict[float, float]) -> dict[float, tuple[float, float]]:
    """Return for each scrape the earliest and the latest time at which its answer may have been made.

    The first scrape of a slot makes the answer. A scrape close to the end of a slot may have come in the next one.
    """
    made, first = {}, {}
    for at, seconds in sorted(took.items()):
        slot = int(at // SLOT_SECONDS)
        first.setdefault(slot, (at, seconds))
        early, late = first[slot][0], sum(first[slot])
        if int((at + seconds + ROOM_SECONDS) // SLOT_SECONDS) != slot:
            late = at + seconds
        made[at] = (early - ROOM_SECONDS, late + ROOM_SECONDS)
    return made


def compare_node(
    verdict: Verdict,
    node: str,
    sent: list[Sent],
    stored: dict[str, dict[float, float]],
    made: dict[float, tuple[float, float]],
) -> None:
    """Compare one node's series with its diary, scrape by scrape."""
    began = [sample.sent for sample in sent]
    was_up: float | None = None
    for at, (early, late) in made.items():
        # The newest that may be there, and older ones that are possible because the next was not answered yet.
        last = bisect_right(began, late)
        first = last - 1
        while first > 0 and sent[first].answered >= early:
            first -= 1
        possible = {sample.values["timestamp"]: sample for sample in sent[max(0, first) : last]}
        is_up, newest = stored[UP].get(at), stored[LAST].get(at)
        verdict.values += 2 + len(VALUES)
        verdict.claim(is_up is not None, f"{node} at {at}: no minipanel_node_up")
        may_be_none = not last or sent[0].answered >= early
        verdict.claim(newest in possible or (newest is None and may_be_none), f"{node} at {at}: newest sample {newest}")
        sample = possible.get(newest) if newest is not None else None
        certain = certainly_up(sample, early, late)
        verdict.claim(certain in (None, is_up), f"{node} at {at}: up is {is_up}, and not {certain}")
        for name, value_of in VALUES.items():
            expected = value_of(sample.values) if sample is not None and is_up else None
            value = stored[name].get(at)
            verdict.claim(value == expected, f"{node} at {at}: {name} is {value}, and not {expected}")
        verdict.downs += (was_up, is_up) == (1, 0)
        verdict.ups += (was_up, is_up) == (0, 1)
        was_up = is_up


def certainly_up(sample: Sent | None, early: float, late: float) -> float | None:
    """Return 1 or 0 if the node's state with this newest sample is certain, None close to a change."""
    if sample is None:
        return 0.0
    if late - sample.sent <= UP_SECONDS:
        return 1.0
    return 0.0 if early - sample.answered > UP_SECONDS else None


def compare_counts(
    verdict: Verdict, at: float, states: dict[str, float], up: dict[tuple[str, ...], dict[float, float]]
) -> None:
    """Compare the counts of states at one scrape with the nodes' own series."""
    ups = sum(of_node[at] for of_node in up.values())
    verdict.claim(states["up"] == ups, f"at {at}: {states['up']} nodes up, and {ups} series of 1")
    verdict.claim(sum(states.values()) == len(up), f"at {at}: {sum(states.values())} nodes, and {len(up)} series")


def report(options: argparse.Namespace, verdict: Verdict) -> str:
    """Return the result as a page."""
    version = subprocess.run(["prometheus", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    rows = {
        "scrapes, and how many failed": f"{verdict.scrapes:,}, {verdict.failed:,}",
        "values compared, present and absent": f"{verdict.values:,}",
        "nodes went down": f"{verdict.downs:,}",
        "nodes came up": f"{verdict.ups:,}",
        "differences": f"{len(verdict.faults):,}",
    }
    lines = [
        f"# Scrapes: {options.nodes:,} nodes for {options.seconds} s, while half of them come and go",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}. Prometheus {version} scrapes every "
        f"{options.every} s; every second node reports nothing for {options.away} of {options.period} s.",
        "",
        "| what | how many |",
        "| --- | --- |",
        *(f"| {what} | {count} |" for what, count in rows.items()),
        *(["", *(f"- {fault}" for fault in verdict.faults[:20])] if verdict.faults else []),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
