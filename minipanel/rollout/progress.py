"""The progress of a roll-out, on stderr: a bar on a terminal, elsewhere a line for each finished node."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from minipanel.rollout.facts import Say
from minipanel.rollout.outcome import Outcome
from minipanel.rollout.report import label


class Watcher(Protocol):
    """Shows each finished node; used in a `with`."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def ended(self, outcome: Outcome) -> None:
        """Show one node's outcome."""


def watcher(total: int, say: Say) -> Watcher:
    """Return the watcher that suits stderr."""
    return _Bar(total, say) if sys.stderr.isatty() else _Lines(total, say)


class _Lines:
    """node001: installed (1/64)"""

    def __init__(self, total: int, say: Say) -> None:
        self._total = total
        self._say = say
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def ended(self, outcome: Outcome) -> None:
        """Print a line."""
        self._done += 1
        counted = {"line": described(outcome, self._say), "done": self._done, "total": self._total}
        print(self._say("{line} ({done}/{total})", **counted), file=sys.stderr, flush=True)


class _Bar:
    """A bar with counts; nodes that failed scroll by above it."""

    def __init__(self, total: int, say: Say) -> None:
        self._say = say
        self._failed = 0
        self._console = Console(stderr=True, markup=False, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task = self._progress.add_task(say("Roll-out"), total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def ended(self, outcome: Outcome) -> None:
        """Move the bar."""
        if not outcome.is_good:
            self._failed += 1
            self._console.print(described(outcome, self._say))
            description = self._say("Roll-out, {failed} failed", failed=self._failed)
            self._progress.update(self._task, description=description)
        self._progress.advance(self._task)


def described(outcome: Outcome, say: Say) -> str:
    """Return an outcome in one line: node062: unreachable, no answer to ping or on ssh's port"""
    said = {"node": outcome.hostname, "outcome": label(outcome.word, say)}
    if not outcome.sentence:
        return say("{node}: {outcome}", **said)
    return say("{node}: {outcome}, {why}", why=outcome.sentence, **said)
