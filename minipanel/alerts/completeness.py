"""How many of an hour's samples are there, where the node was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

HOUR_SECONDS = 3600

OUTAGE_SECONDS = 300
"""What is missing for so long is an outage, of which node-down knows: it does not count here."""

ENOUGH_SECONDS = 1800
"""From less than this of an hour nothing is concluded."""


def percent_of_samples(times: Sequence[int], until: int, interval_seconds: int) -> float | None:
    """Return how many percent of the samples of the hour until then are there; None where it was mostly outage.

    `times`: those that are there, ascending. Where an agent reports at another interval than the panel has for it,
    what is most frequent between two samples is its interval.
    """
    if len(times) < 2:
        return None
    gaps = [later - earlier for earlier, later in pairwise(times)]
    ((usual, _),) = Counter(gaps).most_common(1)
    interval = max(interval_seconds, usual)
    gaps.append(times[0] - (until - HOUR_SECONDS))
    seconds = HOUR_SECONDS - sum(gap for gap in gaps if gap >= OUTAGE_SECONDS)
    return None if seconds < ENOUGH_SECONDS else min(100.0, 100 * len(times) * interval / seconds)
