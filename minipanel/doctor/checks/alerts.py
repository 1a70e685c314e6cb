"""The open alerts, and whether anybody is notified."""

from __future__ import annotations

import time
from collections.abc import Iterator

from minipanel.alerts.config import ALERTS
from minipanel.alerts.fold import fold_short
from minipanel.commands.alerts_overview import AlertsOverview, look_at_alerts
from minipanel.config import Config
from minipanel.doctor.subject import Subject
from minipanel.setup.look.check import Check, Verdict
from minipanel.translations.language import Translate

NODES_CHARACTERS = 120


def look_at_open(subject: Subject) -> Iterator[Check]:
    """Read which alerts are open, and which messages wait to be sent."""
    found = look_at_alerts(subject.config, time.time())
    if found is not None:
        yield from judge_alerts(found, subject.t)
    if subject.trouble is None:  # otherwise nodes may be missing
        yield from judge_node_sets(subject.config, subject.t)


def judge_node_sets(config: Config, t: Translate) -> Iterator[Check]:
    """Yield a warning for each rule and channel that is for no configured node. Not an error: nodes may come later."""
    alerts = config.of(ALERTS)
    known = {name.lower() for node in config.nodes for name in (node.name, node.hostname)}
    rules = [("[[alerts.rule]]", each.name, each.nodes) for each in alerts.rule]
    channels = [("[[alerts.channel]]", each.name, each.nodes) for each in alerts.channel]
    for section, name, nodes in (*rules, *channels) if alerts.enabled else ():
        if nodes is not None and known.isdisjoint(each.lower() for each in nodes):
            folded = fold_short(nodes, NODES_CHARACTERS)
            named = f"{folded.nodes} …" if folded.others else folded.nodes
            detail = t("{section} {name} has no effect: no node of {nodes} is configured",
                       section=section, name=name, nodes=named)  # fmt: skip
            yield Check(t("alerts"), Verdict.WARNING, detail, "minipanel nodes list")


def judge_alerts(found: AlertsOverview, t: Translate) -> Iterator[Check]:
    """Yield the open alerts and the messages that could not be sent. Alerts without a channel are allowed."""
    said = [
        *([t("{count} critical", count=found.critical)] if found.critical else []),
        *([t("{count} warning", count=found.warning)] if found.warning else []),
        *([t("{count} info", count=found.info)] if found.info else []),
    ]
    if said and found.unseen:
        yield Check(t("alerts"), Verdict.WARNING, t(", ").join(said), "minipanel alerts list")
    elif said:
        yield Check(t("alerts"), Verdict.OK, t("{counts}; none of them needs action now", counts=t(", ").join(said)))
    if found.error is not None:
        detail = t("{count} messages not sent yet: {error}", count=found.waiting, error=t(found.error))
        yield Check(t("alerts"), Verdict.FIX, detail, "minipanel alerts test")
    if found.goes_nowhere:
        yield Check(t("alerts"), Verdict.OK, t("they go nowhere: set [alerts] mail"))
    elif not said and found.error is None:
        yield Check(t("alerts"), Verdict.OK, t("nothing is wrong, and alerts would be sent"))
