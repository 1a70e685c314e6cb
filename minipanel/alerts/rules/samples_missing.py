"""`samples-missing`: a node is up, but many of its samples never came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster


@dataclass(frozen=True, slots=True)
class SamplesMissingParameters:
    """[[alerts.rule]] name = "samples-missing"."""

    below: Annotated[
        float,
        Key(
            number(1, 100),
            "Percent of an hour's samples below which it opens.",
            "一小时内样本完整率低于多少（%）时告警。",
        ),
    ] = 90
    clear: Annotated[float, Key(number(1, 100), "Percent at which it is good.", "完整率达到多少（%）视为恢复。")] = 95
    for_: For = 1800
    hold: Hold = 1800


def find(parameters: SamplesMissingParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes with too few samples in their last hour."""
    below = float(parameters.below)
    return {
        node_id: Bad(percent, below)
        for node_id, percent in cluster.complete.items()
        if percent < below and node_id in cluster.up
    }


def is_good(parameters: SamplesMissingParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether nearly all exist; None if unknown."""
    if node_id not in cluster.up or node_id not in cluster.complete:
        return None
    return cluster.complete[node_id] >= max(parameters.clear, parameters.below)


WORDS = Words(
    Pair("only {worst}% of an hour's samples arrived", "一小时内仅收到 {worst}% 的样本"),
    Pair("all samples arrive again", "样本恢复完整"),
)
SAMPLES_MISSING = Rule("samples-missing", "info", SamplesMissingParameters, find, is_good, WORDS, counts_samples=False)
