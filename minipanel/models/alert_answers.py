"""The shapes of the API's answers about what is wrong."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from minipanel.models.alert import Severity


class Words(Struct):
    """The same text in both languages of the page."""

    en: str
    zh: str


class Finding(Struct):
    """Open alerts of one rule, severity and reason, folded into one line.

    `nodes`: a node set, short; `others`: how many it leaves out; "" for the panel itself. `racks`: what they are, all
    of it, where they are whole racks; else `rack` and its `rack_nodes` where several are a part of one. `what`:
    "hot: 96 °C, limit 95 °C". `since`: when the first began, Unix seconds.
    `alerts` and `node_ids` side by side. `acked_by`: who has acknowledged it, where all of it is.
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
    """What is wrong now, worst first. `was_ever`: whether anything ever was. Unix seconds."""

    timestamp: int
    was_ever: bool
    findings: list[Finding]


class AlertAnswer(Struct):
    """One trouble of one node; `node_id` and `hostname` None: of the panel. Times in Unix seconds.

    `began_at` to `over_at`: when it was so; `opened_at` to `closed_at`: when it was an alert. `times`: how often it has
    opened since `first_at`. `state`: `suspended` while its node is down. `told_at`: when people were told.
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
    """Alerts, the newest first. `is_cut`: there are more than one answer holds. `rules`: the names of all rules."""

    alerts: list[AlertAnswer]
    is_cut: bool
    rules: list[str]


class AckAnswer(Struct):
    """How many of these alerts were open, and are acknowledged now."""

    acked: int


class SilenceAnswer(Struct):
    """Nodes about which nothing is sent, from when until when (Unix seconds), why, and who has asked for it."""

    id: int
    nodes: str
    rules: list[str]
    from_: int = field(name="from")
    until: int
    why: str
    who: str


class MessageAnswer(Struct):
    """What a channel is to be told and was not yet. `error`: the last try's error, for admins. Unix seconds."""

    id: int
    channel: str
    subject: str
    made_at: int
    try_at: int
    tries: int
    error: str | None


class TestAnswer(Struct):
    """What the other side of a channel said to a message that tried it: "250 OK: queued as 4F2A"."""

    status: Literal["ok"]
    said: str


class ChannelAnswer(Struct):
    """A channel: the lowest severity that it sends, about which nodes (None: all, and the panel itself).

    `waiting`: messages that are to be sent; `tries`: how often one of them was tried; `error`: the last try's error
    try, for admins. Unix seconds.
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
    """Whether the address that notices when the panel stops was reached. `error`: of the last try, for admins."""

    reached_at: int | None
    failing_since: int | None
    error: str | None


class ChannelsAnswer(Struct):
    """Where alerts go. `heartbeat` None: none is set."""

    channels: list[ChannelAnswer]
    heartbeat: HeartbeatAnswer | None


RuleState = Literal["good", "pending", "open", "suspended", "between", "unknown", "held", "off"]


class ExplainedRule(Struct):
    """How one rule stands with one node.

    `state`: good, pending (bad, not for long enough), open, suspended, between (not bad, not good enough to close),
    unknown, held (another rule has it), off. `seconds`: for how long it has been bad or good, where that is counted.
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
    """Each rule at one node: why it is open, or why not."""

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
