"""`minipanel alerts list` and `history`: what is wrong now, and what was."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from minipanel.alerts.fold import fold_short
from minipanel.commands.alerts_seen import Seen, Wanted, look, look_back
from minipanel.commands.alerts_words import (
    beside,
    columns,
    moment,
    note_trouble,
    of,
    plain,
    rule_of,
    span,
    time_of,
    waiting_lines,
)
from minipanel.commands.node_sets import known_set
from minipanel.errors import CommandError, ConfigError, DatabaseError, NotFoundOut
from minipanel.exits import DONE, FAILED
from minipanel.models.alert_answers import AlertAnswer, Finding
from minipanel.sections import load_config
from minipanel.translations.columns import wrapped
from minipanel.translations.language import say, translator

INDENT = 10
SAME_SECONDS = 60
"""Alerts that began and ended within this time of each other are shown as one."""

NODES_CHARACTERS = 300


def list_alerts(config_path: Path, nodes: str | None, as_json: bool) -> int:
    """Print what is wrong now. Returns 0 if nothing is, 1 if something is.

    Raises ConfigError; NotFoundOut if neither the panel nor its database can be read.
    """
    config = load_config(config_path)
    try:
        seen = look(config, known_set(config, nodes))
    except (CommandError, DatabaseError, OSError) as error:
        raise NotFoundOut(say(str(error))) from None
    note_trouble(seen.trouble)
    if as_json:
        print(json.dumps(_seen_as_json(seen), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(seen, nodes)))
    return FAILED if seen.findings else DONE


def _seen_as_json(seen: Seen) -> dict[str, object]:
    return {
        "timestamp": seen.timestamp,
        "from_database": seen.trouble is not None,
        "findings": msgspec.to_builtins(seen.findings),
        "messages": msgspec.to_builtins(seen.messages),
    }


def _lines(seen: Seen, nodes: str | None) -> list[str]:
    t = translator()
    lines = [line for finding in seen.findings for line in finding_lines(finding, seen.timestamp)]
    if not lines:
        lines.append(t("No alerts are open.") if nodes is None else t("No alerts are open for these nodes."))
    late = [line for text in waiting_lines(seen.messages) for line in wrapped(text, columns())]
    return [*lines, *([""] if late else []), *late]


def finding_lines(finding: Finding, now: int) -> list[str]:
    """Return a finding as lines: its nodes, what is wrong, since when, and who has acknowledged it."""
    t = translator()
    when = moment(finding.since, now)
    said = [t("{rule}, since {time} ({span})", rule=finding.rule, time=when, span=span(now - finding.since))]
    if finding.times > 1:
        said.append(t("{count} times", count=finding.times))
    if finding.is_suspended:
        said.append(t("suspended while the node is down"))
    if finding.acked_by is not None:
        said.append(t("acknowledged by {who}", who=plain(finding.acked_by)))
    if finding.silenced_until is not None:
        said.append(t("silenced until {time}", time=moment(finding.silenced_until, now)))
    said.append(t("id {id}", id=min(finding.alerts)))
    return [
        *beside(t(finding.severity), _whom(finding), INDENT),
        *beside("", of(finding.what), INDENT),
        *beside("", t("; ").join(said), INDENT),
    ]


def _whom(finding: Finding) -> str:
    t = translator()
    if not finding.nodes:
        return t("the panel")
    nodes, count = plain(finding.nodes), len(finding.alerts)
    if finding.others:
        nodes = t("{nodes} and {count} others", nodes=nodes, count=finding.others)
    if finding.racks:
        racks = plain(", ".join(finding.racks))
        return t("{nodes} ({count} nodes, all of {racks})", nodes=nodes, count=count, racks=racks)
    return t("{nodes} ({count} nodes)", nodes=nodes, count=count) if count > 1 else nodes


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the history, as they were typed."""

    nodes: str | None = None
    rule: str | None = None
    start: str = "30d"
    end: str | None = None


def show_history(config_path: Path, asked: Asked, as_json: bool) -> None:
    """Print present and past alerts, newest first. Raises ConfigError, CommandError, DatabaseError."""
    config = load_config(config_path)
    nodes = known_set(config, asked.nodes)
    start = time_of("--from", asked.start)
    end = int(time.time()) if asked.end is None else time_of("--to", asked.end)
    if start > end:
        raise ConfigError(say(f"--from is {asked.start}, which is later than --to."))
    rule = None if asked.rule is None else rule_of("--rule", asked.rule)
    past = look_back(config, Wanted(max(0, start), max(0, end), nodes, rule))
    note_trouble(past.trouble)
    if as_json:
        print(json.dumps(msgspec.to_builtins(past.alerts), indent=2, ensure_ascii=False))
    else:
        lines = [line for group in folded(past.alerts) for line in _past_lines(group)]
        print("\n".join(lines) if lines else say("There were no alerts."))
    if past.is_cut:
        newest = translator()(
            "These are the newest {count}: --to, --rule or --nodes show others.", count=len(past.alerts)
        )
        print(newest, file=sys.stderr)


@dataclass(slots=True)
class Group:
    """Alerts that are shown as one. `first`: the newest of them."""

    first: AlertAnswer
    alerts: list[AlertAnswer] = field(default_factory=list)


def folded(alerts: Sequence[AlertAnswer]) -> list[Group]:
    """Return alerts in groups that have the same rule and words, and began and ended at about the same time."""
    groups: list[Group] = []
    newest: dict[tuple[object, ...], Group] = {}
    for alert in alerts:
        kind = (alert.rule, alert.severity, alert.state, alert.what.en, alert.acked_by)
        group = newest.get(kind)
        if group is None or not _is_together(group.first, alert):
            group = newest[kind] = Group(alert)
            groups.append(group)
        group.alerts.append(alert)
    return groups


def _is_together(one: AlertAnswer, other: AlertAnswer) -> bool:
    ends = abs((one.over_at or one.closed_at or 0) - (other.over_at or other.closed_at or 0))
    return abs(one.began_at - other.began_at) <= SAME_SECONDS and ends <= SAME_SECONDS


def _past_lines(group: Group) -> list[str]:
    t, first = translator(), group.first
    names = [alert.hostname for alert in group.alerts if alert.hostname is not None]
    cut = fold_short(names, NODES_CHARACTERS)
    whom = plain(cut.nodes) if names else t("the panel") if first.node_id is None else f"#{first.node_id}"
    if cut.others:
        whom = t("{nodes} and {count} others", nodes=whom, count=cut.others)
    if len(group.alerts) > 1:
        whom = t("{nodes} ({count} nodes)", nodes=whom, count=len(group.alerts))
    end = max((alert.over_at or alert.closed_at or 0) for alert in group.alerts)
    began = min(alert.began_at for alert in group.alerts)
    lasted = t("for {span}", span=span(end - began)) if first.state == "closed" else t(first.state)
    said = [t("{severity}, {rule}", severity=t(first.severity), rule=first.rule), lasted]
    if first.acked_by is not None:
        said.append(t("acknowledged by {who}", who=plain(first.acked_by)))
    if first.note:
        said.append(plain(first.note))
    said.append(t("id {id}", id=min(alert.id for alert in group.alerts)))
    head = time.strftime("%Y-%m-%d %H:%M", time.localtime(began))
    return [*beside(head, whom, 18), *beside("", of(first.what), 18), *beside("", t("; ").join(said), 18)]
