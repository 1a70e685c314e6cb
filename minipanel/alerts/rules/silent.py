"""Silent nodes: since when, and why, as far as known. Shared by node-down and many-down."""

from __future__ import annotations

import math

from minipanel.alerts.words import Pair
from minipanel.models.alert import Alert, Bad
from minipanel.models.cluster import Cluster

NO_ANSWER, AGENT, REFUSED, CLOCK, BEHIND = "no-answer", "agent", "refused", "clock", "clock-behind"
REBOOTED = "rebooted"
"""Known only when a node is back."""

REASON_SECONDS = 10.0
"""How long an alert waits for its reason."""

DOWN_REASONS = {
    NO_ANSWER: Pair("no answer", "节点无响应"),
    AGENT: Pair("the node answers, but its agent sends nothing", "节点有响应，但 Agent 未上报"),
    REFUSED: Pair("the panel refuses its samples", "样本被面板拒绝"),
    CLOCK: Pair(
        "the panel refuses its samples because its clock is {worst} s ahead", "时钟快了 {worst} 秒，样本被面板拒绝"
    ),
    BEHIND: Pair(
        "the panel refuses its samples because its clock is {worst} s behind", "时钟慢了 {worst} 秒，样本被面板拒绝"
    ),
    REBOOTED: Pair("it was rebooted", "节点重启"),
}
DOWN_OVER = {REBOOTED: Pair("up again after a reboot", "已重新在线，节点曾重启")}
MANY_REASONS = {
    NO_ANSWER: Pair(
        "none of them answers (check the panel's network or a switch)", "全部无响应，请检查面板的网络或交换机"
    ),
    AGENT: Pair(
        "some of them answer, but their agents send nothing (check munge and the agents)",
        "部分节点有响应，但 Agent 未上报，请检查 munge 和 Agent",
    ),
    REFUSED: Pair("the panel refuses their samples", "样本被面板拒绝"),
    CLOCK: Pair("the panel refuses their samples because their clocks are ahead", "时钟偏快，样本被面板拒绝"),
    BEHIND: Pair("the panel refuses their samples because their clocks are behind", "时钟偏慢，样本被面板拒绝"),
    REBOOTED: Pair("they were rebooted", "节点重启"),
}
MANY_OVER = {REBOOTED: Pair("up again after a reboot", "已重新在线，节点曾重启")}

SILENT = {reason: Bad(reason=reason) for reason in ("", NO_ANSWER, AGENT, REFUSED, CLOCK, BEHIND)}
"""What 10,000 silent nodes share at each check, instead of having 10,000 new ones made."""


def lasted(parameters: object, cluster: Cluster, node_id: int) -> float | None:
    """Return how long a node has been silent; without a known reason, as if the silence had begun later.

    If a node's last sample was from the future, the silence counts from the first check.
    """
    seconds = cluster.uptime - cluster.down[node_id].heard_at
    if node_id not in cluster.silence:
        seconds -= REASON_SECONDS
    return None if seconds == math.inf else seconds


def is_up(cluster: Cluster, node_id: int) -> bool:
    """Return whether a node is up, at the moment that the cluster is about."""
    return node_id not in cluster.down and cluster.nodes[node_id].state == "up"


def end_reason(cluster: Cluster, alert: Alert) -> str:
    """Return REBOOTED if a node that is back has another boot id than before its silence."""
    now = cluster.nodes[alert.node_id]
    if now.rebooted_at is None:
        return ""
    return REBOOTED if cluster.uptime - now.rebooted_at <= cluster.now - alert.began_at else ""
