"""Alerts open after their time, close after their hold, and do neither if nothing is known."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.alerts.rules.hot import HOT, HotParameters
from minipanel.alerts.rules.many_down import MANY_DOWN, ManyDownParameters
from minipanel.alerts.rules.node_down import NODE_DOWN, NodeDownParameters
from minipanel.alerts.rules.reading import temperature
from minipanel.alerts.watch import AGAIN_SECONDS, Changes, Setting, Watch
from minipanel.models.alert import Alert
from minipanel.models.cluster import Cluster
from tests.alerts.example import INTERVAL, FakeCluster

HOT_SETTING = Setting(HOT, HotParameters(), "critical")
DOWN_SETTINGS = [
    Setting(MANY_DOWN, ManyDownParameters(), "critical"),
    Setting(NODE_DOWN, NodeDownParameters(), "critical"),
]


def test_a_node_that_is_hot_for_a_minute_opens_one_alert() -> None:
    cluster, watch = FakeCluster(2), Watch([HOT_SETTING])
    cluster.step()
    opened = _opened(watch, cluster, 24, cpu_temp=96.0)
    assert [(alert.rule, alert.node_id, alert.bad.value, alert.bad.limit) for alert in opened] == [
        ("hot", 1, 96.0, 95),
        ("hot", 2, 96.0, 95),
    ]
    assert all(alert.opened_at - alert.began_at + INTERVAL == 60 for alert in opened)


def test_one_hot_sample_after_a_gap_opens_nothing() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    watch.tick(cluster.step(cpu_temp=99.0))
    cluster.silent = {1}
    _opened(watch, cluster, 24)
    cluster.silent = set()
    assert not watch.tick(cluster.step(cpu_temp=99.0))


def test_a_node_a_little_cooler_stays_hot_until_it_has_been_cool_for_the_hold() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    (alert,) = _opened(watch, cluster, 13, cpu_temp=96.0)
    for _ in range(100):
        assert not watch.tick(cluster.step(cpu_temp=91.0))
    seconds = 0
    while not (changes := watch.tick(cluster.step(cpu_temp=80.0))):
        seconds += INTERVAL
    assert changes.closed == [alert]
    assert seconds == 300 - INTERVAL


def test_a_node_that_goes_down_suspends_its_alert_and_silence_closes_nothing() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    (alert,) = _opened(watch, cluster, 13, cpu_temp=96.0)
    cluster.silent = {1}
    for _ in range(1000):
        assert not watch.tick(cluster.step()).closed
    assert alert.is_suspended
    cluster.silent = set()
    changes = watch.tick(cluster.step(cpu_temp=97.0))
    assert changes.changed == [alert]
    assert not alert.is_suspended
    assert alert.worst == 97.0


def test_an_alert_that_comes_back_holds_twice_as_long_and_counts() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    (first,) = _opened(watch, cluster, 13, cpu_temp=96.0)
    _opened(watch, cluster, 70, cpu_temp=60.0)
    (second,) = _opened(watch, cluster, 13, cpu_temp=96.0)
    assert (second.times, second.hold_seconds, second.first_at) == (2, 600, first.began_at)


def test_an_alert_that_comes_back_the_next_day_is_a_new_one() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    _opened(watch, cluster, 13, cpu_temp=96.0)
    _opened(watch, cluster, 70 + AGAIN_SECONDS // INTERVAL, cpu_temp=60.0)
    (second,) = _opened(watch, cluster, 13, cpu_temp=96.0)
    assert (second.times, second.hold_seconds) == (1, 300)


def test_a_thousand_nodes_silent_at_once_are_one_trouble_and_not_two() -> None:
    cluster, watch = FakeCluster(1000), Watch(DOWN_SETTINGS)
    watch.tick(cluster.step())
    cluster.silent = set(cluster.nodes)
    opened = _opened(watch, cluster, 400)
    assert {alert.rule for alert in opened} == {"many-down"}
    assert len(opened) == 1000
    assert len({alert.opened_at for alert in opened}) == 1


def test_nodes_that_fall_silent_within_half_a_minute_are_not_announced_singly_by_a_short_time() -> None:
    impatient = [DOWN_SETTINGS[0], Setting(NODE_DOWN, NodeDownParameters(for_=60), "critical")]
    cluster, watch = FakeCluster(20), Watch(impatient)
    watch.tick(cluster.step())
    opened: list[Alert] = []
    for step in range(100):
        cluster.silent |= {step + 1} if step < 6 else set()
        opened += watch.tick(cluster.step()).opened
    assert {alert.rule for alert in opened} == {"many-down"}


def test_nodes_seen_silent_in_the_midst_of_a_check_are_not_announced_singly() -> None:
    impatient = [DOWN_SETTINGS[0], Setting(NODE_DOWN, NodeDownParameters(for_=60), "critical")]
    cluster, watch = FakeCluster(1000), Watch(impatient)
    watch.tick(cluster.step())
    cluster.silent = set(cluster.nodes)
    for _ in range(30):
        now = cluster.step()
    for each in cluster.nodes.values():
        each.state = "up"  # as the last look at the states found them
    for _ in watch.steps(cluster.look()):
        for each in cluster.nodes.values():
            each.state = "down"
    assert not list(watch.open())
    assert {alert.rule for alert in watch.tick(now).opened} == {"many-down"}


def test_a_node_that_is_back_in_the_midst_of_a_check_closes_nothing_before_the_next() -> None:
    hasty = [Setting(MANY_DOWN, ManyDownParameters(hold=0), "critical"), DOWN_SETTINGS[1]]
    cluster, watch = FakeCluster(20), Watch(hasty)
    watch.tick(cluster.step())
    cluster.silent = set(cluster.nodes)
    opened = _opened(watch, cluster, 60)
    for _ in watch.steps(cluster.look()):
        for each in cluster.nodes.values():
            each.state, each.heard_at = "up", cluster.uptime
    assert list(watch.open()) == opened
    assert {alert.rule for alert in opened} == {"many-down"}
    assert watch.tick(cluster.look()).closed == opened


def test_rules_replaced_in_the_midst_of_a_check_are_for_the_next() -> None:
    cluster, watch = FakeCluster(3), Watch([HOT_SETTING, *DOWN_SETTINGS])
    opened = _opened(watch, cluster, 13, cpu_temp=96.0)
    for _ in watch.steps(cluster.step(cpu_temp=96.0)):
        watch.replace([])
    assert list(watch.open()) == opened
    assert watch.tick(cluster.step(cpu_temp=96.0)).closed == opened


def test_one_node_down_is_node_down() -> None:
    cluster, watch = FakeCluster(1000), Watch(DOWN_SETTINGS)
    watch.tick(cluster.step())
    cluster.silent = {7}
    (alert,) = _opened(watch, cluster, 61)
    assert (alert.rule, alert.node_id) == ("node-down", 7)
    assert alert.opened_at - alert.began_at == 300


def test_a_node_that_comes_back_in_another_boot_ends_with_that_and_one_that_does_not_without() -> None:
    cluster, watch = FakeCluster(2), Watch(DOWN_SETTINGS)
    watch.tick(cluster.step())
    cluster.silent = {1, 2}
    opened = _opened(watch, cluster, 61)
    assert {alert.bad.reason for alert in opened} == {"no-answer"}
    cluster.nodes[1].rebooted_at, cluster.nodes[2].rebooted_at = cluster.uptime, 0.0
    cluster.silent = set()
    closed = [alert for _ in range(70) for alert in watch.tick(cluster.step()).closed]
    assert {alert.node_id: alert.bad.reason for alert in closed} == {1: "rebooted", 2: "no-answer"}


def test_of_a_node_under_its_kernels_limit_the_hottest_moment_is_the_worst() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    cluster.nodes[1].cpu_temp_limit = 100.0
    (alert,) = _opened(watch, cluster, 13, cpu_temp=96.0)
    watch.tick(cluster.step(cpu_temp=99.0))
    watch.tick(cluster.step(cpu_temp=95.0))
    assert (alert.worst, alert.bad.limit) == (99.0, 100.0)


def test_a_node_taken_out_of_the_configuration_ends_its_alert_without_being_good() -> None:
    cluster, watch = FakeCluster(2), Watch([HOT_SETTING])
    first, _ = _opened(watch, cluster, 13, cpu_temp=96.0)
    del cluster.nodes[1]
    (closed,) = watch.tick(cluster.step(cpu_temp=96.0)).closed
    assert closed is first
    assert closed.is_dropped


def test_a_narrower_rule_goes_first_for_its_nodes() -> None:
    narrow = Setting(HOT, HotParameters(above=60), "warning", frozenset({2}))
    cluster, watch = FakeCluster(2), Watch([narrow, HOT_SETTING])
    (alert,) = _opened(watch, cluster, 20, cpu_temp=70.0)
    assert (alert.node_id, alert.severity) == (2, "warning")


def test_nothing_opens_while_the_outage_may_be_the_panels_own() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    for _ in range(30):
        assert not watch.tick(cluster.step(cpu_temp=96.0), may_open=False)
    assert watch.tick(cluster.step(cpu_temp=96.0)).opened


def test_a_restart_goes_on_with_what_was_open() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    (alert,) = _opened(watch, cluster, 13, cpu_temp=96.0)
    after = Watch([HOT_SETTING], [alert])
    for _ in range(20):
        assert not after.tick(cluster.step(cpu_temp=96.0))
    assert list(after.open()) == [alert]


_look = st.tuples(st.booleans(), st.sampled_from([40.0, 91.0, 97.0]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 80), _look), min_size=1, max_size=12))
def test_whatever_happens_no_node_has_two_alerts_and_none_closes_unless_good_for_its_hold(
    spans: list[tuple[int, tuple[bool, float]]],
) -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING, *DOWN_SETTINGS])
    is_open: set[str] = set()
    good_since: float | None = None
    for looks, (is_silent, temp) in spans:
        cluster.silent = {1} if is_silent else set()
        for _ in range(looks):
            now: Cluster = cluster.step(cpu_temp=temp)
            if 1 not in now.up or temperature(now.up[1]) != 40.0:
                good_since = None
            elif good_since is None:
                good_since = now.now - INTERVAL
            changes = watch.tick(now)
            for alert in changes.opened:
                assert alert.rule not in is_open
                is_open.add(alert.rule)
            for alert in changes.closed:
                is_open.remove(alert.rule)
                if alert.rule == "hot":
                    assert good_since is not None
                    assert now.now - good_since >= alert.hold_seconds


def _opened(watch: Watch, cluster: FakeCluster, steps: int, **values: float) -> list[Alert]:
    opened: list[Alert] = []
    for _ in range(steps):
        changes: Changes = watch.tick(cluster.step(**values))
        opened += changes.opened
    return opened
