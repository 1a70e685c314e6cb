"""The series about alerts for Prometheus: which are open, and how many messages wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from minipanel.models.alert import Alert
from minipanel.services.exposition import Family, labelled, one


def alert_families(alerts: Iterable[Alert], names: Mapping[int, str], waiting: int) -> list[Family]:
    """Return the families. `names`: hostnames by node id; an alert about the panel itself names no node.

    The alerts are read at once; the lines are made when they are needed.
    """
    found = [(alert.rule, names.get(alert.node_id, ""), alert.severity) for alert in alerts]
    lines = (
        f"minipanel_alert_open{labelled(rule=rule, node=node, severity=severity)} 1\n" for rule, node, severity in found
    )
    about = "1 while an alert is open, also while it is silenced, acknowledged or suspended."
    messages = "Messages about alerts that wait to be sent."
    return [
        Family("minipanel_alert_open", "gauge", about, lines),
        one("minipanel_alert_messages_waiting", "gauge", messages, waiting),
    ]
