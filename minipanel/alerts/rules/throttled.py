"""`throttled`: a CPU slows itself down because it is too hot. Only Intel's kernel driver counts these events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import whole_number
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster


@dataclass(frozen=True, slots=True)
class ThrottledParameters:
    """[[alerts.rule]] name = "throttled"."""

    times_at_least: Annotated[
        int, Key(whole_number(1, 1_000_000), "Minimum number of times per minute.", "每分钟降频达到多少次时告警。")
    ] = 1
    for_: For = 300
    hold: Hold = 1800


def find(parameters: ThrottledParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes whose CPU was slowed down in the last minute, and how often."""
    least = parameters.times_at_least
    return {
        node_id: Bad(float(now.throttled), float(least))
        for node_id, now in cluster.up.items()
        if now.throttled >= least
    }


def is_good(parameters: ThrottledParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether it was not slowed down; None while the node is down."""
    now = cluster.up.get(node_id)
    return None if now is None else now.throttled < parameters.times_at_least


WORDS = Words(
    Pair("throttled by heat: {worst} times in a minute", "因过热降频：一分钟内 {worst} 次"),
    Pair("at full speed again", "不再因过热降频"),
    next_step=Pair("Check fans and air flow.", "请检查风扇和散热。"),
    higher_is_worse=True,
)
THROTTLED = Rule("throttled", "warning", ThrottledParameters, find, is_good, WORDS)
