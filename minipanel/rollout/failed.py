"""The nodes on which the last roll-out failed, kept in a file beside the database for --only-failed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from minipanel.machine.regular_file import read_own, write_own
from minipanel.rollout.outcome import Outcome

FILE = "rollout-failed.json"
MAX_BYTES = 32 * 2**20
"""Enough for a hundred thousand names of the greatest length."""


def remembered(database: Path) -> frozenset[str]:
    """Return the hostnames in lower case; none if there is no such file or it can't be used."""
    try:
        names = json.loads(read_own(database.parent / FILE, MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return frozenset()
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


def remember(database: Path, outcomes: Iterable[Outcome]) -> None:
    """Add the nodes that failed, remove those that succeeded, and keep those not tried. Raises OSError."""
    outcomes = list(outcomes)
    tried = {outcome.hostname.lower() for outcome in outcomes}
    failed = {outcome.hostname.lower() for outcome in outcomes if not outcome.is_good}
    names = sorted((remembered(database) - tried) | failed)
    write_own(database.parent / FILE, json.dumps(names).encode())
