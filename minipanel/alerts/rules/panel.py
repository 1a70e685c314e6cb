"""`panel`: what is wrong with the panel itself, so that it does not blame the nodes."""

from __future__ import annotations

from dataclasses import dataclass

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.models.alert import PANEL, Bad
from minipanel.models.cluster import Cluster

LATE_SECONDS = 5.0
STEP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class PanelParameters:
    """[[alerts.rule]] name = "panel"."""

    for_: For = 30
    hold: Hold = 120


def find(parameters: PanelParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the one thing that is most wrong, under PANEL."""
    panel = cluster.panel
    if panel.failing_seconds > 0:
        return {PANEL: Bad(reason="store", seconds=panel.failing_seconds)}
    if panel.munge is not None:
        return {PANEL: Bad(reason="munge")}
    if abs(panel.clock_step_seconds) >= STEP_SECONDS:
        return {PANEL: Bad(panel.clock_step_seconds, 0, "clock")}
    if panel.late_seconds >= LATE_SECONDS:
        return {PANEL: Bad(panel.late_seconds, LATE_SECONDS, "late")}
    return {}


def is_good(parameters: PanelParameters, cluster: Cluster, node_id: int) -> bool:
    """Return whether nothing is wrong."""
    return not find(parameters, cluster)


WORDS = Words(
    Pair("{reason}", "{reason}"),
    Pair("is well again", "已恢复正常"),
    {
        "store": Pair("can't store samples: look at its disk and its log", "无法保存样本，请检查磁盘和日志"),
        "munge": Pair("can't check credentials: look at munged", "无法验证凭据，请检查 munged"),
        "clock": Pair("had its clock set by {worst} s", "时钟被调整了 {worst} 秒"),
        "late": Pair("stood still for {worst} s: this machine has too much to do", "停顿了 {worst} 秒，本机负载过高"),
    },
    Pair("minipanel doctor", "minipanel doctor"),
)
PANEL_RULE = Rule("panel", "critical", PanelParameters, find, is_good, WORDS, counts_samples=False, is_about_panel=True)
