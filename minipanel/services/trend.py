"""The last minutes of the whole cluster, computed from its nodes' last hours when a page opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from minipanel.models.answers import Trend
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.sample import Sample
from minipanel.models.shape import made
from minipanel.services.lasthour import LastHour

TREND_SECONDS = 600
STEP_SECONDS = 30
"""The least step; a step is a whole number of intervals. To use every sample of every node would take six times as
long, and hardly show in a chart an inch wide."""

ON_THEIR_WAY_SECONDS = 10
"""Nodes send their samples up to 4 s apart. A sum that lacks some of them would look like a drop."""


def trend(hours: Sequence[tuple[LastHour, Sample]], now: float, interval_seconds: int) -> Trend:
    """Return the cluster's last minutes, without times that have no sample of any node.

    `hours` holds each node's last hour and its newest sample, which has its totals.
    """
    step = -(-STEP_SECONDS // interval_seconds) * interval_seconds
    last = int(now - ON_THEIR_WAY_SECONDS) // step * step
    columns: dict[str, list[float | None]] = {name: [] for name in _NAMES}
    times = []
    for timestamp in range(last - (TREND_SECONDS // step - 1) * step, last + 1, step):
        found = [(values, newest) for hour, newest in hours if (values := hour.at(timestamp)) is not None]
        if found:
            times.append(timestamp)
            samples = [newest for _, newest in found]
            for place, metric in enumerate(METRICS):
                for name, value in _summed_up(metric, [values[place] for values, _ in found], samples):
                    columns[name].append(value)
    return made(Trend, times, **columns)


_NAMES = [column.name for metric in METRICS for column in metric.over_nodes()]


def _summed_up(
    metric: Metric, values: Sequence[float | None], samples: Sequence[Sample]
) -> Iterator[tuple[str, float | None]]:
    """Yield a metric's values combined over several nodes, by column; None if no node has one."""
    known = [value for value in values if value is not None]
    for column in metric.over_nodes():
        if column.kind == "share":
            yield column.name, _share_of_totals(metric, values, samples)
        elif column.kind == "mean":
            yield column.name, round(sum(known) / len(known), 2) if known else None
        else:
            yield column.name, max(known, default=None)


def _share_of_totals(metric: Metric, values: Sequence[float | None], samples: Sequence[Sample]) -> float | None:
    totals: Iterable[float | None] = map(attrgetter(metric.of_total or ""), samples)
    known = [(value, total) for value, total in zip(values, totals, strict=True) if value is not None and total]
    part, whole = sum(value for value, _ in known), sum(total for _, total in known)
    return round(100 * part / whole, 2) if known else None
