"""The units of history's compact form: each column is whole numbers of the unit in which charts draw it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from minipanel.models.metrics import METRICS, Column, Metric
from minipanel.models.record import VALUE_COLUMNS

TENTH: Final = 0.1
MIB: Final = 2**20

_SHARES: Final = {metric.share for metric in METRICS}

COMPACT_COLUMNS: Final = tuple(name for name in VALUE_COLUMNS if name not in _SHARES)
"""The columns sent by default. Shares are left out, as the reader can compute them."""

MEAN_OF: Final = {metric.max: metric.name for metric in METRICS if metric.has_max}
"""The mean that each maximum is stored as a difference from: a maximum is never below it, and usually near."""


def _unit(metric: Metric, column: Column) -> float:
    if column.digits:
        return TENTH
    return MIB if metric.unit == "bytes" else 1


def _units() -> Iterator[tuple[str, float]]:
    for metric in METRICS:
        yield from ((column.name, _unit(metric, column)) for column in metric.columns())
    yield "samples", 1


UNITS: Final = dict(_units())
"""The size of one count of each column, in the full answer's unit: a tenth of a percent, a MiB, a tenth of a degree."""
