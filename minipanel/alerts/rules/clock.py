"""`clock`: a node's clock is off, but not yet far enough for its samples to be refused."""

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
class ClockParameters:
    """[[alerts.rule]] name = "clock"."""

    above: Annotated[float, Key(number(1, 60), "Seconds off at which it opens.", "时钟偏差达到多少秒时告警。")] = 10
    clear: Annotated[float, Key(number(0, 60), "Seconds below which it is good.", "时钟偏差低于多少秒视为恢复。")] = 5
    for_: For = 300
    hold: Hold = 300


def find(parameters: ClockParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes whose clocks are that far ahead or behind."""
    above = float(parameters.above)  # two floats compare twice as fast as a float and an int
    below = -above
    return {
        node_id: Bad(skew, above)
        for node_id, now in cluster.up.items()
        if (skew := now.clock_skew_seconds) is not None and not below < skew < above
    }


def is_good(parameters: ClockParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether it is off by less than the lower limit; None if unknown."""
    now = cluster.up.get(node_id)
    if now is None or now.clock_skew_seconds is None:
        return None
    return abs(now.clock_skew_seconds) < min(parameters.clear, parameters.above)


WORDS = Words(
    Pair("clock {worst} s off", "时钟偏差 {worst} 秒"),
    Pair("clock correct again", "时钟已恢复正常"),
    next_step=Pair("Check the time service there: chronyc tracking", "请检查该节点的时间同步：chronyc tracking"),
)
CLOCK_RULE = Rule("clock", "warning", ClockParameters, find, is_good, WORDS)
