"""`archive`: an archive is set, but its engine does not accept or keep records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.config.kinds import number
from minipanel.config.section import Key
from minipanel.models.alert import PANEL, Bad
from minipanel.models.archive_state import DIFFERING, ENGINE, RETENTION
from minipanel.models.cluster import Cluster


@dataclass(frozen=True, slots=True)
class ArchiveParameters:
    """[[alerts.rule]] name = "archive"."""

    hours_at_least: Annotated[
        float, Key(number(0, 8760), "Hours without success after which it opens.", "归档连续失败多少小时后告警。")
    ] = 1
    for_: For = 60
    hold: Hold = 60


def find(parameters: ArchiveParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return a finding under PANEL if the archive has failed for that long."""
    hours = cluster.panel.archive_hours
    if hours is None or hours == 0 or hours < parameters.hours_at_least:
        return {}
    return {PANEL: Bad(float(int(hours)), parameters.hours_at_least, cluster.panel.archive_reason)}


def is_good(parameters: ArchiveParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether the archive works again; without an archive, nothing is wrong."""
    return not cluster.panel.archive_hours


NOTHING = Pair("has archived nothing for {worst} hours", "已 {worst} 小时无法归档")
WORDS = Words(
    Pair("{reason}", "{reason}"),
    Pair("archives again", "归档已恢复"),
    {
        "": NOTHING,
        ENGINE: NOTHING,
        DIFFERING: Pair("keeps resending records that the engine drops", "有记录反复发送，但归档引擎没有保存"),
        RETENTION: Pair(
            "archives to an engine that keeps records for a shorter time than retention_days in [storage]",
            "归档引擎的保留期短于 [storage] 的 retention_days",
        ),
    },
    Pair("minipanel archive status", "minipanel archive status"),
)
ARCHIVE_RULE = Rule(
    "archive", "warning", ArchiveParameters, find, is_good, WORDS, counts_samples=False, is_about_panel=True
)
