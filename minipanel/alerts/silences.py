"""Which alerts are silenced now."""

from __future__ import annotations

from collections.abc import Iterable

from minipanel.models.alert import PANEL, Alert, Silence
from minipanel.models.node import Node
from minipanel.models.nodeset import expand


class Silences:
    """The silences that last, as sets of nodes."""

    def __init__(self) -> None:
        self._kept: list[tuple[Silence, frozenset[int]]] = []

    def replace(self, silences: Iterable[Silence], nodes: Iterable[Node]) -> None:
        """Take over the list. A name that is no node's silences nothing."""
        ids = {name.lower(): node.id for node in nodes for name in (node.hostname, node.name)}
        self._kept = [
            (each, frozenset(ids[name.lower()] for name in expand(each.nodes) if name.lower() in ids))
            for each in silences
        ]

    def of(self, alert: Alert, now: int) -> Silence | None:
        """Return what silences an alert now. The panel itself is silenced by none: its trouble hides all others."""
        for silence, ids in self._kept:
            concerns = alert.node_id != PANEL and alert.node_id in ids
            if (
                concerns
                and (not silence.rules or alert.rule in silence.rules)
                and silence.from_at <= now < silence.until_at
            ):
                return silence
        return None

    def lasting(self, now: int) -> list[Silence]:
        """Return those that last."""
        return [silence for silence, _ in self._kept if now < silence.until_at]
