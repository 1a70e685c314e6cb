"""`backup`: automatic backups are set, but there is no recent one."""

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
class BackupParameters:
    """[[alerts.rule]] name = "backup"."""

    days_at_least: Annotated[
        float, Key(number(1, 365), "Days without a good copy after which it opens.", "多少天没有可用备份时告警。")
    ] = 7
    for_: For = 3600
    hold: Hold = 0


def find(parameters: BackupParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return a finding under PANEL if the newest good copy is that old."""
    days = cluster.panel.backup_days
    if days is None or days < parameters.days_at_least:
        return {}
    return {PANEL: Bad(float(int(days)), parameters.days_at_least)}


def is_good(parameters: BackupParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether there is a newer backup; None if unknown."""
    return None if cluster.panel.backup_days is None else not find(parameters, cluster)


WORDS = Words(
    Pair("has made no good backup for {worst} days", "已 {worst} 天没有可用的备份"),
    Pair("has a new backup", "已有新的备份"),
    next_step=Pair("minipanel doctor", "minipanel doctor"),
)
BACKUP_RULE = Rule(
    "backup", "warning", BackupParameters, find, is_good, WORDS, counts_samples=False, is_about_panel=True
)
