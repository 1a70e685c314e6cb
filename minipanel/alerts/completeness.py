"""How complete the last hour of samples is, outages aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

HOUR_SECONDS = 3600

OUTAGE_SECONDS = 300
"""A gap this long is an outage, which node-down reports: it does not count here."""

ENOUGH_SECONDS = 1800
"""With less of the hour than this, nothing is concluded."""


def percent_of_samples(times: Sequence[int], until: int, interval_seconds: int) -> float | None:
    """Return the percentage of samples that exist in the hour up to `until`; None if most of it was an outage.

    `times`: the existing ones, ascending. If an agent reports at another interval than the panel's, the most frequent
    distance between two samples is its interval.
    """
    if len(times) < 2:
        return None
    gaps = [later - earlier for earlier, later in pairwise(times)]
    ((usual, _),) = Counter(gaps).most_common(1)
    interval = max(interval_seconds, usual)
    gaps.append(times[0] - (until - HOUR_SECONDS))
    seconds = HOUR_SECONDS - sum(gap for gap in gaps if gap >= OUTAGE_SECONDS)
    return None if seconds < ENOUGH_SECONDS else min(100.0, 100 * len(times) * interval / seconds)
