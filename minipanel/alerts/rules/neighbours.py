"""`hotter-than-neighbours`: hotter than its rack at the same load. It shows dust, a bad fan or old paste early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated, Any

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.rules import hot
from minipanel.alerts.rules.reading import cpu_percent, cpu_temp, temperature
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number, whole_number
from minipanel.config.section import Key
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster

CLEAR_KELVIN = 4
"""It is good again if it is this much closer to its neighbours than the threshold."""

SPREADS = 6
"""In median absolute deviations: a rack whose temperatures differ much needs a larger distance."""


@dataclass(frozen=True, slots=True)
class NeighboursParameters:
    """[[alerts.rule]] name = "hotter-than-neighbours"."""

    above: Annotated[
        float,
        Key(
            number(1, 60),
            "Kelvins above the median of its rack at which it opens.",
            "比同机柜中位数高出多少度（K）时告警。",
        ),
    ] = 12
    nodes_at_least: Annotated[
        int, Key(whole_number(3, 10_000), "Minimum number of nodes in a rack.", "机柜至少要有多少个节点。")
    ] = 8
    cpu_margin: Annotated[
        float,
        Key(
            number(0, 100),
            "A node this much busier than its rack is ignored, percent.",
            "CPU 占用率比同机柜高出多少（%）时不作比较。",
        ),
    ] = 20
    for_: For = 900
    hold: Hold = 300


def find(parameters: NeighboursParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the nodes that are too much hotter than their racks."""
    found: dict[int, Bad] = {}
    for first, temps in _temperatures_by_rack(cluster).items():
        # In most racks no node is that hot, and then it does not matter how much they differ.
        if len(temps) >= parameters.nodes_at_least and max(temps) - median(temps) > parameters.above:
            found |= _hotter(parameters, cluster, cluster.racks[first])
    return found


def _hotter(parameters: NeighboursParameters, cluster: Cluster, members: Sequence[int]) -> dict[int, Bad]:
    rack = [
        (node_id, temp, cpu_percent(now.newest))
        for node_id in members
        if (now := cluster.up.get(node_id)) is not None and now.newest is not None
        if (temp := cpu_temp(now.newest)) is not None
    ]
    middle, needed = _usual([temp for _, temp, _ in rack], parameters.above)
    most_cpu = median(cpu for _, _, cpu in rack) + parameters.cpu_margin
    return {node_id: Bad(temp, middle) for node_id, temp, cpu in rack if temp > middle + needed and cpu <= most_cpu}


def is_good(parameters: NeighboursParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether it is about as warm as its rack; None if it or too many of the rack have no reading."""
    temp = temperature(cluster.up.get(node_id))
    rack = [
        each for other in cluster.racks.get(node_id, ()) if (each := temperature(cluster.up.get(other))) is not None
    ]
    if temp is None or len(rack) < parameters.nodes_at_least:
        return None
    middle, needed = _usual(rack, parameters.above)
    return temp < middle + needed - CLEAR_KELVIN


def _temperatures_by_rack(cluster: Cluster) -> dict[int, list[float]]:
    """Return the temperatures of each rack, by the first of its nodes.

    It runs at each tick for all nodes, so it is kept short.
    """
    found: dict[int, list[float]] = {}
    racks = cluster.racks
    before: Sequence[int] | None = None
    temps: list[float] = []
    sample: Any
    for node_id, now in cluster.up.items():
        sample = now.newest
        temp = sample.cpu_temp
        rack = racks.get(node_id)
        if temp is None or rack is None:
            continue
        if rack is not before:  # nodes of a rack mostly follow each other
            before, temps = rack, found.setdefault(rack[0], [])
        temps.append(temp)
    return found


def _usual(temps: Sequence[float], above: float) -> tuple[float, float]:
    """Return the median, and how far above it is too much."""
    middle = median(temps)
    return middle, max(above, SPREADS * median([abs(temp - middle) for temp in temps]))


WORDS = Words(
    Pair(
        "{worst} °C, while its rack is at {limit} °C under the same load",
        "{worst} °C，同机柜负载相近的节点为 {limit} °C",
    ),
    Pair("as cool as its rack again", "温度已与同机柜一致"),
    next_step=Pair("Check its fans, dust and thermal paste.", "请检查该节点的风扇、积灰和导热硅脂。"),
)
HOTTER_THAN_NEIGHBOURS = Rule(
    "hotter-than-neighbours",
    "warning",
    NeighboursParameters,
    find,
    is_good,
    WORDS,
    held_back_by=(hot.NAME,),
    compares_nodes=True,
)
