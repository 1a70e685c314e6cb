"""`panel`: what is wrong with the panel itself, so that nodes aren't blamed for it."""

from __future__ import annotations

from dataclasses import dataclass

from minipanel.alerts.rule import For, Hold, Rule
from minipanel.alerts.words import Pair, Words
from minipanel.models.alert import PANEL, Bad
from minipanel.models.cluster import Cluster, PanelNow

LATE_SECONDS = 5.0
STEP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class PanelParameters:
    """[[alerts.rule]] name = "panel"."""

    for_: For = 30
    hold: Hold = 120


def find(parameters: PanelParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return the worst problem, under PANEL."""
    panel = cluster.panel
    if panel.late_seconds >= LATE_SECONDS:
        # A standstill comes first, as everything that waited meanwhile seems stuck.
        return {PANEL: Bad(panel.late_seconds, LATE_SECONDS, "late")}
    if panel.failing_seconds > 0:
        return {PANEL: Bad(reason="store")}
    if panel.munge is not None:
        return {PANEL: Bad(reason="munge")}
    if abs(panel.clock_step_seconds) >= STEP_SECONDS:
        return {PANEL: Bad(panel.clock_step_seconds, 0, "clock")}
    return {}


def lasted(parameters: PanelParameters, cluster: Cluster, node_id: int) -> float | None:
    """Return how long the panel has stood still, or could not store; None if the checks must count."""
    panel = cluster.panel
    if panel.late_seconds >= LATE_SECONDS:
        # It is over by the time it is seen: a long one opens the alert at once, shorter ones only if they continue.
        return panel.late_seconds if panel.late_seconds >= parameters.for_ else None
    return panel.failing_seconds if panel.failing_seconds > 0 else None


def is_good(parameters: PanelParameters, cluster: Cluster, node_id: int) -> bool:
    """Return whether nothing is wrong."""
    return not find(parameters, cluster)


def is_in_trouble(panel: PanelNow) -> bool:
    """Return whether nodes may seem silent through the panel's own fault."""
    return (
        panel.failing_seconds > 0
        or panel.munge is not None
        or abs(panel.clock_step_seconds) >= STEP_SECONDS
        or panel.late_seconds >= LATE_SECONDS
    )


WORDS = Words(
    Pair("{reason}", "{reason}"),
    Pair("works again", "已恢复正常"),
    {
        "store": Pair("can't store samples: check its disk and log", "无法保存样本，请检查磁盘和日志"),
        "munge": Pair("can't check credentials: check munged", "无法验证凭据，请检查 munged"),
        "clock": Pair("had its clock set by {worst} s", "时钟被调整了 {worst} 秒"),
        "late": Pair("stalled for {worst} s: this machine is overloaded", "停顿了 {worst} 秒，管理节点负载过高"),
    },
    Pair("minipanel doctor", "minipanel doctor"),
)
PANEL_RULE = Rule(
    "panel",
    "critical",
    PanelParameters,
    find,
    is_good,
    WORDS,
    counts_samples=False,
    is_about_panel=True,
    lasted=lasted,
)
