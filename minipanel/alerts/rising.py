"""When a node's memory will be full: fits a straight line through its last hours, and rejects what is not one.

A job that starts makes a step, one that has loaded its data stays level, and a garbage collector falls again and again:
none of these continues to rise.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from minipanel.models.record import RECORD_SECONDS

Point = tuple[int, float]
"""A record's timestamp and its mean memory use in percent."""

FULL_PERCENT = 97.0
"""The value at which the rule `memory` opens."""

LINE_SECONDS = 2 * 3600
HABIT_SECONDS = 24 * 3600
FAR_SECONDS = 24 * 3600

ENOUGH = 0.8
"""The share of records that must exist in the time of the line."""

SMALLEST_RISE = 3.0
"""Percentage points over the time of the line: less is noise, or caches that fill."""

USUAL_ERROR, LARGEST_ERROR = 0.08, 0.25
"""How far points may lie from the line, as a share of the rise."""

STEADY = 0.35
"""Each third must rise at least this fraction as fast as the whole line."""

STALE_SECONDS = 900


def full_at(points: Sequence[Point], now: int) -> int | None:
    """Return when memory will reach FULL_PERCENT if it continues like this, Unix seconds; None if it does not rise.

    `points`: of the last day, in any order. The line is that of Theil and Sen, which a few outliers don't move.
    """
    ordered = sorted(points)
    line = [point for point in ordered if now - LINE_SECONDS < point[0] <= now]
    if len(line) < ENOUGH * LINE_SECONDS / RECORD_SECONDS or now - line[-1][0] > STALE_SECONDS:
        return None
    slope = _slope(line)
    rise = slope * LINE_SECONDS
    if rise < SMALLEST_RISE or line[-1][1] >= FULL_PERCENT:
        return None
    level = median(value - slope * time for time, value in line)
    errors = [abs(value - slope * time - level) for time, value in line]
    if median(errors) > USUAL_ERROR * rise or max(errors) > LARGEST_ERROR * rise:
        return None
    third = len(line) // 3
    if any(_slope(part) < STEADY * slope for part in (line[:third], line[third:-third], line[-third:])):
        return None
    before = [point for point in ordered if now - HABIT_SECONDS < point[0] <= line[0][0]]
    if _has_fallen_by_itself([value for _, value in before], rise):
        return None
    full = (FULL_PERCENT - level) / slope
    return round(full) if now < full <= now + FAR_SECONDS else None


def _slope(line: Sequence[Point]) -> float:
    return median(
        (value - before) / (time - earlier)
        for place, (time, value) in enumerate(line)
        for earlier, before in line[:place]
    )


def _has_fallen_by_itself(values: Sequence[float], rise: float) -> bool:
    """Return whether memory has risen like this before, and was freed before it was full."""
    for place in range(12, len(values) - 1):
        top, middle, foot = values[place], values[place - 6], values[place - 12]
        has_climbed = top - middle > 0.1 * rise and middle - foot > 0.1 * rise
        if has_climbed and top < FULL_PERCENT - 1 and top - min(values[place + 1 : place + 4]) > 0.4 * rise:
            return True
    return False
