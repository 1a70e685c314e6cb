"""How each rule judges one node: why an alert is open, or why not."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from minipanel.alerts.message import Teller
from minipanel.alerts.silences import Silences
from minipanel.alerts.watch import Setting, Watch, lasted_by_rule
from minipanel.models.alert import Alert, Bad
from minipanel.models.alert_answers import Explained, ExplainedRule, RuleState, Words
from minipanel.models.cluster import Cluster
from minipanel.models.node import Node

Tellers = tuple[Teller, Teller]
"""English and Chinese."""


def explain(
    node: Node, cluster: Cluster, watch: Watch, silences: Silences, tellers: Tellers
) -> Generator[None, None, Explained]:
    """Return each rule that may concern the node, in the order of the rules. A step for each rule."""
    rules = []
    for setting in watch.settings_for(node.id):
        if setting.rule.is_about_panel:
            continue
        yield
        found = watch.find(setting, cluster, node.id) if node.id in cluster.nodes else {}
        alert = watch.alert(setting.rule.name, node.id)
        silence = silences.of(alert, cluster.now) if alert is not None else None
        bad = found.get(node.id)
        rules.append(
            ExplainedRule(
                setting.rule.name,
                setting.severity,
                _state(setting, cluster, watch, node, found, alert),
                _words(setting, node, cluster, alert, bad, tellers),
                _seconds(setting, node, cluster, watch, bad),
                None if alert is not None else setting.parameters.for_,
                None if alert is None else alert.began_at,
                None if silence is None else silence.until_at,
            )
        )
    return Explained(node.id, node.hostname, rules)


def _state(
    setting: Setting, cluster: Cluster, watch: Watch, node: Node, found: Mapping[int, Bad], alert: Alert | None
) -> RuleState:
    if not setting.is_on:
        return "off"
    if alert is not None:
        return "suspended" if alert.is_suspended else "open"
    if node.id in found:
        is_held = any(node.id in watch.in_hand(other) for other in setting.rule.held_back_by)
        return "held" if is_held else "pending"
    # Of a node that never reported nothing is bad, and nothing good.
    is_known = node.id in cluster.nodes and cluster.nodes[node.id].state != "never"
    good = setting.rule.is_good(setting.parameters, cluster, node.id) if is_known else None
    return "unknown" if good is None else "good" if good else "between"


def _seconds(setting: Setting, node: Node, cluster: Cluster, watch: Watch, bad: Bad | None) -> int | None:
    """Return how many seconds it has been bad, or good again; None if neither is being counted."""
    lasted = None if bad is None else lasted_by_rule(setting, cluster, node.id)
    return watch.counted_seconds(setting.rule.name, node.id) if lasted is None else int(lasted)


def _words(
    setting: Setting, node: Node, cluster: Cluster, alert: Alert | None, bad: Bad | None, tellers: Tellers
) -> Words | None:
    if bad is not None:
        alert = Alert(
            setting.rule.name, node.id, setting.severity, cluster.now, cluster.now, 0, bad=bad, worst=bad.value
        )
    return None if alert is None else Words(*(teller.was([alert]) for teller in tellers))
