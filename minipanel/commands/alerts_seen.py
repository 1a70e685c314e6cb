"""What is wrong, by the running panel; if it does not answer, by its database."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from msgspec.structs import replace

from minipanel.alerts.config import ALERTS
from minipanel.alerts.findings import NODES_CHARACTERS, findings_of
from minipanel.alerts.fold import fold_short
from minipanel.alerts.history import LIMIT, answer
from minipanel.alerts.message import Teller
from minipanel.alerts.rules.all import RULES, of_known_rules
from minipanel.alerts.silences import Silences
from minipanel.config import Config
from minipanel.database import alerts as sql
from minipanel.database import queries
from minipanel.database.beside import read_beside
from minipanel.errors import ConfigError
from minipanel.models.alert import Message
from minipanel.models.alert_answers import AlertAnswer, AlertsAnswer, Finding, Findings, MessageAnswer
from minipanel.models.answers import NodeAnswer
from minipanel.models.node import Node
from minipanel.models.nodeset import expand
from minipanel.models.quote import quote
from minipanel.services.panel_client import NoAnswer, PanelClient

ALL_TIME = 2**40
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What is wrong now, and which messages wait. `trouble`: why this is from the database, not from the panel."""

    timestamp: int
    findings: Sequence[Finding]
    messages: Sequence[MessageAnswer]
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """Alerts, newest first. `is_cut`: there are more. `trouble` as in Seen."""

    alerts: Sequence[AlertAnswer]
    is_cut: bool
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts: open at some time from `start` to `end` (Unix seconds), of these nodes and this rule; None: all."""

    start: int
    end: int
    nodes: str | None = None
    rule: str | None = None


def look(config: Config, nodes: str | None) -> Seen:
    """Return what is wrong with these nodes; for None, with all nodes and the panel.

    Raises CommandError, DatabaseError; ConfigError if none of the nodes is known.
    """
    client = PanelClient(config)
    known: Sequence[Node | NodeAnswer]
    try:
        found = client.get("/api/alerts/findings", Findings)
        messages = client.get("/api/messages", list[MessageAnswer])
        known = client.get("/api/nodes", list[NodeAnswer]) if nodes is not None else []
        seen = Seen(found.timestamp, found.findings, messages)
    except NoAnswer as error:
        trouble = str(error)
        seen, known = read_beside(config.database.path, lambda connection: _seen(connection, config, trouble))
    if nodes is None:
        return seen
    names = {node.id: node.hostname for node in known}
    return Seen(seen.timestamp, _only(seen.findings, ids_of(nodes, known), names), seen.messages, seen.trouble)


def look_back(config: Config, wanted: Wanted) -> Past:
    """Return present and past alerts. Raises CommandError, DatabaseError; ConfigError if none of the nodes is known."""
    query = {"from": str(wanted.start), "to": str(wanted.end), "nodes": wanted.nodes, "rule": wanted.rule}
    said = urlencode({name: value for name, value in query.items() if value is not None})
    client = PanelClient(config)
    try:
        if wanted.nodes is not None:
            ids_of(wanted.nodes, client.get("/api/nodes", list[NodeAnswer]))
        found = client.get(f"/api/alerts?{said}", AlertsAnswer)
        return Past(found.alerts, found.is_cut)
    except NoAnswer as error:
        trouble = str(error)
        return read_beside(config.database.path, lambda connection: _past(connection, config, wanted, trouble))


def ids_of(nodes: str, known: Iterable[Node | NodeAnswer]) -> set[int]:
    """Return the ids of the nodes in a set. Raises BadInput for a malformed set, ConfigError if none is known."""
    by_name = {name.lower(): node.id for node in known for name in (node.name, node.hostname)}
    found = {by_name[name.lower()] for name in expand(nodes) if name.lower() in by_name}
    if not found:
        raise ConfigError("nodes is {text}; none of them is configured.", text=quote(nodes))
    return found


def _only(findings: Sequence[Finding], ids: set[int], names: Mapping[int, str]) -> list[Finding]:
    """Return the findings reduced to these nodes, folded again."""
    parts = []
    for finding in findings:
        pairs = [pair for pair in zip(finding.alerts, finding.node_ids, strict=True) if pair[1] in ids]
        if len(pairs) == len(finding.alerts):
            parts.append(finding)
        elif pairs:
            folded = fold_short([names[node_id] for _, node_id in pairs], NODES_CHARACTERS)
            alerts, node_ids = ([pair[place] for pair in pairs] for place in (0, 1))
            part = {"alerts": alerts, "node_ids": node_ids, "racks": []}
            parts.append(replace(finding, nodes=folded.nodes, others=folded.others, **part))
    return parts


def _seen(connection: sqlite3.Connection, config: Config, trouble: str) -> tuple[Seen, list[Node]]:
    now, nodes = int(time.time()), queries.nodes(connection)
    silences = Silences(sql.silences(connection, now), nodes)
    alerts = of_known_rules(sql.alerts_between(connection, 0, ALL_TIME, "open", None, None, MOST))
    english, chinese = _tellers(config, nodes)
    found = findings_of(alerts, english, chinese, lambda alert: silences.of(alert, now))
    messages = [message_answer(each) for each in sql.waiting_messages(connection)]
    return Seen(now, found, messages, trouble), nodes


def _past(connection: sqlite3.Connection, config: Config, wanted: Wanted, trouble: str) -> Past:
    nodes = queries.nodes(connection)
    ids = None if wanted.nodes is None else tuple(ids_of(wanted.nodes, nodes))
    rows = sql.alerts_between(connection, wanted.start, wanted.end, None, ids, wanted.rule, LIMIT + 1)
    english, chinese = _tellers(config, nodes)
    return Past([answer(alert, english, chinese) for alert in of_known_rules(rows[:LIMIT])], len(rows) > LIMIT, trouble)


def _tellers(config: Config, nodes: Sequence[Node]) -> tuple[Teller, Teller]:
    names = {node.id: node.hostname for node in nodes}
    rules = {rule.name: rule.words for rule in RULES}
    name = config.of(ALERTS).name or socket.gethostname()
    return Teller(name, "en", names, rules), Teller(name, "zh", names, rules)


def message_answer(message: Message) -> MessageAnswer:
    """Return a waiting message as the API shows it."""
    return MessageAnswer(
        message.id, message.channel, message.subject, message.made_at, message.try_at, message.tries, message.error
    )
