"""Newest samples as columns: a fifth of the bytes of an event of the stream, without compression.

A column is a list with one value per node, or only the value if all nodes have the same one. Later events leave out
what does not change (_NAMES). Shares of a total are always left out: the reader computes them, as for a sample.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from operator import attrgetter
from typing import Any, Final

from msgspec import Struct, structs

from minipanel.models.answers import RealtimeNode
from minipanel.models.metrics import METRICS

_NAMES: Final = ("name", "hostname")
_SHARES: Final = {metric.share: metric for metric in METRICS if metric.share is not None}
_ALL: Final = tuple(field.name for field in structs.fields(RealtimeNode) if field.name not in _SHARES)
_CHANGING: Final = tuple(name for name in _ALL if name not in _NAMES)
_READ: Final = {names: attrgetter(*names) for names in (_ALL, _CHANGING)}


class RealtimeColumns(Struct):
    """The data of an event in `format=columns`. `count`: the number of nodes."""

    timestamp: int
    interval: int
    count: int
    columns: dict[str, Any]


def as_columns(nodes: Sequence[RealtimeNode], is_snapshot: bool) -> dict[str, Any]:
    """Return nodes as columns, by name; only a snapshot has the columns that never change."""
    names = _ALL if is_snapshot else _CHANGING
    columns = zip(*map(_READ[names], nodes), strict=True)
    return {name: _shortened(column) for name, column in zip(names, columns, strict=False)}


def _shortened(column: tuple[Any, ...]) -> Any:
    return column[0] if column.count(column[0]) == len(column) else column


def of_columns(event: RealtimeColumns, known: MutableMapping[int, RealtimeNode]) -> list[RealtimeNode]:
    """Return the nodes of an event. `known`: the nodes of earlier events, by id; this function updates it.

    Nodes that are neither known nor complete in this event are left out: the next snapshot has them.
    """
    lists = {
        name: column if isinstance(column, list) else [column] * event.count for name, column in event.columns.items()
    }
    found = []
    for values in zip(*lists.values(), strict=True):
        told = dict(zip(lists, values, strict=True))
        before = known.get(told["id"])
        if before is None and not set(_NAMES) <= told.keys():
            continue
        for share, metric in _SHARES.items():
            part, whole = told[metric.name], told[metric.of_total or ""]
            told[share] = None if part is None else round(100 * part / whole, 2)
        node = RealtimeNode(**told) if before is None else structs.replace(before, **told)
        known[node.id] = node
        found.append(node)
    return found
