"""`many-down`: many nodes that fall silent at once have one cause: a switch, a rack or the panel's network."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import Hold, Rule
from minipanel.alerts.rules.silent import (
    AGENT,
    BEHIND,
    CLOCK,
    MANY_OVER,
    MANY_REASONS,
    NO_ANSWER,
    REFUSED,
    end_reason,
    silence_of,
)
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import duration, number, whole_number
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster

NAME = "many-down"
AT_ONCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ManyDownParameters:
    """[[alerts.rule]] name = "many-down"."""

    nodes_at_least: Annotated[
        int, Key(whole_number(2, 100_000), "Minimum number of nodes.", "至少有多少个节点同时离线。")
    ] = 5
    percent_at_least: Annotated[
        float, Key(number(0, 100), "Minimum share of all nodes, percent.", "至少占全部节点的多少（%）。")
    ] = 5
    for_: Annotated[int, Key(duration(30, 3600), "How long it must be silent.", "离线多久后告警。")] = 60
    hold: Hold = 300


def find(parameters: ManyDownParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes that fell silent together with enough others, within AT_ONCE_SECONDS."""
    down = sorted((now.heard_at, node_id) for node_id, now in cluster.nodes.items() if now.state == "down")
    enough = max(parameters.nodes_at_least, parameters.percent_at_least / 100 * len(cluster.nodes))
    found: dict[int, Bad] = {}
    first = done = 0
    for last, (heard_at, _) in enumerate(down):
        while heard_at - down[first][0] > AT_ONCE_SECONDS:
            first += 1
        if last - first + 1 >= enough:
            for _, node_id in down[max(first, done) : last + 1]:
                found[node_id] = silence_of(cluster, node_id, cluster.nodes[node_id])
            done = last + 1
    return _with_one_reason(found)


def _with_one_reason(found: dict[int, Bad]) -> dict[int, Bad]:
    """Return the same with one reason for all: most are refused, or some answer, or none does."""
    counts = Counter(bad.reason for bad in found.values() if bad.reason)
    refused = max((REFUSED, CLOCK, BEHIND), key=lambda reason: counts[reason])
    if 2 * counts[refused] > len(found):
        reason = refused
    elif counts[AGENT]:
        reason = AGENT
    else:
        reason = NO_ANSWER if counts else ""
    return {node_id: Bad(bad.value, bad.limit, reason, bad.seconds) for node_id, bad in found.items()}


def is_good(parameters: ManyDownParameters, cluster: Cluster, node_id: int) -> bool:
    """Return whether the node is up."""
    return cluster.nodes[node_id].state == "up"


WORDS = Words(
    Pair("down together: {reason}", "同时离线：{reason}"),
    Pair("up again", "已重新在线"),
    MANY_REASONS,
    over_reasons=MANY_OVER,
)
MANY_DOWN = Rule(
    NAME, "critical", ManyDownParameters, find, is_good, WORDS, counts_samples=False, end_reason=end_reason
)
