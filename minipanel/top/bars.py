"""Bars of block characters, or of ASCII if the terminal shows nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minipanel.models.answers import RealtimeOne
from minipanel.models.metrics import Metric

HOUR_SECONDS = 3600
_COLUMNS = (720, 360, 240, 180, 144, 120, 90, 72, 60, 48, 40, 36, 30, 24, 20, 18, 15, 12)
"""The possible numbers of bars in an hour: with each, all bars hold the same number of samples."""

_ACROSS = " ▏▎▍▌▋▊▉█"
_UP = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Hour:
    """One metric of a node's last hour: the mean of each bar's samples, None if there are none."""

    means: tuple[float | None, ...]
    mean: float | None
    highest: float | None


def bar(share: float, width: int, is_ascii: bool) -> str:
    """Return a bar from the left: 0.5 of 4 columns -> "██  "."""
    share = max(0.0, min(1.0, share))
    if is_ascii:
        return ("#" * round(share * width)).ljust(width)
    eighths = round(share * width * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_ACROSS[rest] if rest else "")).ljust(width)


def columns_in(width: int, interval: int) -> int:
    """Return the number of bars in an hour for a terminal with this many columns; 0 if no number fits."""
    return next((count for count in _COLUMNS if count <= width and HOUR_SECONDS // count % interval == 0), 0)


def values_of(one: RealtimeOne, metric: Metric) -> list[float | None]:
    """Return the last hour's samples in the unit that compares nodes: a part of a whole as its share in percent."""
    values: Sequence[float | None] = getattr(one.recent, metric.name)
    if metric.of_total is None:
        return list(values)
    total = getattr(one, metric.of_total)
    return [100 * value / total if value is not None and total else None for value in values]


def hour_of(one: RealtimeOne, metric: Metric, until: int, columns: int) -> Hour:
    """Return a metric of a node over the hour that ends at the timestamp `until`, in `columns` bars."""
    seconds = HOUR_SECONDS // columns
    bars: list[list[float]] = [[] for _ in range(columns)]
    for timestamp, value in zip(one.recent.timestamp, values_of(one, metric), strict=True):
        # A bar holds the samples after its beginning, up to and including its end.
        place = columns - 1 - (until - timestamp) // seconds
        if value is not None and 0 <= place < columns:
            bars[place].append(value)
    every = [value for each in bars for value in each]
    means = tuple(sum(each) / len(each) if each else None for each in bars)
    return Hour(means, sum(every) / len(every) if every else None, max(every, default=None))


def chart(shares: Sequence[float | None], height: int, is_ascii: bool) -> list[str]:
    """Return upright bars as lines, the top line first. A bar that is None is a dot on the bottom line."""
    lines = []
    for row in range(height - 1, -1, -1):
        lines.append("".join(_sign(share, row, height, is_ascii) for share in shares))
    return lines


def _sign(share: float | None, row: int, height: int, is_ascii: bool) -> str:
    if share is None:
        return (".", "·")[not is_ascii] if row == 0 else " "
    eighths = round(max(0.0, min(1.0, share)) * height * 8) - row * 8
    if row == 0:
        eighths = max(1, eighths)  # there is a value, even if it is zero
    if is_ascii:
        return "#" if eighths >= 4 else "_" if row == 0 else " "
    return _UP[max(0, min(8, eighths))]
