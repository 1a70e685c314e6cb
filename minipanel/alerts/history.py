"""Queries of present and past alerts."""

from __future__ import annotations

from dataclasses import dataclass

from minipanel.alerts.message import Teller
from minipanel.alerts.rules.all import BY_NAME
from minipanel.errors import BadInput
from minipanel.models.alert import PANEL, Alert
from minipanel.models.alert_answers import AlertAnswer, Words
from minipanel.models.quote import quote
from minipanel.services.panel import Panel

LIMIT = 1000
USUAL_SECONDS = 30 * 86400
_END_OF_TIME = 2**40


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: alerts open at some time from `start` to `end`, of these nodes (None: all) and this rule."""

    start: int
    end: int
    state: str | None
    node_ids: tuple[int, ...] | None
    rule: str | None

    @classmethod
    def parse(
        cls, panel: Panel, state: str | None, nodes: str | None, rule: str | None, start: str | None, end: str | None
    ) -> Asked:
        """Return the query in a request. Raises BadInput."""
        if state not in (None, "open", "closed"):
            raise BadInput("state is {state}; it must be open or closed.", state=quote(str(state)))
        if rule is not None and rule not in BY_NAME:
            raise BadInput("rule is {rule}; it must be one of {names}.", rule=quote(rule), names=", ".join(BY_NAME))
        ids = None
        if nodes is not None:
            found = [panel.directory.find(name) for name in panel.groups.groups.expand(nodes)]
            ids = tuple(node.id for node in found if node is not None)
        now = int(panel.clock())
        last = _seconds("to", end, now)
        first = _seconds("from", start, last - USUAL_SECONDS)
        if first > last:
            raise BadInput("from is {first} and to is {last}; from must be before to.", first=first, last=last)
        return cls(first, last, state, ids, rule)


def _seconds(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise BadInput("{name} is {text}; it must be a time in Unix seconds.", name=name, text=quote(text))
    return min(int(text), _END_OF_TIME)


def answer(alert: Alert, english: Teller, chinese: Teller) -> AlertAnswer:
    """Return one alert in the form of the API."""
    is_panel = alert.node_id == PANEL
    state = "closed" if alert.closed_at is not None else "suspended" if alert.is_suspended else "open"
    return AlertAnswer(
        alert.id,
        alert.rule,
        None if is_panel else alert.node_id,
        None if is_panel else english.names.get(alert.node_id),
        alert.severity,
        state,  # type: ignore[arg-type]
        Words(english.was([alert]), chinese.was([alert])),
        alert.began_at,
        alert.opened_at,
        alert.over_at,
        alert.closed_at,
        alert.times,
        alert.first_at,
        alert.worst,
        alert.bad.limit,
        alert.announced_at,
        alert.acked_at,
        alert.acked_by,
        alert.note,
    )
