"""`many-down`: many nodes that fall silent at once have one cause: a switch, a rack or the panel's network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
    SILENT,
    end_reason,
    is_up,
    lasted,
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
    heard_at = {node_id: now.heard_at for node_id, now in cluster.down.items()}
    down = sorted(heard_at, key=heard_at.__getitem__)
    enough = max(parameters.nodes_at_least, parameters.percent_at_least / 100 * len(cluster.nodes))
    found = [node_id for part in _together([heard_at[node_id] for node_id in down], enough) for node_id in down[part]]
    reason = _one_reason(found, cluster)
    alike, silence = SILENT[reason], cluster.silence
    return {
        node_id: alike
        if (known := silence.get(node_id)) is None or known.value is None
        else Bad(known.value, known.limit, reason)
        for node_id in found
    }


def _together(times: Sequence[float], enough: float) -> list[slice]:
    """Return which of these times, ascending, lie within AT_ONCE_SECONDS with enough others: [1, 2, 99], 2 -> [0:2]"""
    parts: list[slice] = []
    first = begin = end = 0
    for last, time in enumerate(times, 1):
        while time - times[first] > AT_ONCE_SECONDS:
            first += 1
        if last - first >= enough:
            if first > end:
                parts.append(slice(begin, end))
                begin = first
            end = last
    return [*parts, slice(begin, end)]


def _one_reason(found: Sequence[int], cluster: Cluster) -> str:
    """Return one reason for all: most are refused, or some answer, or none does."""
    silence = cluster.silence
    counts = Counter([silence[node_id].reason for node_id in found if node_id in silence])
    refused = max((REFUSED, CLOCK, BEHIND), key=lambda reason: counts[reason])
    if 2 * counts[refused] > len(found):
        return refused
    if counts[AGENT]:
        return AGENT
    return NO_ANSWER if counts else ""


def is_good(parameters: ManyDownParameters, cluster: Cluster, node_id: int) -> bool:
    """Return whether the node is up."""
    return is_up(cluster, node_id)


WORDS = Words(
    Pair("down together: {reason}", "同时离线：{reason}"),
    Pair("up again", "已重新在线"),
    MANY_REASONS,
    over_reasons=MANY_OVER,
)
MANY_DOWN = Rule(
    NAME,
    "critical",
    ManyDownParameters,
    find,
    is_good,
    WORDS,
    counts_samples=False,
    end_reason=end_reason,
    lasted=lasted,
    compares_nodes=True,
)
