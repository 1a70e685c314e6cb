"""The API's answers about alerts."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from minipanel.models.alert import Severity


class Words(Struct):
    """One text in both languages of the page."""

    en: str
    zh: str


class Finding(Struct):
    """Open alerts of one rule, severity and reason, folded into one line.

    `nodes`: a node set, shortened, or "" for the panel itself; `others`: how many nodes it leaves out. `racks`: their
    names if the nodes are whole racks. `rack`: the name of the one rack that the nodes are part of, if there are
    several; `rack_nodes`: how many nodes that rack has. `what`: "hot: 96 °C, limit 95 °C". `since`: when the first
    alert began, Unix seconds. `alerts` and `node_ids` have the same order. `acked_by`: who acknowledged the alerts;
    None unless all are acknowledged.
    """

    rule: str
    severity: Severity
    nodes: str
    others: int
    racks: list[str]
    rack: str | None
    rack_nodes: int
    what: Words
    since: int
    times: int
    alerts: list[int]
    node_ids: list[int]
    is_suspended: bool
    acked_by: str | None
    silenced_until: int | None


class Findings(Struct):
    """All open alerts, folded, worst first. `timestamp` in Unix seconds. `was_ever`: whether any alert ever opened."""

    timestamp: int
    was_ever: bool
    findings: list[Finding]


class AlertAnswer(Struct):
    """One problem of one node, or of the panel (`node_id` and `hostname` None). Times in Unix seconds.

    `began_at` to `over_at`: how long the problem lasted; `opened_at` to `closed_at`: how long the alert was open.
    `times`: how often it has opened since `first_at`. `state`: `suspended` while its node is down. `told_at`: when
    people were notified.
    """

    id: int
    rule: str
    node_id: int | None
    hostname: str | None
    severity: Severity
    state: Literal["open", "suspended", "closed"]
    what: Words
    began_at: int
    opened_at: int
    over_at: int | None
    closed_at: int | None
    times: int
    first_at: int
    worst: float | None
    limit: float | None
    told_at: int | None
    acked_at: int | None
    acked_by: str | None
    note: str | None


class AlertsAnswer(Struct):
    """Alerts, newest first. `is_cut`: there are more than fit in one answer. `rules`: the names of all rules."""

    alerts: list[AlertAnswer]
    is_cut: bool
    rules: list[str]


class AckAnswer(Struct):
    """How many alerts were open and are now acknowledged."""

    acked: int


class SilenceAnswer(Struct):
    """A silence: no messages about these nodes from `from` until `until` (Unix seconds). `who`: the user who added it.

    `rules`: only about these rules; empty for all.
    """

    id: int
    nodes: str
    rules: list[str]
    from_: int = field(name="from")
    until: int
    why: str
    who: str


class MessageAnswer(Struct):
    """A message that waits to be sent. Times in Unix seconds. `error`: the last try's error, shown to admins only."""

    id: int
    channel: str
    subject: str
    made_at: int
    try_at: int
    tries: int
    error: str | None


class TestAnswer(Struct):
    """How the other side of a channel answered a test message: "250 OK: queued as 4F2A"."""

    status: Literal["ok"]
    said: str


class ChannelAnswer(Struct):
    """A channel. `severity`: the lowest that it sends; `nodes`: a node set, or None for all nodes and the panel itself.

    `waiting`: how many messages wait to be sent; `tries`: how often one of them was tried; `try_at`: when it is tried
    next, Unix seconds; `error`: the last try's error, shown to admins only.
    """

    name: str
    kind: str
    severity: Severity
    nodes: str | None
    waiting: int
    tries: int
    try_at: int | None
    error: str | None


class HeartbeatAnswer(Struct):
    """Whether the heartbeat's address was reached. Times in Unix seconds. `error`: the last try's, for admins only."""

    reached_at: int | None
    failing_since: int | None
    error: str | None


class ChannelsAnswer(Struct):
    """Where alerts are sent. `heartbeat`: None if none is configured."""

    channels: list[ChannelAnswer]
    heartbeat: HeartbeatAnswer | None


RuleState = Literal["good", "pending", "open", "suspended", "between", "unknown", "held", "off"]


class ExplainedRule(Struct):
    """How one rule judges one node.

    `state`: good, pending (bad, but not for long enough), open, suspended, between (not bad, but not good enough to
    close), unknown, held (another rule covers the problem), off. `seconds`: how long the node has been bad or good, if
    that is counted; `needed_seconds`: how long it must be.
    """

    rule: str
    severity: Severity
    state: RuleState
    what: Words | None
    seconds: int | None
    needed_seconds: int | None
    since: int | None
    silenced_until: int | None


class Explained(Struct):
    """How each rule judges one node: why its alert is open, or why not."""

    node_id: int
    hostname: str
    rules: list[ExplainedRule]


ANSWERS = (
    Findings,
    AlertsAnswer,
    AckAnswer,
    SilenceAnswer,
    MessageAnswer,
    TestAnswer,
    ChannelsAnswer,
    Explained,
)
