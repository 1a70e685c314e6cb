"""`node-down`: a node that used to report is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import Hold, Rule
from minipanel.alerts.rules import many_down
from minipanel.alerts.rules.silent import DOWN_OVER, DOWN_REASONS, SILENT, end_reason, is_up, lasted
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import duration
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster


@dataclass(frozen=True, slots=True)
class NodeDownParameters:
    """[[alerts.rule]] name = "node-down". `for_` is at least a minute: sooner, the node could be the first of many."""

    for_: Annotated[int, Key(duration(60, 86400), "How long it must be silent.", "离线多久后告警。")] = 300
    hold: Hold = 300


def find(parameters: NodeDownParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes that are down, and why."""
    silence, unknown = cluster.silence, SILENT[""]
    return {node_id: silence.get(node_id, unknown) for node_id in cluster.down}


def is_good(parameters: NodeDownParameters, cluster: Cluster, node_id: int) -> bool:
    """Return whether the node is up."""
    return is_up(cluster, node_id)


WORDS = Words(
    Pair("down: {reason}", "离线：{reason}"),
    Pair("up again", "已重新在线"),
    DOWN_REASONS,
    Pair("minipanel rollout --dry-run {nodes}", "minipanel rollout --dry-run {nodes}"),
    DOWN_OVER,
)
NODE_DOWN = Rule(
    "node-down",
    "critical",
    NodeDownParameters,
    find,
    is_good,
    WORDS,
    counts_samples=False,
    held_back_by=(many_down.NAME,),
    end_reason=end_reason,
    lasted=lasted,
)
