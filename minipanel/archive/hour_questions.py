"""Asks the engine for hours of some nodes: which are asked for together, how exactly, and from when on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from minipanel.archive.old_hours import EXACT, Steps, hours_in, quick_query
from minipanel.archive.visit import Visit
from minipanel.database.packing import Part
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS, HOURS

AT_ONCE_HOURS: Final = 50_000
"""Of some nodes, in one question: the decoder lets no other thread work for 10 ms at most."""

EXACT_DAYS: Final = 10_000
"""Of nodes: 27 of them for a year. Of more, an hour is the plain mean of its records: a picture shows no difference."""

NODES_AT_ONCE: Final = 500

T = TypeVar("T")


class HourQuestions:
    """Of one answer. Nothing older than `floor` is asked for. `names`: what the engine calls nodes, by id."""

    def __init__(self, visit: Visit, names: Mapping[int, str], floor: int) -> None:
        self._visit = visit
        self._floor = floor
        self.names = names
        self.where = visit.engine.where

    def hours(self, node_ids: Sequence[int], part: Part, is_exact: bool, steps: Steps) -> dict[int, list[int]]:
        """Return the numbers of a part of hours, or of longer times, at each step by node id."""
        query = EXACT[part.name] if is_exact else quick_query(part, steps.window)
        found = self.ask(query, node_ids, steps, lambda body: hours_in(body, part, steps, self.where)) or {}
        return {id: found[name] for id in node_ids if (name := self.names.get(id)) in found}

    def ask(self, query: str, node_ids: Sequence[int], steps: Steps, read: Callable[[bytes], T]) -> T | None:
        """Return what `read` makes of the engine's answer to a query; None where it does not answer.

        `read` raises EngineError for what can't be the engine's.
        """
        cut, names = self.cut(steps), [self.names[id] for id in node_ids if id in self.names]
        if cut >= steps.count or not names:
            return None
        first, engine = steps.first + cut * steps.seconds, self._visit.engine
        return self._visit.ask(lambda: read(engine.steps(query, names, first, steps.last, steps.seconds)))

    def cut(self, steps: Steps) -> int:
        """Return how many of the steps are not asked for, as they end before the floor."""
        return min(steps.count, max(0, (self._floor - steps.first) // steps.seconds + 1))


def are_few(node_ids: Sequence[int], first: int, last: int) -> bool:
    """Return whether the hours of so many nodes and days are reckoned exactly."""
    return len(node_ids) * (last + 1 - first) <= EXACT_DAYS


def steps_of(days: range, alike: int = 1) -> Steps:
    """Return the times of these days' hours, or of so many hours together, a part of a day."""
    seconds = alike * HOUR_SECONDS
    return Steps((days.start - 1) * DAY_SECONDS + seconds, len(days) * HOURS // alike, seconds, seconds)


def nodes_for(each: int, most: int) -> int:
    """Return of how many nodes with `each` numbers no more than `most` are asked for at a time."""
    return max(1, min(NODES_AT_ONCE, most // max(1, each)))
