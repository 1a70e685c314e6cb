"""`minipanel alerts explain`: how each rule judges one node, and so why an alert is open or not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote as url_quote

import msgspec

from minipanel.alerts.silences import Names
from minipanel.commands.alerts_act import silence_sentence
from minipanel.commands.alerts_words import beside, moment, of, plain, span
from minipanel.models.alert_answers import Explained, ExplainedRule, SilenceAnswer
from minipanel.models.answers import NodeAnswer, RealtimeOne
from minipanel.models.metrics import METRICS
from minipanel.models.node import Node
from minipanel.sections import load_config
from minipanel.services.panel_client import PanelClient, Refused
from minipanel.translations.language import say, translator


def explain_node(config_path: Path, node: str, as_json: bool) -> None:
    """Print the explanation. Raises ConfigError; CommandError for an unknown node, or if the panel does not answer."""
    client = PanelClient(load_config(config_path))
    try:
        known = client.get("/api/nodes", list[NodeAnswer])
        explained = client.get(f"/api/alerts/explain/{url_quote(_reference(node, known), safe='')}", Explained)
        silences = client.get("/api/silences", list[SilenceAnswer])
        now = client.get(f"/api/metrics/realtime/{explained.node_id}", RealtimeOne)
    except Refused as error:
        raise Refused(say(error.said), error.said) from None
    about = next(each for each in known if each.id == explained.node_id)
    nodes = [Node(each.id, each.name, each.ip, each.hostname, each.enabled) for each in known]
    silences = silences_about(about.id, silences, nodes)
    if as_json:
        whole = msgspec.to_builtins(explained) | {"silences": msgspec.to_builtins(silences)}
        print(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    lines = beside("", _head(about, now), 0)
    wide = max(len(rule.rule) for rule in explained.rules) + 2 if explained.rules else 0
    for rule in explained.rules:
        lines += beside(rule.rule, _sentence(rule), wide)
    for silence in silences:
        lines += beside("", say("Silenced {sentence}", sentence=silence_sentence(silence)), 0)
    print("\n".join(lines))


def silences_about(node_id: int, silences: Iterable[SilenceAnswer], nodes: Iterable[Node]) -> list[SilenceAnswer]:
    """Return the silences that cover a node, as the panel applies them."""
    names = Names(nodes)
    return [each for each in silences if node_id in names.ids_of(each.nodes)]


def _reference(name: str, known: Sequence[NodeAnswer]) -> str:
    """Return the id of the node with this display name. A hostname comes first, and is returned as it is."""
    if any(each.hostname.lower() == name.lower() for each in known):
        return name
    return next((str(each.id) for each in known if each.name.lower() == name.lower()), name)


def _head(node: NodeAnswer, now: RealtimeOne) -> str:
    """node017: up, newest sample 3 s ago, CPU 10.0%, memory 30.0%, temperature 50 °C, clock +0.1 s, agent 0.1.0"""
    t = translator()
    said = [t(node.state)]
    if node.last_seen is not None:
        said.append(t("newest sample {span} ago", span=span(int(time.time()) - node.last_seen)))
    if node.state == "up":
        said += _values(now)
    if node.clock_skew_seconds is not None:
        said.append(t("clock {seconds} s", seconds=f"{round(node.clock_skew_seconds, 1) + 0.0:+.1f}"))
    if node.agent_version is not None:
        said.append(t("agent {version}", version=plain(node.agent_version)))
    return t("{node}: {said}", node=plain(node.hostname), said=t(", ").join(said))


def _values(now: RealtimeOne) -> list[str]:
    t = translator()
    titles = {"cpu_percent": t("CPU"), "memory_used": t("memory"), "cpu_temp": t("temperature")}
    said = []
    for metric in METRICS:
        value, total = getattr(now, metric.name, None), getattr(now, metric.of_total or "", None)
        if value is not None and (metric.of_total is None or total):
            share = 100 * value / total if total else value
            unit = "%" if total or metric.share or metric.unit == "%" else f" {metric.unit}"
            said.append(f"{titles.get(metric.name, metric.name)} {share:.1f}{unit}")
    return said


def _sentence(rule: ExplainedRule) -> str:
    t = translator()
    what = "" if rule.what is None else of(rule.what)
    since = "" if rule.since is None else moment(rule.since)
    counted = "" if rule.seconds is None else span(rule.seconds)
    match rule.state:
        case "open":
            said = t("open since {since}: {what}", since=since, what=what)
        case "suspended":
            said = t("open since {since}, suspended while the node is down: {what}", since=since, what=what)
        case "pending":
            needed = span(rule.needed_seconds or 0)
            said = t("not open yet, for {counted} of {needed}: {what}", counted=counted, needed=needed, what=what)
        case "held":
            said = t("not open, because another rule covers it: {what}", what=what)
        case "between":
            said = t("neither bad nor good enough to end an alert")
        case "unknown":
            said = t("unknown: too few values")
        case "off":
            said = t("switched off")
        case _:
            said = t("good")
    if rule.silenced_until is not None:
        said += t("; ") + t("silenced until {time}", time=moment(rule.silenced_until))
    return said
