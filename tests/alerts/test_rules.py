"""Each rule on its own: what it finds, and when it counts as over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipanel.alerts.rules.all import BY_NAME, RULES
from minipanel.alerts.words import Pair
from minipanel.models.alert import PANEL, Bad
from minipanel.models.cluster import Cluster, PanelNow
from minipanel.models.rack import racks_of
from tests.alerts.example import FakeCluster


def rack(count: int = 16, **values: float | None) -> FakeCluster:
    cluster = FakeCluster(count)
    cluster.racks = racks_of({node_id: each.node.hostname for node_id, each in cluster.nodes.items()})
    cluster.step(**values)
    return cluster


def found(name: str, cluster: Cluster, **parameters: Any) -> dict[int, Bad]:
    rule = BY_NAME[name]
    return dict(rule.find(rule.parameters(**parameters), cluster))


def lasted(name: str, cluster: Cluster, node_id: int) -> float | None:
    rule = BY_NAME[name]
    return rule.lasted and rule.lasted(rule.parameters(), cluster, node_id)


def is_good(name: str, cluster: Cluster, node_id: int) -> bool | None:
    rule = BY_NAME[name]
    return rule.is_good(rule.parameters(), cluster, node_id)


@given(st.lists(st.integers(0, 200), max_size=40), st.integers(2, 8))
def test_silent_together_is_who_fell_silent_within_half_a_minute_with_enough_others(ago: list[int], least: int) -> None:
    cluster = FakeCluster(len(ago))
    cluster.step()
    cluster.silent = set(cluster.nodes)
    cluster.now += 1000
    for each, seconds in zip(cluster.nodes.values(), ago, strict=True):
        each.heard_at = cluster.uptime - 100 - seconds
    together = {
        node_id
        for node_id, own in enumerate(ago, 1)
        if any(
            first <= own <= first + 30 and sum(first <= other <= first + 30 for other in ago) >= least for first in ago
        )
    }
    assert found("many-down", cluster.step(), nodes_at_least=least, percent_at_least=0).keys() == together


def test_a_node_hotter_than_its_rack_at_the_same_load_is_found_and_the_warm_rack_is_not() -> None:
    cluster = rack(cpu_temp=62.0)
    cluster.values = {5: {"cpu_temp": 81.0}}
    now = cluster.step(cpu_temp=62.0)
    assert found("hotter-than-neighbours", now) == {5: Bad(81.0, 62.0)}
    assert is_good("hotter-than-neighbours", now, 5) is False
    assert found("hotter-than-neighbours", cluster.step(cpu_temp=81.0)) == {}


def test_a_node_that_works_alone_may_be_hotter() -> None:
    cluster = rack()
    cluster.values = {5: {"cpu_temp": 81.0, "cpu_percent": 99.0}}
    assert found("hotter-than-neighbours", cluster.step(cpu_temp=62.0)) == {}


def test_a_few_nodes_are_not_a_rack_to_compare_with() -> None:
    cluster = rack(7)
    cluster.values = {5: {"cpu_temp": 99.0}}
    assert found("hotter-than-neighbours", cluster.step()) == {}


def test_a_node_without_a_sensor_is_neither_hot_nor_a_neighbour() -> None:
    cluster = rack(16)
    cluster.values = {node_id: {"cpu_temp": None} for node_id in range(1, 10)}
    now = cluster.step(cpu_temp=99.0)
    assert found("hotter-than-neighbours", now) == {}
    assert 1 not in found("hot", now)
    assert is_good("hot", now, 1) is None


@pytest.mark.parametrize(
    ("limit", "above", "temp", "bad", "is_good"),
    [
        (100.0, None, 94.9, None, False),
        (100.0, None, 95.0, 100, False),
        (100.0, None, 90.0, None, False),
        (100.0, None, 89.9, None, True),
        (85.0, None, 80.0, 85, False),
        (None, None, 94.9, None, False),
        (None, None, 95.0, 95, False),
        (None, None, 89.9, None, True),
        (100.0, 70.0, 70.0, 70, False),
        (100.0, 70.0, 64.9, None, True),
    ],
)
def test_hot_is_five_below_the_kernels_limit_or_where_a_site_says(
    limit: float | None, above: float | None, temp: float, bad: float | None, is_good: bool
) -> None:
    cluster = rack(1)
    cluster.nodes[1].cpu_temp_limit = limit
    now, rule = cluster.step(cpu_temp=temp), BY_NAME["hot"]
    parameters = rule.parameters(above=above)
    assert dict(rule.find(parameters, now)) == ({} if bad is None else {1: Bad(temp, bad)})
    assert rule.is_good(parameters, now, 1) is is_good


def test_a_throttled_cpu_is_found_by_what_its_agent_counts() -> None:
    cluster = rack(2)
    cluster.nodes[2].throttled = 12
    now = cluster.step()
    assert found("throttled", now) == {2: Bad(12.0, 1.0)}
    assert found("throttled", now, times_at_least=13) == {}
    assert (is_good("throttled", now, 1), is_good("throttled", now, 2)) == (True, False)
    cluster.silent = {2}
    for _ in range(5):
        now = cluster.step()
    assert (found("throttled", now), is_good("throttled", now, 2)) == ({}, None)


def test_a_rebooted_node_is_shown_for_an_hour() -> None:
    cluster = rack(2)
    cluster.nodes[2].rebooted_at = cluster.uptime - 10
    assert found("rebooted", cluster.look()) == {2: Bad()}
    assert lasted("rebooted", cluster.look(), 2) == 10
    cluster.nodes[2].rebooted_at = cluster.uptime - 3600
    assert found("rebooted", cluster.look()) == {}
    assert is_good("rebooted", cluster.look(), 2) is True


def test_an_agent_of_another_version_is_found() -> None:
    cluster = rack(2)
    cluster.nodes[2].agent_version = "0.0.9"
    now = Cluster(0, 0, 5, cluster.nodes, cluster.nodes, PanelNow(version="0.1.0"))
    assert found("agent", now) == {2: Bad(reason="version")}


def test_memory_is_full_at_its_limit_and_good_with_a_margin() -> None:
    cluster = rack(1)
    assert found("memory", cluster.step(memory_used=970)) == {1: Bad(97.0, 97)}
    assert found("memory", cluster.step(memory_used=969)) == {}
    assert is_good("memory", cluster.step(memory_used=950), 1) is False
    assert is_good("memory", cluster.step(memory_used=939), 1) is True


@pytest.mark.parametrize("skew", [10.0, -10.0, 55.0])
def test_a_clock_that_is_off_is_found_whether_ahead_or_behind(skew: float) -> None:
    cluster = rack(1)
    cluster.nodes[1].clock_skew_seconds = skew
    assert found("clock", cluster.step()) == {1: Bad(skew, 10)}
    cluster.nodes[1].clock_skew_seconds = 7.0
    assert is_good("clock", cluster.step(), 1) is False
    cluster.nodes[1].clock_skew_seconds = None
    assert is_good("clock", cluster.step(), 1) is None


def test_an_idle_node_that_holds_memory_is_found() -> None:
    assert found("idle-hoarding", rack(1).step(cpu_percent=1.9, memory_used=501)) == {1: Bad(50.1, 50)}
    assert found("idle-hoarding", rack(1).step(cpu_percent=2.0, memory_used=900)) == {}
    assert found("idle-hoarding", rack(1).step(cpu_percent=0.0, memory_used=500)) == {}


@pytest.mark.parametrize(
    ("name", "panel", "bad"),
    [
        ("panel", PanelNow(failing_seconds=31), Bad(reason="store")),
        ("panel", PanelNow(munge="no answer"), Bad(reason="munge")),
        ("panel", PanelNow(clock_step_seconds=-400), Bad(-400, 0, "clock")),
        ("panel", PanelNow(late_seconds=6), Bad(6, 5, "late")),
        ("disk", PanelNow(disk_free_percent=4.9), Bad(4.9, 5, "little")),
    ],
)
def test_what_is_wrong_with_the_panel_is_found(name: str, panel: PanelNow, bad: Bad) -> None:
    assert found(name, Cluster(0, 0, 5, {}, {}, panel)) == {PANEL: bad}
    assert is_good(name, Cluster(0, 0, 5, {}, {}, panel), PANEL) is False
    assert found(name, Cluster(0, 0, 5, {}, {})) == {}


@pytest.mark.parametrize(
    ("panel", "seconds"),
    [
        (PanelNow(failing_seconds=31), 31),
        (PanelNow(late_seconds=40, failing_seconds=31), 40),
        (PanelNow(late_seconds=6, failing_seconds=31), None),  # a short standstill must be seen again and again
        (PanelNow(munge="no answer"), None),
    ],
)
def test_the_panel_knows_how_long_some_of_its_troubles_have_lasted(panel: PanelNow, seconds: float | None) -> None:
    assert lasted("panel", Cluster(0, 0, 5, {}, {}, panel), PANEL) == seconds


def test_every_rule_says_what_it_says_in_both_languages() -> None:
    for rule in RULES:
        words = rule.words
        said = [
            words.is_so,
            words.is_over,
            *words.reasons.values(),
            *words.over_reasons.values(),
            *([words.next_step] if words.next_step else []),
        ]
        for pair in said:
            filled = dict.fromkeys(("worst", "limit", "reason", "nodes", "sensor", "time"), "1")
            assert isinstance(pair, Pair)
            assert "{" not in pair.say("en", **filled) + pair.say("zh", **filled)
            is_command = pair.en.startswith("minipanel ") or pair.en == "{reason}"
            assert is_command or any("\u4e00" <= character <= "\u9fff" for character in pair.zh), pair


def test_names_of_rules_are_distinct() -> None:
    assert len(BY_NAME) == len(RULES)
