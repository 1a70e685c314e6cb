"""When a node's agent ran, stood still and had its clock set, and what it must thus have measured."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

INTERVAL = 5

SLACK_SECONDS = 1.5
"""An agent that wakes later than a second after a tick misses it."""

SETTLE_SECONDS = 2 * INTERVAL + SLACK_SECONDS
"""After its clock was set, or it slept: one tick to notice, and one that may find counters that stand still."""


@dataclass
class Run:
    """One run of the agent's process, by the machine's clock. `pauses`: begin and end of each."""

    began: float
    ended: float = float("inf")
    was_killed: bool = False
    pauses: list[tuple[float, float]] = field(default_factory=list)
    steps: list[tuple[float, float]] = field(default_factory=list)
    """When its clock was set, and how far ahead it was from then on, in seconds."""


class Ticks(NamedTuple):
    """By the node's clock: what it must have measured, what it may have, and what it must have but from a time to come.

    The panel refuses the last, unless they wait in a spool until that time is there.
    """

    sure: set[int]
    possible: set[int]
    ahead: set[int]


class Piece(NamedTuple):
    """A part of a run during which the clock is not set. `settled`: from here on each tick must be there."""

    began: float
    settled: float
    ended: float
    ahead: float


def ticks(runs: list[Run]) -> Ticks:
    """Return what an agent measured in these runs."""
    found = Ticks(set(), set(), set())
    for run in runs:
        for piece in _pieces(run):
            for tick in _ticks(piece):
                kind = found.ahead if piece.ahead > 0 else found.sure
                (kind if _is_sure(run, piece, tick - piece.ahead) else found.possible).add(tick)
    # What two clocks measured for the same tick is the same.
    ahead = found.ahead - found.sure
    return Ticks(found.sure, found.possible - found.sure - ahead, ahead)


def _pieces(run: Run) -> Iterator[Piece]:
    ended = min(run.ended, time.time())
    # The first tick after a start may find counters that stand still.
    began, settled, ahead = run.began, run.began + INTERVAL + SLACK_SECONDS, 0.0
    for moment, then_ahead in run.steps:
        yield Piece(began, settled, moment, ahead)
        began, settled, ahead = moment, moment + SETTLE_SECONDS, then_ahead
    yield Piece(began, settled, ended, ahead)


def _ticks(piece: Piece) -> range:
    first = int(piece.began + piece.ahead) // INTERVAL * INTERVAL
    return range(first, int(piece.ended + piece.ahead) + 1, INTERVAL)


def _is_sure(run: Run, piece: Piece, moment: float) -> bool:
    """Return whether a tick at this moment of the machine's clock must have been measured."""
    # A kill may find the sample on its way.
    before_end = INTERVAL if run.was_killed and piece.ended >= run.ended else SLACK_SECONDS
    is_paused = any(begin - 1 <= moment <= end + SETTLE_SECONDS for begin, end in run.pauses)
    return piece.settled <= moment <= piece.ended - before_end and not is_paused
