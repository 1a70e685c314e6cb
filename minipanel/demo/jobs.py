"""What a simulated node does on usual days: job after job with idle times, and fewer jobs at night and at weekends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS
from minipanel.models.record import RECORD_SECONDS
from minipanel.models.span import Span

NEIGHBOURS: Final = 4
"""This many neighbours run the same jobs, except in every third group."""

SHORTEST_SECONDS: Final = 1200
LONGEST_SECONDS: Final = 30 * HOUR_SECONDS
MIDDLE_HOURS: Final = 1.2
"""The mean of the logarithm: half of the jobs take less than 3.3 hours."""

IDLE_CELSIUS: Final = 33.0
KELVINS_A_PERCENT: Final = 0.4


def temperature(cpu: float, warmth: float = 0.0) -> float:
    """Return the temperature of a CPU with this load in percent, °C. `warmth`: what its node or rack adds."""
    return IDLE_CELSIUS + KELVINS_A_PERCENT * cpu + warmth


def jobs(place: int, begin: int, until: int | None, has_sensor: bool) -> Iterator[Span]:
    """Yield the jobs of the node at an index, and the idle times between them, without gaps. `until` None: forever."""
    group = place // NEIGHBOURS
    dice = random.Random(f"place {place}" if group % 3 == 2 else f"group {group}")
    own = random.Random(f"own {place}")
    warmth, resting = own.uniform(-2, 2), own.uniform(2.5, 6)
    at = begin
    while until is None or at < until:
        end = at + _seconds(dice)
        cpu, rise, swing, memory, grown = _work(dice, at)
        used = min(90.0, memory + own.uniform(-4, 4)) if memory else resting
        temps = (temperature(cpu, warmth), temperature(cpu + rise, warmth)) if has_sensor else None
        yield Span(at, end, (cpu, cpu + rise), (used, used + grown), temps, swing)
        at = end


def _seconds(dice: random.Random) -> int:
    seconds = HOUR_SECONDS * dice.lognormvariate(MIDDLE_HOURS, 0.9)
    return int(min(LONGEST_SECONDS, max(SHORTEST_SECONDS, seconds))) // RECORD_SECONDS * RECORD_SECONDS


def _work(dice: random.Random, at: int) -> tuple[float, float, float, float, float]:
    """Return in percent: CPU use at the beginning, its rise and swing, memory (0: an idle node's), and its growth."""
    kind, level = dice.random(), dice.random()
    if kind > _busy_share(at):
        return 0.3 + 0.9 * level, 0.0, 0.3, 0.0, 0.0
    if dice.random() < 0.75:
        return 93 + 5 * level, 0.0, 1.5, 12 + 45 * level, 6.0
    return 35 + 30 * level, 8.0, 7.0, 30 + 25 * level, 4.0


def _busy_share(at: int) -> float:
    """Return the share of the cluster that works at this time, 0 to 1: the most by day on working days."""
    day, second = divmod(at, DAY_SECONDS)
    is_weekend = day % 7 in (2, 3)  # 1970 began on a Thursday
    is_day = 8 * HOUR_SECONDS < second < 20 * HOUR_SECONDS
    return (0.62 if is_weekend else 0.82) + (0.12 if is_day else 0.0)
