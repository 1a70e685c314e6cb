"""`rebooted`: a node has another boot id than before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import duration
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster


@dataclass(frozen=True, slots=True)
class RebootedParameters:
    """[[alerts.rule]] name = "rebooted"."""

    within: Annotated[int, Key(duration(60, 86400), "How long it is shown.", "重启后显示多久。")] = 3600
    for_: For = 0
    hold: Hold = 0


def find(parameters: RebootedParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes that are up and were seen with another boot id a short time ago."""
    now, within, bad = cluster.uptime, parameters.within, Bad()
    return {
        node_id: bad
        for node_id, node in cluster.up.items()
        if node.rebooted_at is not None and now - node.rebooted_at < within
    }


def lasted(parameters: RebootedParameters, cluster: Cluster, node_id: int) -> float | None:
    """Return how long ago that was."""
    rebooted_at = cluster.up[node_id].rebooted_at
    return None if rebooted_at is None else cluster.uptime - rebooted_at


def is_good(parameters: RebootedParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether that was a while ago; None while the node is down."""
    return True if node_id in cluster.up else None


WORDS = Words(Pair("rebooted", "已重启"), Pair("rebooted a while ago", "重启已过一段时间"))
REBOOTED = Rule("rebooted", "info", RebootedParameters, find, is_good, WORDS, counts_samples=False, lasted=lasted)
