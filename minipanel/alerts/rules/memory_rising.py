"""`memory-rising`: memory fills along a line, and will be full within hours."""

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
class MemoryRisingParameters:
    """[[alerts.rule]] name = "memory-rising"."""

    within: Annotated[
        int, Key(duration(600, 43200), "It opens if memory will be full within this time.", "预计多久之内用满时告警。")
    ] = 7200
    for_: For = 0
    hold: Hold = 1800


def find(parameters: MemoryRisingParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes whose memory will be full that soon; the value is that time, Unix seconds."""
    latest = cluster.now + parameters.within
    return {
        node_id: Bad(float(full_at))
        for node_id, full_at in cluster.rising.items()
        if full_at is not None and full_at <= latest and node_id in cluster.up
    }


def is_good(parameters: MemoryRisingParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether memory does not rise, or takes twice as long to fill; None if unknown."""
    if node_id not in cluster.up or node_id not in cluster.rising:
        return None
    full_at = cluster.rising[node_id]
    return full_at is None or full_at > cluster.now + 2 * parameters.within


def still(parameters: MemoryRisingParameters, cluster: Cluster, node_id: int) -> Bad | None:
    """Return the present forecast for a node whose memory rises more slowly than it did; None if there is none."""
    full_at = cluster.rising.get(node_id)
    return None if full_at is None else Bad(float(full_at))


WORDS = Words(
    Pair("memory is rising, full at about {time}", "内存占用持续上升，预计约 {time} 用满"),
    Pair("memory no longer rising", "内存占用不再上升"),
    next_step=Pair(
        "Find the job that uses it, before the kernel kills one.",
        "请尽快查看是哪个作业占用内存，以免内核终止进程（OOM）。",
    ),
    is_forecast=True,
)
MEMORY_RISING = Rule(
    "memory-rising", "warning", MemoryRisingParameters, find, is_good, WORDS, counts_samples=False,
    held_back_by=("memory",), still=still,
)  # fmt: skip
