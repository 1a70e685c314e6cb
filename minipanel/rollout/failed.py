"""Where the last roll-out failed, and at what: kept in a file beside the database for --only-failed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from minipanel.machine.regular_file import read_own, write_own
from minipanel.rollout.outcome import Outcome

FILE = "rollout-failed.json"
MAX_BYTES = 32 * 2**20
"""Enough for a hundred thousand names of the greatest length."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Hostnames in lower case: where the agent could not be installed, and where it could not be removed."""

    install: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()


def remembered(database: Path) -> Failed:
    """Return what failed; nothing if there is no such file or it can't be used."""
    try:
        kept = json.loads(read_own(database.parent / FILE, MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return Failed()
    if isinstance(kept, dict):
        return Failed(_names(kept.get("install")), _names(kept.get("remove")))
    # Up to 0.1, the file was a list that did not say what had been tried.
    return Failed(_names(kept), _names(kept))


def _names(kept: object) -> frozenset[str]:
    return frozenset(name for name in kept if isinstance(name, str)) if isinstance(kept, list) else frozenset()


def remember(database: Path, outcomes: Iterable[Outcome], removes: bool) -> None:
    """Add the nodes that failed, remove those that succeeded, and keep those not tried. Raises OSError."""
    outcomes = list(outcomes)
    tried = {outcome.hostname.lower() for outcome in outcomes}
    failed = {outcome.hostname.lower() for outcome in outcomes if not outcome.is_good}
    before = remembered(database)
    kept = {"install": before.install - tried, "remove": before.remove - tried}
    kept["remove" if removes else "install"] |= failed
    write_own(database.parent / FILE, json.dumps({what: sorted(names) for what, names in kept.items()}).encode())
