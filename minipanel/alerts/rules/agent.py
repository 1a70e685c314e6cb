"""`agent`: agents of another version than the panel's, long after an upgrade."""

from __future__ import annotations

from dataclasses import dataclass

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster


@dataclass(frozen=True, slots=True)
class AgentParameters:
    """[[alerts.rule]] name = "agent"."""

    for_: For = 86400
    hold: Hold = 0


def find(parameters: AgentParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes whose agents report another version."""
    own, bad = cluster.panel.version, Bad(reason="version")
    return {
        node_id: bad
        for node_id, now in cluster.up.items()
        if now.agent_version != own and now.agent_version is not None
    }


def is_good(parameters: AgentParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether it has the panel's version; None while it is down."""
    now = cluster.up.get(node_id)
    return None if now is None else now.agent_version in (None, cluster.panel.version)


WORDS = Words(
    Pair("agent version differs from the panel's", "Agent 版本与面板不一致"),
    Pair("agent version matches the panel's", "Agent 版本已与面板一致"),
    next_step=Pair("minipanel rollout {nodes}", "minipanel rollout {nodes}"),
)
AGENT = Rule("agent", "info", AgentParameters, find, is_good, WORDS, counts_samples=False)
