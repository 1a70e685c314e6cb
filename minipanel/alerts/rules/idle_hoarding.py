"""`idle-hoarding`: a node that does nothing, with most of its memory in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.rules.reading import cpu_percent, memory_percent
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster

if TYPE_CHECKING:  # not at run time: the archive reads config.toml without msgspec installed
    from minipanel.models.sample import Sample


@dataclass(frozen=True, slots=True)
class IdleHoardingParameters:
    """[[alerts.rule]] name = "idle-hoarding"."""

    cpu_below: Annotated[
        float, Key(number(0, 100), "Percent of CPU below which it is idle.", "CPU 占用率低于多少（%）视为空闲。")
    ] = 2
    memory_above: Annotated[
        float, Key(number(0, 100), "Percent of memory in use at which it hoards.", "内存占用达到多少（%）视为空占。")
    ] = 50
    for_: For = 3600
    hold: Hold = 300


def find(parameters: IdleHoardingParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes that are idle and hold memory."""
    below = float(parameters.cpu_below)
    found = {}
    sample: Any
    for node_id, now in cluster.up.items():
        sample = now.newest
        if sample.cpu_percent < below and _is_so(parameters, sample):
            found[node_id] = Bad(memory_percent(sample), parameters.memory_above)
    return found


def is_good(parameters: IdleHoardingParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether it works, or has freed its memory; None while it is down."""
    now = cluster.up.get(node_id)
    return None if now is None or now.newest is None else not _is_so(parameters, now.newest)


def _is_so(parameters: IdleHoardingParameters, sample: Sample) -> bool:
    return cpu_percent(sample) < parameters.cpu_below and memory_percent(sample) > parameters.memory_above


WORDS = Words(
    Pair("idle with {worst}% of memory in use", "空闲，但占用内存 {worst}%"),
    Pair("no longer idle with memory in use", "不再空占内存"),
)
IDLE_HOARDING = Rule("idle-hoarding", "info", IdleHoardingParameters, find, is_good, WORDS)
