"""The nodes: which are not up and why, folded into node sets, and which have a wrong clock or another version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from minipanel import __version__
from minipanel.commands.moment import moment
from minipanel.commands.overview import NodeOverview, look_at_nodes
from minipanel.database.newest import skew_by_hostname, versions_by_hostname
from minipanel.doctor import journal
from minipanel.doctor.subject import Subject, refuse_unseen
from minipanel.errors import DatabaseError
from minipanel.machine.lock import running_pid
from minipanel.machine.uptime import this_moment
from minipanel.models.node import State
from minipanel.models.nodeset import fold
from minipanel.rollout.failed import remembered
from minipanel.setup.look.check import Check, Verdict
from minipanel.translations.language import Translate

SKEW_SECONDS = 30
"""Half of what the panel accepts, so that there is time to act."""

MOMENTS = 5
"""At most this many lines show when nodes went down."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known about the nodes.

    By hostname in lower case, `refused`: the panel's last refusal; `skew`: how far the clock is ahead, in seconds;
    `versions`: the agent's version.
    """

    nodes: Sequence[NodeOverview]
    is_panel_running: bool
    refused: Mapping[str, str] = field(default_factory=dict)
    skew: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def look_at_states(subject: Subject) -> Iterator[Check]:
    """Read the nodes' states from the database, and the panel's refusals from its log."""
    config = subject.config
    if subject.trouble is not None and not config.nodes:
        return
    refuse_unseen(config.database.path)
    moment = this_moment()
    nodes = look_at_nodes(config, moment)
    skew: dict[str, float] = {}
    versions: dict[str, str] = {}
    with suppress(DatabaseError):
        skew = skew_by_hostname(config.database.path, moment)
        versions = versions_by_hostname(config.database.path)
    by_address = {address: node.hostname.lower() for node in config.nodes for address in (*node.addresses, node.ip)}
    refusals = journal.refusals(subject.system)
    refused = {by_address[found.address]: found.sentence for found in refusals if found.address in by_address}
    strangers = [found for found in refusals if found.address not in by_address]
    yield from judge_nodes(NodeFacts(nodes, _is_panel_running(subject), refused, skew, versions), subject.t)
    yield from judge_strangers(strangers, subject.t)


def _is_panel_running(subject: Subject) -> bool:
    try:
        return running_pid(subject.config.database.path, patience_seconds=0) is not None
    except OSError:
        return True


def judge_nodes(facts: NodeFacts, t: Translate) -> Iterator[Check]:
    """Yield a line on the nodes that are up, and one for each reason, wrong clock or other version of the rest."""
    what = t("nodes")
    up = _in_state(facts.nodes, "up")
    awaited = [node for node in facts.nodes if node.state != "disabled"]
    if not awaited:
        yield Check(what, Verdict.WARNING, t("none is configured"), "minipanel nodes add NAME ADDRESS")
        return
    if not facts.is_panel_running:
        yield Check(what, Verdict.WARNING, t("not known while no panel runs"))
        return
    if up:
        counted = t("{count} of {total} are up", count=len(up), total=len(awaited))
        yield Check(what, Verdict.OK, counted)
    yield from _refused(facts, t)
    silent = [node for node in awaited if node.state != "up" and node.hostname.lower() not in facts.refused]
    never = _in_state(silent, "never")
    if never:
        detail = t("{nodes}: no sample yet", nodes=fold(never))
        yield Check(what, Verdict.WARNING, detail, f"minipanel rollout {fold(never)}")
    for since, names in _by_minute(silent).items():
        detail = t("{nodes}: down since {time}", nodes=fold(names), time=since)
        yield Check(what, Verdict.WARNING, detail, f"minipanel rollout --dry-run {fold(names)}")
    yield from _clocks(facts, set(up), t)
    yield from _versions(facts, up, t)


def _refused(facts: NodeFacts, t: Translate) -> Iterator[Check]:
    """Yield one line per reason. Sentences that differ only in numbers are one reason; the first is shown."""
    groups: dict[tuple[str, bool], tuple[str, list[str]]] = {}
    for node in facts.nodes:
        sentence = facts.refused.get(node.hostname.lower())
        if sentence is not None and node.state != "disabled":
            kind = re.sub(r"\d+", "0", sentence.replace(node.hostname, ""))
            groups.setdefault((kind, node.state == "up"), (sentence, []))[1].append(node.hostname)
    for (_, is_up), (sentence, names) in groups.items():
        detail = t("{nodes}: the panel refuses what it sends: {reason}", nodes=fold(names), reason=sentence)
        # A node that is up was refused once, or is about to go down.
        yield Check(t("nodes"), Verdict.WARNING if is_up else Verdict.FIX, detail, _against(sentence, fold(names), t))


def _against(sentence: str, nodes: str, t: Translate) -> str:
    if "another key" in sentence:
        return t("copy /etc/munge/munge.key from here to {nodes}, then there: systemctl restart munge", nodes=nodes)
    if "clock" in sentence:
        return t("set the clock on {nodes}: chronyc makestep", nodes=nodes)
    if "addresses = " in sentence:
        return t("add that line to config.toml, then: systemctl reload minipanel")
    return f"minipanel rollout --force {nodes}"


def _by_minute(nodes: Sequence[NodeOverview]) -> dict[str, list[str]]:
    """Return the names of nodes that are down, by the minute of the last sample; the last group has all later ones."""
    groups: dict[str, list[str]] = {}
    down = [(node.last_seen, node.hostname) for node in nodes if node.state == "down" and node.last_seen is not None]
    for last_seen, name in sorted(down):
        minute = moment(last_seen)
        if minute not in groups and len(groups) == MOMENTS:
            minute = next(reversed(groups))
        groups.setdefault(minute, []).append(name)
    return groups


def _clocks(facts: NodeFacts, up: set[str], t: Translate) -> Iterator[Check]:
    for is_ahead in (True, False):
        off = {
            name: abs(facts.skew[name.lower()])
            for name in up
            if abs(facts.skew.get(name.lower(), 0)) > SKEW_SECONDS and (facts.skew[name.lower()] > 0) == is_ahead
        }
        if off:
            values = {"nodes": fold(sorted(off)), "seconds": f"{max(off.values()):.0f}"}
            detail = (
                t("{nodes}: the clock is up to {seconds} s ahead of this machine's", **values)
                if is_ahead
                else t("{nodes}: the clock is up to {seconds} s behind this machine's", **values)
            )
            remedy = t("set the clock on {nodes}: chronyc makestep", nodes=values["nodes"])
            yield Check(t("nodes"), Verdict.WARNING, detail, remedy)


def _versions(facts: NodeFacts, up: Sequence[str], t: Translate) -> Iterator[Check]:
    groups: dict[str, list[str]] = {}
    for name in up:
        version = facts.versions.get(name.lower(), __version__)
        if version != __version__:
            groups.setdefault(version, []).append(name)
    for version, names in groups.items():
        detail = t("{nodes}: the agent is version {version}, the panel {own}", nodes=fold(names), version=version,
                   own=__version__)  # fmt: skip
        yield Check(t("nodes"), Verdict.WARNING, detail, f"minipanel rollout {fold(names)}")


def judge_strangers(strangers: Sequence[journal.Refusal], t: Translate) -> Iterator[Check]:
    """Yield a line on samples from addresses of no node: a node with another address, or an agent left behind."""
    if strangers:
        addresses = ", ".join(found.address for found in strangers[:5])
        detail = t("samples from {addresses} are refused: {reason}", addresses=addresses, reason=strangers[0].sentence)
        yield Check(t("nodes"), Verdict.WARNING, detail, "journalctl -u minipanel -p warning -n 50")


def look_at_last_rollout(subject: Subject) -> Iterator[Check]:
    """Yield lines on where the last roll-out failed, but not for nodes whose agent is no longer wanted or unwanted."""
    failed, t = remembered(subject.config.database.path), subject.t
    known = {node.hostname.lower() for node in subject.config.nodes}
    wanted = {node.hostname.lower() for node in subject.config.nodes if node.enabled}
    again = "minipanel rollout --only-failed"
    if names := sorted(failed.install & wanted):
        yield Check(t("roll-out"), Verdict.WARNING, t("the last one failed on {nodes}", nodes=fold(names)), again)
    if names := sorted((failed.remove & known) - failed.install):
        detail = t("the last one could not remove the agent from {nodes}", nodes=fold(names))
        yield Check(t("roll-out"), Verdict.WARNING, detail, f"{again} --remove")


def _in_state(nodes: Sequence[NodeOverview], state: State) -> list[str]:
    return [node.hostname for node in nodes if node.state == state]
