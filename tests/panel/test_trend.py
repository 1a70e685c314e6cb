"""The cluster's last minutes: what each point summarises, and which samples do not count."""

from __future__ import annotations

from msgspec import to_builtins

from minipanel.models.sample import Sample
from minipanel.services.lasthour import LastHour
from minipanel.services.trend import STEP_SECONDS, TREND_SECONDS, trend

NOW = 1_700_000_010.0
LAST = 1_699_999_980
GB = 1024**3


def hour(*samples: tuple[int, float, int, float | None]) -> tuple[LastHour, Sample]:
    """A node of 8 GB: timestamp, CPU percent, GB used and °C of each sample."""
    found = LastHour()
    for timestamp, cpu, used, temp in samples:
        newest = Sample("n1", timestamp, cpu, 8 * GB, used * GB, temp)
        found.add(newest, timestamp)
    return found, newest


def test_a_point_sums_up_all_nodes_that_have_a_sample_then() -> None:
    first = hour((LAST - 30, 10.0, 2, 50.0), (LAST, 20.0, 4, None))
    second = hour((LAST, 60.0, 6, 71.5))
    assert to_builtins(trend([first, second], NOW, 5)) == {
        "timestamp": [LAST - 30, LAST],
        "cpu_percent": [10, 40],
        "cpu_percent_max": [10, 60],
        "memory_percent": [25, 62.5],
        "cpu_temp_max": [50, 71.5],
    }


def test_samples_still_on_their_way_and_old_ones_do_not_count() -> None:
    oldest = LAST - TREND_SECONDS + STEP_SECONDS
    found = trend([hour((oldest - 30, 1.0, 1, 1.0), (oldest, 2.0, 1, 1.0), (LAST + 30, 3.0, 1, 1.0))], NOW, 5)
    assert found.timestamp == [oldest]


def test_a_cluster_without_samples_or_sensors_has_no_trend_of_them() -> None:
    assert trend([], NOW, 5).timestamp == []
    assert to_builtins(trend([hour((LAST, 1.0, 1, None))], NOW, 5))["cpu_temp_max"] == [None]
