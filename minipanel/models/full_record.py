"""A whole record, with what its mean values rest on and which samples are in it: as it is archived and brought back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from minipanel.models.metrics import METRICS, Metric
from minipanel.models.record import SLOTS, node_of

COUNT_COLUMNS: Final = tuple(metric.count for metric in METRICS if metric.null is not None)
"""Columns that tell how many samples a mean rests on, beside `samples`."""

FULL_COLUMNS: Final = (*(column.name for metric in METRICS for column in metric.columns()), *COUNT_COLUMNS)
"""The values of a whole record beside `id`, `samples` and `seen`."""


@dataclass(frozen=True, slots=True)
class FullRecord:
    """One row. `id`: node_id << 32 | timestamp. `seen` None: all 60 samples are there. `values`: FULL_COLUMNS."""

    id: int
    samples: int
    seen: int | None
    values: Mapping[str, float | None]

    @property
    def timestamp(self) -> int:
        """Return the record's time, Unix seconds."""
        return self.id & 0xFFFFFFFF

    @property
    def node_id(self) -> int:
        """Return the node's id in this database."""
        return node_of(self.id)

    def count(self, metric: Metric) -> int:
        """Return how many samples have a value of this metric."""
        return self.samples if metric.null is None else int(self.values[metric.count] or 0)

    def sum(self, metric: Metric) -> int | None:
        """Return the exact sum over its samples, in hundredths (bytes as they are); None if none has a value."""
        mean = self.values[metric.name]
        return None if mean is None else round(mean * self.count(metric) * 10**metric.digits)


def is_complete(samples: int) -> bool:
    """Return whether all samples are there: then means are rounded, and nothing more can be merged."""
    return samples == SLOTS
