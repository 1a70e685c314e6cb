"""How `minipanel nodes sync` shows the differences: lines for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from minipanel.commands.node_lists import NodeList
from minipanel.config import Config, NodeConfig
from minipanel.machine.hosts_faults import explain_faults
from minipanel.models.nodeset import fold
from minipanel.models.quote import escape
from minipanel.services.node_changes import NodeChanges
from minipanel.translations.columns import align
from minipanel.translations.language import Translate

SHOWN_CHARACTERS = 400


def lines(config: Config, listed: NodeList, changes: NodeChanges, t: Translate) -> list[str]:
    """Return lines: what was skipped in the list, and the differences, folded into node sets."""
    shown = [*explain_faults(listed.faults, t), *_passed_over(config, listed, changes, t)]
    where = {"source": listed.source, "path": config.path}
    if not changes:
        return [*shown, t("{source} and {path} have the same nodes: {count}.", **where, count=len(config.nodes))]
    title = t("{source} and {path} differ:", **where)
    return [*shown, title, *align(_rows(changes, t))]


def as_json(listed: NodeList, changes: NodeChanges) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "source": listed.source,
        "new": [{"hostname": node.hostname, "ip": node.ip} for node in changes.come],
        "gone": [{"hostname": node.hostname, "ip": node.ip} for node in changes.go],
        "changed": [
            {"hostname": old.hostname, "ip": old.ip, "new_hostname": new.hostname, "new_ip": new.ip}
            for old, new in ((change.before, change.after) for change in changes.changed)
        ],
        "ignored": list(listed.ignored),
        "passed_over": list(changes.twins),
        "without_address": list(listed.without_address),
    }


def _passed_over(config: Config, listed: NodeList, changes: NodeChanges, t: Translate) -> list[str]:
    shown = []
    if listed.ignored:
        shown.append(
            t(
                "Ignored by [hosts] in {path}: {count} ({nodes})",
                path=config.path, count=len(listed.ignored), nodes=_folded(listed.ignored),
            )
        )  # fmt: skip
    if changes.twins:
        shown.append(
            t("Skipped, because the same node has a longer or shorter name: {nodes}", nodes=_folded(changes.twins))
        )
    if listed.without_address:
        names = _folded(listed.without_address)
        shown.append(t("In {source}, but not in /etc/hosts: {nodes}", source=listed.source, nodes=names))
    return shown


def _rows(changes: NodeChanges, t: Translate) -> list[tuple[str, str, str]]:
    """Return a row for each kind of difference found: its name, how many nodes, which nodes."""
    moved = [change for change in changes.changed if change.before.ip != change.after.ip]
    renamed = [change for change in changes.changed if change.is_renamed]
    told = (
        (t("new"), changes.come, f"{_names(changes.come)} ({_addresses(changes.come)})"),
        (t("gone"), changes.go, _names(changes.go)),
        (
            t("other address"),
            moved,
            f"{_names(change.before for change in moved)} "
            f"({_addresses(change.before for change in moved)} -> {_addresses(change.after for change in moved)})",
        ),
        (
            t("other name"),
            renamed,
            f"{_names(change.before for change in renamed)} -> {_names(change.after for change in renamed)}",
        ),
    )
    return [(word, str(len(nodes)), which) for word, nodes, which in told if nodes]


def _names(nodes: Iterable[NodeConfig]) -> str:
    return _folded([node.hostname for node in nodes])


def _addresses(nodes: Iterable[NodeConfig]) -> str:
    return _folded([node.ip for node in nodes])


def _folded(names: Sequence[str]) -> str:
    return escape(fold(names), SHOWN_CHARACTERS)
