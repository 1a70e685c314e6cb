"""The alerts of a storm: each that people got needs a fault that explains it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

AFTER_SECONDS = 120
"""How long after a fault its alert may begin: agents come back, and a stopped panel still counts the time it missed."""

CLOCK_SECONDS = 600
"""How far the panel's clock, which dates the alerts, may be off."""

CAUSES = {
    "panel": ("panel", "commit", "lock", "munged"),
    "many-down": ("network", "munged", "panel", "simulated", "lock", "commit"),
    "node-down": ("agent", "node", "network", "munged"),
    "clock": ("clock", "suspended"),
    "rebooted": ("suspended",),
    "samples-missing": ("",),
}
"""Words in the faults that may explain a rule's alert. No other rule may fire: all values are harmless."""


@dataclass(frozen=True)
class Happened:
    """One fault, with times of this machine's clock."""

    what: str
    begin: float
    end: float


def unexplained(database: Path, faults: list[Happened], until: float) -> tuple[Counter[str], list[str]]:
    """Return how many alerts people got for each rule and reason, and a sentence for each alert without a cause.

    `until`: alerts that opened later need no fault, because the nodes have ended.
    """
    told: Counter[str] = Counter()
    wrong = []
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT rule, reason, node_id, began_at, opened_at FROM alerts WHERE announced_at IS NOT NULL "
            "AND severity <> 'info' AND opened_at <= ? ORDER BY opened_at",
            (until,),
        ).fetchall()
    for rule, reason, node_id, began_at, opened_at in rows:
        told[f"{rule} {reason}".strip()] += 1
        slack = max([CLOCK_SECONDS for each in faults if "panel's clock" in each.what], default=0)
        causes = [
            each
            for each in faults
            if any(word in each.what for word in CAUSES.get(rule, ()))
            and each.begin - slack <= opened_at
            and began_at <= each.end + AFTER_SECONDS + slack
        ]
        if not causes:
            wrong.append(f"an alert without a cause: {rule} {reason} of node {node_id}, {began_at} to {opened_at}")
    return told, wrong
