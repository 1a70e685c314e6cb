"""Newest samples as columns: an event of the stream in a fifth of the bytes, with no compression.

A column is a list with a value a node, or that value alone where all nodes have the same. `samples` of nodes that the
reader knows leave out what does not change (_NAMES). Shares of a total are left out everywhere: the reader works them
out as a sample's are.
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
    """The data of an event, as `format=columns` asks for it. `count`: of how many nodes."""

    timestamp: int
    interval: int
    count: int
    columns: dict[str, Any]


def as_columns(nodes: Sequence[RealtimeNode], is_snapshot: bool) -> dict[str, Any]:
    """Return nodes as columns; a snapshot's hold everything."""
    names = _ALL if is_snapshot else _CHANGING
    columns = zip(*map(_READ[names], nodes), strict=True)
    return {name: _shortened(column) for name, column in zip(names, columns, strict=False)}


def _shortened(column: tuple[Any, ...]) -> Any:
    return column[0] if column.count(column[0]) == len(column) else column


def of_columns(event: RealtimeColumns, known: MutableMapping[int, RealtimeNode]) -> list[RealtimeNode]:
    """Return the nodes of an event. `known`: by id what was there before, which is brought up to date.

    Nodes that are not known and not told of whole are left out: they come with the next snapshot.
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
