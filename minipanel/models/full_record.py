"""A full record, with the number of samples behind each mean and which samples they are, as an archive keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from minipanel.models.metrics import METRICS, Metric
from minipanel.models.record import SLOTS, node_of

COUNT_COLUMNS: Final = tuple(metric.count for metric in METRICS if metric.null is not None)
"""Columns with the number of samples behind a mean, for metrics that some samples lack; else that is `samples`."""

FULL_COLUMNS: Final = (*(column.name for metric in METRICS for column in metric.columns()), *COUNT_COLUMNS)
"""The values of a full record, apart from `id`, `samples` and `seen`."""


@dataclass(frozen=True, slots=True)
class FullRecord:
    """One row. `id`: node_id << 32 | timestamp. `seen`: None if all 60 samples are there. `values`: FULL_COLUMNS."""

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
        """Return the metric's exact sum over the samples, in hundredths (bytes in bytes); None if no sample has it."""
        mean = self.values[metric.name]
        return None if mean is None else round(mean * self.count(metric) * 10**metric.digits)


def is_complete(samples: int) -> bool:
    """Return whether all samples are there. The means of a complete record are rounded, and nothing can be merged."""
    return samples == SLOTS
