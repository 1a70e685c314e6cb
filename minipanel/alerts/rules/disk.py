"""`disk`: the disk of the database is nearly full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number
from minipanel.config.section import Key
from minipanel.models.alert import PANEL, Bad
from minipanel.models.cluster import Cluster


@dataclass(frozen=True, slots=True)
class DiskParameters:
    """[[alerts.rule]] name = "disk"."""

    free_below: Annotated[
        float, Key(number(0, 100), "Percent free below which it opens.", "可用空间低于多少时报警（%）。")
    ] = 5
    for_: For = 600
    hold: Hold = 3600


def find(parameters: DiskParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return it under PANEL where there is little room."""
    free = cluster.panel.disk_free_percent
    return {} if free is None or free >= parameters.free_below else {PANEL: Bad(free, parameters.free_below)}


def is_good(parameters: DiskParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether there is room; None while nothing is known."""
    return None if cluster.panel.disk_free_percent is None else not find(parameters, cluster)


WORDS = Words(
    Pair("has {worst} % free on the disk of its database", "的数据库磁盘仅剩 {worst} % 可用空间"),
    Pair("has room on the disk of its database again", "的数据库磁盘空间已恢复"),
    next_step=Pair("Lower retention_days, or make room.", "请减小 retention_days，或腾出空间。"),
)
DISK = Rule("disk", "critical", DiskParameters, find, is_good, WORDS, counts_samples=False, is_about_panel=True)
