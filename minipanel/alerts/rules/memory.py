"""`memory`: hardly any memory is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.rules.reading import memory_percent
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster


@dataclass(frozen=True, slots=True)
class MemoryParameters:
    """[[alerts.rule]] name = "memory"."""

    above: Annotated[
        float, Key(number(1, 100), "Percent in use at which it opens.", "内存占用达到多少（%）时告警。")
    ] = 97
    clear: Annotated[
        float, Key(number(0, 100), "Percent below which it is good.", "内存占用低于多少（%）视为恢复。")
    ] = 94
    for_: For = 600
    hold: Hold = 300


def find(parameters: MemoryParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes that use at least that much of their memory."""
    above = float(parameters.above)
    found = {}
    sample: Any
    for node_id, now in cluster.up.items():
        sample = now.newest
        percent = 100 * sample.memory_used / sample.memory_total  # memory_percent, without 10,000 calls
        if percent >= above:
            found[node_id] = Bad(percent, above)
    return found


def is_good(parameters: MemoryParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether it is below the lower limit; None while the node is down."""
    now = cluster.up.get(node_id)
    if now is None or now.newest is None:
        return None
    return memory_percent(now.newest) < min(parameters.clear, parameters.above)


WORDS = Words(
    Pair("memory {worst}% in use", "内存占用 {worst}%"),
    Pair("memory back to normal", "内存占用恢复正常"),
)
MEMORY = Rule("memory", "warning", MemoryParameters, find, is_good, WORDS)
