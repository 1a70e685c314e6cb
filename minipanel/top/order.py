"""The order of nodes, by the same keys as on the page (web/src/composables/nodeOrder.ts)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from minipanel.models.answers import RealtimeNode
from minipanel.models.metrics import METRICS, Metric
from minipanel.top.sorts import CLOCK, NAME, SEEN, WORST

_STATES = {"down": 0, "never": 1, "up": 2, "disabled": 3}
_NUMBERS = re.compile(r"(\d+)")


def value_of(node: RealtimeNode, metric: Metric) -> float | None:
    """Return the value that compares nodes: for a part of a whole its share, since nodes differ in size."""
    value: float | None = getattr(node, metric.comparable)
    return value


def in_order_of_names(nodes: Sequence[RealtimeNode]) -> list[RealtimeNode]:
    """Return nodes in natural order: n2 before n10."""
    return sorted(nodes, key=lambda node: _natural(node.name))


def ordered(nodes: Sequence[RealtimeNode], sort: str, metric: Metric, is_reversed: bool = False) -> list[RealtimeNode]:
    """Return `nodes`, given in the order of names, sorted: highest number first, nodes without a number last."""
    if sort == NAME:
        return list(reversed(nodes)) if is_reversed else list(nodes)
    if sort == WORST:
        return sorted(nodes, key=_worst_first(metric), reverse=is_reversed)
    number = _NUMBER_OF[sort]
    known = [node for node in nodes if number(node) is not None]
    unknown = [node for node in nodes if number(node) is None]
    return sorted(known, key=lambda node: number(node) or 0, reverse=not is_reversed) + unknown


def _worst_first(metric: Metric) -> Callable[[RealtimeNode], tuple[int, float]]:
    def place(node: RealtimeNode) -> tuple[int, float]:
        value = value_of(node, metric)
        # The value of a node that is not up is old.
        return _STATES[node.state], -value if value is not None and node.state == "up" else float("inf")

    return place


def _number_of_metric(metric: Metric) -> Callable[[RealtimeNode], float | None]:
    return lambda node: value_of(node, metric)


def _clock_off(node: RealtimeNode) -> float | None:
    return None if node.clock_skew_seconds is None else abs(node.clock_skew_seconds)


def _unseen(node: RealtimeNode) -> float | None:
    return None if node.timestamp is None else -node.timestamp


_NUMBER_OF: dict[str, Callable[[RealtimeNode], float | None]] = {
    **{metric.name: _number_of_metric(metric) for metric in METRICS},
    SEEN: _unseen,
    CLOCK: _clock_off,
}


def _natural(name: str) -> list[tuple[int, int | str]]:
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in _NUMBERS.split(name.lower()) if part]
