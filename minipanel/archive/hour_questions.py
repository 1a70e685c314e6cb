"""Asks the engine for hours of several nodes; decides which nodes to ask for together, and how exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from minipanel.archive.old_hours import EXACT, Steps, hours_in, quick_query
from minipanel.archive.visit import Visit
from minipanel.database.packing import Part
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS, HOURS

AT_ONCE_HOURS: Final = 50_000
"""Hours of nodes in one question: the decoder blocks other threads for 10 ms at most."""

EXACT_DAYS: Final = 10_000
"""Node-days, such as 27 nodes for a year. Beyond that, an hour is the plain mean of its records, which looks the
same."""

NODES_AT_ONCE: Final = 500

T = TypeVar("T")


class HourQuestions:
    """The questions of one answer. Nothing older than `floor` is asked for.

    `names`: the engine's names of nodes, by id.
    """

    def __init__(self, visit: Visit, names: Mapping[int, str], floor: int) -> None:
        self._visit = visit
        self._floor = floor
        self.names = names
        self.where = visit.engine.where

    def hours(self, node_ids: Sequence[int], part: Part, is_exact: bool, steps: Steps) -> dict[int, list[int]]:
        """Return a part's numbers at each step, by node id. A step is an hour or longer."""
        query = EXACT[part.name] if is_exact else quick_query(part, steps.window)
        found = self.ask(query, node_ids, steps, lambda body: hours_in(body, part, steps, self.where)) or {}
        return {id: found[name] for id in node_ids if (name := self.names.get(id)) in found}

    def ask(self, query: str, node_ids: Sequence[int], steps: Steps, read: Callable[[bytes], T]) -> T | None:
        """Return the engine's answer to a query, decoded by `read`; None if it does not answer.

        `read` raises EngineError if the answer can't be the engine's.
        """
        cut, names = self.cut(steps), [self.names[id] for id in node_ids if id in self.names]
        if cut >= steps.count or not names:
            return None
        first, engine = steps.first + cut * steps.seconds, self._visit.engine
        return self._visit.ask(lambda: read(engine.steps(query, names, first, steps.last, steps.seconds)))

    def cut(self, steps: Steps) -> int:
        """Return how many of the steps are not asked for because they end before the floor."""
        return min(steps.count, max(0, (self._floor - steps.first) // steps.seconds + 1))


def are_few(node_ids: Sequence[int], first: int, last: int) -> bool:
    """Return whether these nodes and days are few enough to compute their hours exactly."""
    return len(node_ids) * (last + 1 - first) <= EXACT_DAYS


def steps_of(days: range, alike: int = 1) -> Steps:
    """Return the times of these days' hours, or of groups of `alike` hours, which divide a day."""
    seconds = alike * HOUR_SECONDS
    return Steps((days.start - 1) * DAY_SECONDS + seconds, len(days) * HOURS // alike, seconds, seconds)


def nodes_for(each: int, most: int) -> int:
    """Return how many nodes, with `each` numbers per node, to ask for at a time, so that there are at most `most`."""
    return max(1, min(NODES_AT_ONCE, most // max(1, each)))
