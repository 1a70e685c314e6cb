"""What must hold for every rule, whatever nodes do: at most one alert per node, and silence opens and closes none."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.alerts.rule import Rule
from minipanel.alerts.rules.all import RULES
from minipanel.alerts.watch import Setting, Watch
from minipanel.models.alert import PANEL, Alert
from minipanel.models.rack import racks_of
from tests.alerts.example import INTERVAL, FakeCluster

OF_SILENCE = {"node-down", "many-down"}
OF_PANEL = {rule.name for rule in RULES if rule.is_about_panel}
NODES = 8


def impatient(rule: Rule[Any]) -> Setting:
    """A rule that opens after two minutes and closes after five, so that tests are short."""
    times = {"for_": min(rule.parameters().for_, 120), "hold": min(max(rule.parameters().hold, 60), 300)}
    return Setting(rule, rule.parameters(**times), rule.severity)


_spans = st.tuples(
    st.integers(1, 90),
    st.fixed_dictionaries(
        {
            "silent": st.sets(st.integers(1, NODES), max_size=NODES),
            "temp": st.sampled_from([None, 40.0, 88.0, 96.0, 101.0]),
            "used": st.sampled_from([100, 600, 955, 990]),
            "cpu": st.sampled_from([0.5, 50.0, 100.0]),
            "skew": st.sampled_from([None, 0.0, 7.0, -40.0]),
            "throttled": st.sampled_from([0, 0, 3]),
            "limit": st.sampled_from([None, 90.0, 100.0]),
            "version": st.sampled_from(["", "0.0.1", None]),
            "rebooted": st.booleans(),
            "rising": st.sampled_from([None, 3600, 9 * 3600, "unknown"]),
            "complete": st.sampled_from([50.0, 92.0, 100.0, None]),
        }
    ),
)


def arrange(cluster: FakeCluster, span: dict[str, Any]) -> None:
    """Give all nodes this state, and make the first half as bad as possible."""
    cluster.silent = span["silent"]
    for node_id, node in cluster.nodes.items():
        if node_id > NODES // 2 or node_id in cluster.silent:
            continue
        cluster.values[node_id] = {"cpu_temp": span["temp"], "memory_used": span["used"], "cpu_percent": span["cpu"]}
        node.clock_skew_seconds, node.throttled, node.cpu_temp_limit = span["skew"], span["throttled"], span["limit"]
        node.agent_version = span["version"]
        if span["rebooted"]:
            node.rebooted_at = cluster.uptime
        cluster.rising.pop(node_id, None)
        if span["rising"] != "unknown":
            cluster.rising[node_id] = None if span["rising"] is None else cluster.now + span["rising"]
        cluster.complete.pop(node_id, None)
        if span["complete"] is not None:
            cluster.complete[node_id] = span["complete"]


@settings(deadline=None, max_examples=40)
@given(st.lists(_spans, min_size=1, max_size=8))
def test_no_rule_has_two_alerts_of_a_node_and_none_opens_or_closes_in_a_gap_or_before_its_hold(
    spans: list[tuple[int, dict[str, Any]]],
) -> None:
    cluster, watch = FakeCluster(NODES), Watch([impatient(rule) for rule in RULES])
    cluster.racks = racks_of({node_id: each.node.hostname for node_id, each in cluster.nodes.items()})
    is_open: dict[tuple[str, int], Alert] = {}
    not_good_at: dict[tuple[str, int], float] = {}
    rules = {rule.name: impatient(rule) for rule in RULES}
    for looks, span in spans:
        arrange(cluster, span)
        for _ in range(looks):
            now = cluster.step()
            for (name, node_id), _alert in is_open.items():
                if rules[name].rule.is_good(rules[name].parameters, now, node_id) is not True:
                    not_good_at[name, node_id] = now.uptime
            changes = watch.tick(now)
            for alert in changes.opened:
                key = alert.rule, alert.node_id
                assert key not in is_open
                assert alert.rule in OF_SILENCE or alert.node_id == PANEL or alert.node_id in now.up, "opened in a gap"
                assert alert.rule not in OF_SILENCE or alert.node_id not in now.up
                is_open[key] = alert
                not_good_at[key] = now.uptime
            for alert in changes.closed:
                key = alert.rule, alert.node_id
                del is_open[key]
                assert alert.node_id == PANEL or alert.node_id in now.up, "closed in a gap"
                assert now.uptime - not_good_at[key] + INTERVAL >= alert.hold_seconds
            assert {(alert.rule, alert.node_id) for alert in watch.open()} == set(is_open)
            for (name, node_id), alert in is_open.items():
                unknown = rules[name].rule.is_good(rules[name].parameters, now, node_id) is None
                found = node_id in rules[name].rule.find(rules[name].parameters, now)
                assert alert.is_suspended == (unknown and not found)


@settings(deadline=None, max_examples=40)
@given(st.lists(_spans, min_size=1, max_size=3))
def test_a_rule_that_does_not_compare_nodes_finds_the_same_in_one_of_them_alone(
    spans: list[tuple[int, dict[str, Any]]],
) -> None:
    cluster, watch = FakeCluster(NODES), Watch([impatient(rule) for rule in RULES])
    cluster.racks = racks_of({node_id: each.node.hostname for node_id, each in cluster.nodes.items()})
    for looks, span in spans:
        arrange(cluster, span)
        for _ in range(looks):
            now = cluster.step()
        for setting in map(impatient, RULES):
            found = setting.rule.find(setting.parameters, now)
            for node_id in now.nodes:
                assert watch.find(setting, now, node_id).get(node_id) == found.get(node_id)


def test_a_working_batch_cluster_opens_no_alert_for_a_day() -> None:
    """All CPUs at 100%, nine tenths of memory in use, warm, and an outage of half an hour of one node."""
    cluster, watch = FakeCluster(NODES), Watch([Setting(rule, rule.parameters(), rule.severity) for rule in RULES])
    cluster.racks = racks_of({node_id: each.node.hostname for node_id, each in cluster.nodes.items()})
    cluster.complete = dict.fromkeys(cluster.nodes, 99.0)
    cluster.rising = dict.fromkeys(cluster.nodes)
    for each in cluster.nodes.values():
        each.agent_version, each.cpu_temp_limit = "", 100.0
    opened = []
    for step in range(86400 // INTERVAL // 6):
        cluster.silent = {3} if 1000 <= step < 1360 else set()
        now = cluster.step(cpu_percent=100.0, memory_used=900, cpu_temp=84.0 + step % 7)
        opened += watch.tick(now).opened
    assert [(alert.rule, alert.node_id) for alert in opened] == [("node-down", 3)]
