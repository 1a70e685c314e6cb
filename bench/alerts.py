"""How many messages a cluster's year makes, and whether each is right; and what a look costs at 10,000 nodes.

python bench/alerts.py                      # a year of 1,000 nodes, then 10,000 nodes
python bench/alerts.py --days 21 --no-save
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from pathlib import Path

from alert_looks import look_cost
from alert_year import DAY, RELAY_AWAY_HOURS, START, Year, reckon, spans_of, troubles
from cluster import keep

NAIVE_SECONDS = 60
"""Beszel sends one message per node after this long."""


def main() -> int:
    """Run it, print and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--days", type=float, default=365)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--looks", type=int, default=10_000, help="nodes for the cost of a look; 0: don't measure it")
    parser.add_argument(
        "--spoil", action="store_true", help="lose one message and repeat another: the check must see it"
    )
    parser.add_argument("--no-save", action="store_true")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    wrong, lines = year_of(asked.nodes, asked.days, asked.seed, asked.spoil)
    if asked.looks:
        lines += ["", *look_cost(asked.looks)]
    print("\n".join(lines))
    if not asked.no_save:
        keep("alerts", "\n".join(["# A year of alerts, and what a look costs", "", *lines]))
    for sentence in wrong[:20]:
        print(f"WRONG: {sentence}")
    return 1 if wrong else 0


def year_of(nodes: int, days: float, seed: int, is_spoilt: bool) -> tuple[list[str], list[str]]:
    """Return what was wrong, and the lines of the result."""
    dice = random.Random(seed + 1)
    found = troubles(nodes, days, seed)
    away = START + int(dice.uniform(0.3, 0.6) * days * DAY)
    restarts = [START + int(part * days * DAY) for part in (0.2, 0.7)]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        year = Year(Path(folder), nodes, found, (away, away + RELAY_AWAY_HOURS * 3600), restarts)
        asyncio.run(year.live())
        took = time.perf_counter() - began
        if is_spoilt:
            year.told = [*year.told[1:], year.told[-1], next(each for each in year.told[1:] if each.begun)]
        wrong = reckon(year)
    naive = sum(end - begin > NAIVE_SECONDS for each in spans_of(found, "down").values() for begin, end in each)
    new = [each for each in year.told if each.begun]
    lines = [
        f"{nodes} nodes, {days:g} days, seed {seed}: {len(found)} troubles, {year.ticks} looks in {took:.0f} s.",
        "",
        "| | |",
        "| --- | --- |",
        f"| one message per node after {NAIVE_SECONDS} s | {naive} of new trouble, as many of its end |",
        f"| messages with new trouble | {len(new)} ({len(new) / days:.1f} per day) |",
        f"| messages in all, including those with nothing but ends | {len(year.told)} |",
        f"| the largest set in one message | {max((len(each.begun) for each in new), default=0)} nodes |",
        f"| troubles not reported exactly once, or ends of nothing | {len(wrong)} |",
    ]
    return wrong, lines


if __name__ == "__main__":
    sys.exit(main())
