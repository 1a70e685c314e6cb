"""`certificate`: the panel's TLS certificate expires soon. After that no agent could report."""

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
class CertificateParameters:
    """[[alerts.rule]] name = "certificate"."""

    days_below: Annotated[
        float, Key(number(1, 365), "Days left below which it opens.", "证书剩余有效期少于多少天时告警。")
    ] = 30
    for_: For = 3600
    hold: Hold = 0


def find(parameters: CertificateParameters, cluster: Cluster) -> dict[int, Bad]:
    """Return a finding under PANEL if few days are left, or none."""
    days = cluster.panel.certificate_days
    if days is None or days >= parameters.days_below:
        return {}
    return {PANEL: Bad(float(int(days)), parameters.days_below, "soon" if days > 0 else "over")}


def is_good(parameters: CertificateParameters, cluster: Cluster, node_id: int) -> bool | None:
    """Return whether enough time is left; None if there is no certificate, or it can't be read."""
    return None if cluster.panel.certificate_days is None else not find(parameters, cluster)


WORDS = Words(
    Pair("{reason}", "{reason}"),
    Pair("has a valid certificate again", "的证书已更新"),
    {
        "soon": Pair("has a TLS certificate that expires in {worst} days", "的 TLS 证书将在 {worst} 天后到期"),
        "over": Pair(
            "has a TLS certificate that has expired: no agent can report", "的 TLS 证书已过期，Agent 无法上报"
        ),
    },
    Pair(
        "Renew it with `minipanel setup` (--tls), then restart the panel.",
        "请用 minipanel setup --tls 更新证书，再重启面板。",
    ),
)
CERTIFICATE = Rule(
    "certificate", "warning", CertificateParameters, find, is_good, WORDS, counts_samples=False, is_about_panel=True
)
