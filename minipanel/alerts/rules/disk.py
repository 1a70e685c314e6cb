"""`disk`: the disk of the database is nearly full, or will be within days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number
from minipanel.config.section import Key
from minipanel.models.alert import PANEL, Bad
from minipanel.models.cluster import Cluster

CLEAR = 1.0
"""It is good again with this many percent or days more than the value at which it opened."""


@dataclass(frozen=True, slots=True)
class DiskParameters:
    """[[alerts.rule]] name = "disk"."""

    free_below: Annotated[
        float, Key(number(0, 100), "Percent free below which it opens.", "可用空间低于多少（%）时告警。")
    ] = 5
    days_below: Annotated[
        float,
        Key(
            number(0, 365),
            "Days until it is full, as the database grows, below which it opens.",
            "按数据库的增长速度，预计多少天内写满时告警。",
        ),
    ] = 7
    for_: For = 600
    hold: Hold = 3600


def find(parameters: DiskParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return a finding under PANEL if there is little room, now or soon."""
    return _find(parameters.free_below, parameters.days_below, cluster)


def is_good(parameters: DiskParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether there is room by a margin; None if unknown."""
    if cluster.panel.disk_free_percent is None:
        return None
    return not _find(parameters.free_below + CLEAR, parameters.days_below + CLEAR, cluster)


def _find(free_below: float, days_below: float, cluster: Cluster) -> dict[int, Bad]:
    free, days = cluster.panel.disk_free_percent, cluster.panel.disk_full_days
    if free is not None and free < free_below:
        return {PANEL: Bad(free, free_below, "little")}
    if days is not None and days < days_below:
        return {PANEL: Bad(float(days), days_below, "soon")}
    return {}


WORDS = Words(
    Pair("{reason}", "{reason}"),
    Pair("has free space for its database again", "的数据库所在磁盘空间已恢复"),
    {
        "little": Pair("has {worst}% free on the disk of its database", "的数据库所在磁盘仅剩 {worst}% 可用空间"),
        "soon": Pair(
            "will fill the disk of its database in about {worst} days", "的数据库所在磁盘预计约 {worst} 天后写满"
        ),
    },
    next_step=Pair(
        "Lower retention_days or hours_days, or free some space.", "请调小 retention_days 或 hours_days，或腾出空间。"
    ),
)
DISK = Rule("disk", "critical", DiskParameters, find, is_good, WORDS, counts_samples=False, is_about_panel=True)
