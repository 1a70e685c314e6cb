"""`hot`: a CPU nearly as hot as its kernel allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.rules.reading import temperature
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster, NodeNow

BELOW_LIMIT_KELVIN = 5
"""At the limit itself the CPU slows down or switches off, so this far below it counts as hot."""

USUAL_CELSIUS = 95.0
"""The threshold if the kernel names no limit."""

NAME = "hot"
CLEAR_KELVIN = 5
"""It is good again if it is this much cooler than the threshold."""


@dataclass(frozen=True, slots=True)
class HotParameters:
    """[[alerts.rule]] name = "hot"."""

    above: Annotated[
        float | None,
        Key(
            number(30, 150),
            "°C at which it opens, whatever the kernel's limit.",
            "温度达到多少时告警（°C），不再按内核给出的上限。",
            words=("5 below the kernel's limit, 95 without one", "比内核上限低 5 °C，没有上限时为 95 °C"),
        ),
    ] = None
    for_: For = 60
    hold: Hold = 300


def find(parameters: HotParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes at or above their threshold; the limit in a finding is the kernel's, if known."""
    above = parameters.above
    usual = USUAL_CELSIUS if above is None else above
    found = {}
    sample: Any
    for node_id, now in cluster.up.items():
        sample = now.newest
        temp = sample.cpu_temp
        if temp is None:
            continue
        limit = now.cpu_temp_limit if above is None else None
        if temp >= (usual if limit is None else limit - BELOW_LIMIT_KELVIN):
            found[node_id] = Bad(temp, usual if limit is None else limit)
    return found


def is_good(parameters: HotParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether it is cooler than the threshold by CLEAR_KELVIN; None without a reading."""
    now = cluster.up.get(node_id)
    temp = temperature(now)
    return None if now is None or temp is None else temp < _threshold(parameters, now) - CLEAR_KELVIN


def _threshold(parameters: HotParameters, now: NodeNow) -> float:
    if parameters.above is not None:
        return parameters.above
    return USUAL_CELSIUS if now.cpu_temp_limit is None else now.cpu_temp_limit - BELOW_LIMIT_KELVIN


WORDS = Words(
    Pair("hot: {worst} °C, limit {limit} °C{sensor}", "过热：{worst} °C，限值 {limit} °C{sensor}"),
    Pair("cool again", "温度恢复正常"),
    next_step=Pair("Check fans and air flow.", "请检查风扇和散热。"),
    higher_is_worse=True,
)
HOT = Rule(NAME, "critical", HotParameters, find, is_good, WORDS)
