"""When a node's agent ran, stood still or had its clock set, and what it must therefore have measured."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

INTERVAL = 5

SLACK_SECONDS = 1.5
"""An agent that wakes later than a second after a tick misses it."""

SETTLE_SECONDS = 2 * INTERVAL + SLACK_SECONDS
"""After a clock step or a sleep: one tick to notice, and one that may find unchanged counters."""


@dataclass
class Run:
    """One run of the agent's process, with times of the machine's clock. `pauses`: begin and end of each."""

    began: float
    ended: float = float("inf")
    was_killed: bool = False
    pauses: list[tuple[float, float]] = field(default_factory=list)
    steps: list[tuple[float, float]] = field(default_factory=list)
    """When its clock was set, and how many seconds it was ahead from then on."""


class Ticks(NamedTuple):
    """Ticks by the node's clock: surely measured, possibly measured, and surely measured but in the future.

    The panel refuses the last kind, unless they wait in a spool until their time has come.
    """

    sure: set[int]
    possible: set[int]
    ahead: set[int]


class Piece(NamedTuple):
    """A part of a run without a clock step. `settled`: from then on each tick must have been measured."""

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
    # A tick has the same values, whichever clock it was measured by.
    ahead = found.ahead - found.sure
    return Ticks(found.sure, found.possible - found.sure - ahead, ahead)


def _pieces(run: Run) -> Iterator[Piece]:
    ended = min(run.ended, time.time())
    # The first tick after a start may find unchanged counters.
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
    # A kill may hit a sample on its way.
    before_end = INTERVAL if run.was_killed and piece.ended >= run.ended else SLACK_SECONDS
    is_paused = any(begin - 1 <= moment <= end + SETTLE_SECONDS for begin, end in run.pauses)
    return piece.settled <= moment <= piece.ended - before_end and not is_paused
