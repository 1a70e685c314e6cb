"""Rare but costly cases: clocks that jump, rules switched off, nodes of which nothing is known."""

from __future__ import annotations

import math

from minipanel.alerts.rules.hot import HOT, HotParameters
from minipanel.alerts.rules.many_down import MANY_DOWN, ManyDownParameters
from minipanel.alerts.rules.neighbours import HOTTER_THAN_NEIGHBOURS, NeighboursParameters
from minipanel.alerts.rules.node_down import NODE_DOWN, NodeDownParameters
from minipanel.alerts.rules.panel import PANEL_RULE, PanelParameters
from minipanel.alerts.run import Run
from minipanel.alerts.watch import Setting, Watch
from minipanel.models.alert import PANEL, Alert
from minipanel.models.cluster import PanelNow
from tests.alerts.example import INTERVAL, FakeCluster

HOT_SETTING = Setting(HOT, HotParameters(), "critical")
MANY = Setting(MANY_DOWN, ManyDownParameters(), "critical")
NODE = Setting(NODE_DOWN, NodeDownParameters(), "critical")


def test_a_node_whose_last_sample_is_unknown_is_silent_from_now_on() -> None:
    cluster, watch = FakeCluster(20), Watch([MANY, NODE])
    cluster.step()
    cluster.silent = {3}
    cluster.nodes[3].heard_at = -math.inf
    opened: list[Alert] = []
    seconds = 0
    while not opened:
        opened = watch.tick(cluster.step()).opened
        seconds += INTERVAL
    assert [(alert.node_id, alert.opened_at - alert.began_at) for alert in opened] == [(3, 300)]
    assert seconds == 300 + INTERVAL


def test_many_nodes_whose_last_sample_is_unknown_are_one_trouble() -> None:
    cluster, watch = FakeCluster(20), Watch([MANY, NODE])
    cluster.step()
    cluster.silent = set(cluster.nodes)
    for each in cluster.nodes.values():
        each.heard_at = -math.inf
    opened = [alert for _ in range(200) for alert in watch.tick(cluster.step()).opened]
    assert {alert.rule for alert in opened} == {"many-down"}
    assert len(opened) == 20


def test_samples_that_come_now_just_before_a_look_and_now_just_after_it_are_enough() -> None:
    run = Run(0, INTERVAL)
    for seconds in (10, 15, 25, 30, 40, 45, 55, 60):  # every third is overtaken by the next
        run.add(seconds)
    assert run.rests_on_enough()


def test_few_samples_in_a_long_time_are_not_enough() -> None:
    run = Run(0, INTERVAL)
    for seconds in (20, 40, 60):
        run.add(seconds)
    assert not run.rests_on_enough()


def test_an_alert_opens_in_time_though_the_nodes_clock_is_set_back_by_an_hour() -> None:
    cluster, watch = FakeCluster(1), Watch([HOT_SETTING])
    for _ in range(6):
        watch.tick(cluster.step(cpu_temp=96.0))
    cluster.node_clock = -3600
    looks = 0
    while not watch.tick(cluster.step(cpu_temp=96.0)).opened:
        looks += 1
    assert looks * INTERVAL == 60 - INTERVAL


def test_a_disabled_rule_suppresses_no_other() -> None:
    cluster, watch = FakeCluster(20), Watch([MANY, NODE])
    watch.tick(cluster.step())
    cluster.silent = set(cluster.nodes)
    for _ in range(6):
        watch.tick(cluster.step())
    watch.replace([Setting(MANY_DOWN, ManyDownParameters(), "critical", is_on=False), NODE])
    opened = [alert.rule for _ in range(100) for alert in watch.tick(cluster.step()).opened]
    assert opened == ["node-down"] * 20


def test_a_rule_about_the_panel_that_is_switched_off_ends_its_alert() -> None:
    setting = Setting(PANEL_RULE, PanelParameters(for_=0), "critical")
    cluster, watch = FakeCluster(1), Watch([setting])
    cluster.panel = PanelNow(munge="munged does not answer")
    (alert,) = watch.tick(cluster.step()).opened
    assert alert.node_id == PANEL
    watch.replace([Setting(PANEL_RULE, PanelParameters(), "critical", is_on=False)])
    assert watch.tick(cluster.step()).closed == [alert]
    assert alert.is_dropped


def test_a_panel_that_was_suspended_reports_it_even_though_it_runs_again() -> None:
    cluster, watch = FakeCluster(1), Watch([Setting(PANEL_RULE, PanelParameters(), "critical")])
    cluster.panel = PanelNow(late_seconds=600)
    (alert,) = watch.tick(cluster.step()).opened
    assert (alert.bad.reason, alert.opened_at - alert.began_at) == ("late", 600)


def test_a_node_that_is_hot_is_not_also_hotter_than_its_neighbours() -> None:
    cluster = FakeCluster(10)
    cluster.racks = {node_id: list(cluster.nodes) for node_id in cluster.nodes}
    cluster.values = {3: {"cpu_temp": 97.0}}
    watch = Watch([HOT_SETTING, Setting(HOTTER_THAN_NEIGHBOURS, NeighboursParameters(), "warning")])
    opened = [alert.rule for _ in range(400) for alert in watch.tick(cluster.step()).opened]
    assert opened == ["hot"]


def test_a_reason_that_changes_is_a_change() -> None:
    cluster, watch = FakeCluster(20), Watch([MANY, NODE])
    watch.tick(cluster.step())
    cluster.silent = {3}
    (alert,) = [alert for _ in range(61) for alert in watch.tick(cluster.step()).opened]
    cluster.reason = "agent"
    assert watch.tick(cluster.step()).changed == [alert]
    assert alert.bad.reason == "agent"
    assert not watch.tick(cluster.step())
