"""When memory will be full: trends that are reported, and all that only looks like one for a while."""

from __future__ import annotations

import math
import random
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.alerts.rising import FULL_PERCENT, HABIT_SECONDS, full_at
from tests.alerts.example import START

STEP = 300
NOW = START - START % STEP + 137
RECORDS = HABIT_SECONDS // STEP


def day(memory: object, noise: float = 0.0, seed: int = 1) -> list[tuple[int, float]]:
    """Return the records of a day. `memory`: percent, by hours before now (24 to 0)."""
    dice = random.Random(seed)
    times = [NOW // STEP * STEP - STEP * place for place in range(RECORDS)]
    return [
        (at, min(100.0, max(0.0, memory((NOW - at) / 3600) + dice.gauss(0, noise))))
        for at in times  # type: ignore[operator]
    ]


def test_a_leak_is_reported_with_the_time_when_memory_will_be_full() -> None:
    found = full_at(day(lambda hours: 80 - 10 * hours if hours < 5 else 30), NOW)
    assert found is not None
    assert abs(found - (NOW + 1.7 * 3600)) < 60


def test_noise_does_not_hide_a_leak_and_moves_its_time_by_minutes() -> None:
    for seed in range(20):
        found = full_at(day(lambda hours: 80 - 10 * hours if hours < 5 else 30, 0.5, seed), NOW)
        assert found is not None
        assert abs(found - (NOW + 1.7 * 3600)) < 900


@pytest.mark.parametrize(
    ("what", "memory"),
    [
        ("a node as always", lambda hours: 90),
        ("nothing", lambda hours: 2),
        ("a job that started an hour ago", lambda hours: 92 if hours < 1 else 20),
        ("a job that started half an hour ago", lambda hours: 92 if hours < 0.5 else 20),
        ("a job that started two records ago", lambda hours: 70 if hours < 0.15 else 20),
        ("a job that loads for an hour and then works", lambda hours: min(90, 20 + 70 * max(0, 2 - hours))),
        ("a job that loads for twenty minutes", lambda hours: min(90, 20 + 210 * max(0, 0.7 - hours))),
        ("jobs one after the other, each larger", lambda hours: 20 + 10 * (8 - math.ceil(hours)) if hours < 8 else 20),
        ("a collector each half hour", lambda hours: 50 + 40 * (-hours * 2 % 1)),
        ("a collector each hour", lambda hours: 50 + 40 * (-hours % 1)),
        ("a collector each three hours", lambda hours: 30 + 60 * ((2.9 - hours) / 3 % 1)),
        ("a wave", lambda hours: 60 + 30 * math.sin(hours * 4)),
        ("a slow wave", lambda hours: 60 + 30 * math.sin(hours / 2)),
        ("a cache that fills slowly", lambda hours: 60 - hours),
        ("falls", lambda hours: 40 + 2 * hours),
        ("is full already", lambda hours: 100 - 3 * hours),
    ],
)
def test_a_rise_that_has_stopped_is_not_reported(what: str, memory: object) -> None:
    for seed in range(5):
        found = full_at(day(memory, 0.3, seed), NOW)
        # A slow climb may give a time far in the future, for which no rule opens.
        assert found is None or found > NOW + 4 * 3600, what


def test_jobs_that_come_and_go_in_a_batch_cluster_give_no_finding() -> None:
    dice = random.Random(7)
    for _ in range(300):
        starts = sorted(dice.uniform(0, 24) for _ in range(dice.randint(1, 40)))
        levels = [dice.choice((2, 40, 60, 85, 90, 92)) for _ in range(len(starts) + 1)]
        found = full_at(day(partial(_level, starts, levels), 0.5, 3), NOW)
        assert found is None or found > NOW + 2 * 3600


def _level(starts: list[float], levels: list[float], hours: float) -> float:
    return levels[sum(start < 24 - hours for start in starts)]


def test_a_leak_that_the_kernel_ended_yesterday_is_reported_again_but_a_garbage_collector_is_not() -> None:
    def climbing_to(top: float) -> object:
        return lambda hours: 78 - 10 * hours if hours < 6 else 18 if hours < 8 else max(18, top - 10 * (hours - 8))

    assert full_at(day(climbing_to(100)), NOW) is not None
    assert full_at(day(climbing_to(80)), NOW) is None


def test_too_few_or_old_records_give_no_finding() -> None:
    leak = day(lambda hours: 80 - 10 * hours if hours < 5 else 30)
    assert full_at([], NOW) is None
    assert full_at(leak[::2], NOW) is None
    assert full_at(leak[4:], NOW) is None
    assert full_at(leak[:18], NOW) is None


@settings(deadline=None, max_examples=40)
@given(st.randoms(use_true_random=False), st.floats(2, 30), st.floats(50, 95))
def test_the_order_of_records_is_irrelevant_and_the_reported_time_is_in_the_future(
    dice: random.Random, slope: float, level: float
) -> None:
    records = day(lambda hours: level - slope * hours, 0.4, dice.randint(0, 9))
    found = full_at(records, NOW)
    dice.shuffle(records)
    assert full_at(records, NOW) == found
    assert found is None or found > NOW
    if level >= FULL_PERCENT:
        assert found is None
