"""How many of an hour's samples exist: losses that count, and outages that don't."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.alerts.completeness import percent_of_samples
from minipanel.models.sample import Sample
from minipanel.services.lasthour import LastHour
from tests.alerts.example import START

UNTIL = START - START % 60
HOUR = 3600


def every(interval: int, until: int = UNTIL) -> list[int]:
    return list(range(until - HOUR + interval, until + 1, interval))


@pytest.mark.parametrize("interval", [5, 10, 15, 30, 60])
def test_all_samples_are_all_of_them_at_each_interval(interval: int) -> None:
    assert percent_of_samples(every(interval), UNTIL, interval) == 100


@pytest.mark.parametrize("interval", [5, 10])
def test_a_fifth_that_is_lost_here_and_there_is_missing(interval: int) -> None:
    dice = random.Random(1)
    times = [time for time in every(interval) if dice.random() > 0.2]
    percent = percent_of_samples(times, UNTIL, interval)
    assert percent == pytest.approx(100 * len(times) * interval / HOUR)
    assert 75 < percent < 85


def test_blips_of_two_minutes_are_missing_and_an_outage_of_ten_or_thirty_is_none() -> None:
    blips = [time for time in every(5) if time % 600 >= 120]
    assert percent_of_samples(blips, UNTIL, 5) == pytest.approx(80, abs=1)
    for minutes in (5, 10, 29):
        outage = [time for time in every(5) if not 0 < UNTIL - 900 - time <= 60 * minutes]
        assert percent_of_samples(outage, UNTIL, 5) == pytest.approx(100, abs=0.5)


def test_a_node_that_hardly_existed_yet_gives_no_finding() -> None:
    assert percent_of_samples(every(5)[-300:], UNTIL, 5) is None
    assert percent_of_samples(every(5)[-400:], UNTIL, 5) == 100
    assert percent_of_samples([UNTIL], UNTIL, 5) is None
    assert percent_of_samples([], UNTIL, 5) is None


def test_an_agent_at_an_interval_that_was_not_rolled_out_yet_loses_nothing() -> None:
    assert percent_of_samples(every(10), UNTIL, 5) == 100
    assert percent_of_samples(every(5), UNTIL, 10) == 100


def test_a_clock_that_was_set_by_an_hour_or_a_minute_makes_no_loss() -> None:
    ahead = [time for time in every(5) if time <= UNTIL - 1800] + [UNTIL + 3600 - 5 * k for k in range(400)][::-1]
    assert percent_of_samples([time for time in ahead if time > UNTIL], UNTIL + 3600, 5) == 100
    by_a_minute = [time for time in every(5) if not UNTIL - 1800 < time <= UNTIL - 1740]
    assert (percent_of_samples(by_a_minute, UNTIL, 5) or 0) > 98


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 1500), min_size=1, max_size=400), st.integers(0, 719), st.randoms(use_true_random=False))
def test_the_last_hour_counts_and_lists_its_samples_in_whatever_order_they_came(
    slots: list[int], shift: int, dice: random.Random
) -> None:
    base = START - START % HOUR + 5 * shift
    times = [base + 5 * slot for slot in slots]
    until = max(times)
    expected = sorted({time for time in times if time > until - HOUR})
    hours = []
    for _ in range(2):
        hour = LastHour()
        for time in times:
            hour.add(Sample("n", time, 1.0, 100, time % 90, 50.0), until)  # type: ignore[call-arg, arg-type]
        hours.append((hour.count(until), hour.times(until)))
        dice.shuffle(times)
    assert hours == [(len(expected), expected)] * 2
    assert hour.columns(until).timestamp == expected
    assert hour.value("memory_used", expected[0]) == expected[0] % 90
    assert hour.value("memory_used", until + 5) is None
