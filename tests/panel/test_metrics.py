"""The list of metrics: what must hold for each, including future ones."""

from __future__ import annotations

import pytest

from minipanel.models.metrics import METRICS, VALUES, Metric
from minipanel.models.record import VALUE_COLUMNS


def test_the_columns_of_the_contract_are_in_its_order() -> None:
    assert " ".join(VALUE_COLUMNS) == (
        "cpu_percent cpu_percent_max memory_total memory_used memory_used_max memory_percent "
        "cpu_temp cpu_temp_max samples"
    )
    assert [value.name for value in VALUES] == ["cpu_percent", "memory_total", "memory_used", "cpu_temp"]


def test_the_first_metric_is_in_every_sample() -> None:
    assert METRICS[0].null is None


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_columns_added_by_an_update_can_be_null_and_come_last(metric: Metric) -> None:
    later = METRICS[METRICS.index(metric) :]
    assert not metric.is_late or (metric.null is not None and all(each.is_late for each in later))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_share_is_of_a_total(metric: Metric) -> None:
    assert (metric.share is None) == (metric.of_total is None)
