"""`hot`: a CPU that is too hot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.rules.reading import temperature
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster

CLEAR_KELVIN = 5
"""Cooler by so much than where it opened, and it is good."""


@dataclass(frozen=True, slots=True)
class HotParameters:
    """[[alerts.rule]] name = "hot"."""

    above: Annotated[float, Key(number(30, 120), "°C at which it opens.", "温度达到多少时报警（°C）。")] = 95
    for_: For = 60
    hold: Hold = 300


def find(parameters: HotParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes whose temperature is at its threshold or above."""
    found = {}
    for node_id, now in cluster.up.items():
        temp = temperature(now)
        if temp is not None and temp >= parameters.above:
            found[node_id] = Bad(temp, parameters.above)
    return found


def is_good(parameters: HotParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether it is cooler than the threshold by CLEAR_KELVIN; None without a reading."""
    now = cluster.up.get(node_id)
    temp = temperature(now)
    return None if now is None or temp is None else temp < parameters.above - CLEAR_KELVIN


WORDS = Words(
    Pair("hot: {worst} °C, limit {limit} °C", "过热：{worst} °C，限值 {limit} °C"),
    Pair("cool again", "温度恢复正常"),
    next_step=Pair("Look at fans and air flow.", "请检查风扇和散热。"),
)
HOT = Rule("hot", "critical", HotParameters, find, is_good, WORDS)
