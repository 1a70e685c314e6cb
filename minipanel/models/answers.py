"""The shapes of the API's answers. OpenAPI is made from them, and from that the types of the page."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from minipanel.models.gap import Reason
from minipanel.models.node import State


class ErrorAnswer(BaseModel):
    """Every error of every route."""

    error: str


class Health(BaseModel):
    """That the panel answers, and which version it is."""

    status: Literal["ok"]
    version: str


class LoginAnswer(BaseModel):
    """A new session. `expires_at` in Unix seconds."""

    token: str
    expires_at: int
    username: str


class UserAnswer(BaseModel):
    """Whose session this is, and until when (Unix seconds)."""

    username: str
    expires_at: int


class LogoutAnswer(BaseModel):
    """The session is over."""

    status: Literal["ok"]


class NodeAnswer(BaseModel):
    """A node as configured and as last heard of. `last_seen` in Unix seconds, None before the first sample.

    `sensor`: what its temperature comes from, as its agent names it; None without a sensor.
    """

    id: int
    name: str
    ip: str
    hostname: str
    enabled: bool
    state: State
    last_seen: int | None
    clock_skew_seconds: float | None
    agent_version: str | None
    sensor: str | None


class RealtimeNode(BaseModel):
    """The newest sample of a node. Memory in bytes, temperature in °C; all None before the first sample."""

    id: int
    name: str
    hostname: str
    state: State
    timestamp: int | None
    cpu_percent: float | None
    memory_total: int | None
    memory_used: int | None
    memory_percent: float | None
    cpu_temp: float | None
    clock_skew_seconds: float | None


class Realtime(BaseModel):
    """The newest samples at the panel's time `timestamp`. Also the data of each event of the stream.

    `interval`: seconds from one sample of a node to the next, as configured.
    """

    timestamp: int
    interval: int
    nodes: list[RealtimeNode]


class RecentColumns(BaseModel):
    """The samples of the last hour, ascending; a missing sample is a jump in `timestamp`."""

    timestamp: list[int]
    cpu_percent: list[float]
    memory_used: list[int]
    cpu_temp: list[float | None]


class RealtimeOne(BaseModel):
    """One node's newest sample and its last hour, in which a sample comes each `interval` seconds."""

    node_id: int
    hostname: str
    name: str
    state: State
    timestamp: int | None
    cpu_percent: float | None
    memory_total: int | None
    memory_used: int | None
    memory_percent: float | None
    cpu_temp: float | None
    clock_skew_seconds: float | None
    agent_version: str | None
    sensor: str | None
    interval: int
    recent: RecentColumns


class HistoryColumns(BaseModel):
    """Records as columns, ascending. A missing record is a jump in `timestamp`. Columns not asked for are absent."""

    timestamp: list[int]
    cpu_percent: list[float] | None = None
    cpu_percent_max: list[float] | None = None
    memory_total: list[int] | None = None
    memory_used: list[int] | None = None
    memory_used_max: list[int] | None = None
    memory_percent: list[float] | None = None
    cpu_temp: list[float | None] | None = None
    cpu_temp_max: list[float | None] | None = None
    samples: list[int] | None = None


class HistoryOne(HistoryColumns):
    """The records of one node with timestamps after `from` up to `to` (Unix seconds).

    `interval`: seconds from one sample to the next, as configured: a whole record rests on 300 / `interval` of them.
    """

    node_id: int
    hostname: str
    period: str | None
    step: int
    interval: int
    from_: int = Field(alias="from")
    to: int


class HistoryNode(HistoryColumns):
    """One node's part of the history of a set."""

    node_id: int
    hostname: str


class HistorySet(BaseModel):
    """The records of several nodes, in the order of the set. `interval` is that of HistoryOne."""

    period: str | None
    from_: int = Field(alias="from")
    to: int
    step: int
    interval: int
    nodes: list[HistoryNode]


class GapAnswer(BaseModel):
    """The samples after `from` up to `to` (Unix seconds) are missing.

    `reason`: panel_away (it was not running, or could not store), node_away (it came back with a new boot),
    agent_stopped (it started again within the same boot), clock_refused (a clock was off by over a minute), or unknown.
    """

    from_: int = Field(alias="from")
    to: int
    reason: Reason


class GapsOne(BaseModel):
    """The gaps of one node in the time after `from` up to `to`, ascending: 60 seconds or more without samples."""

    node_id: int
    hostname: str
    from_: int = Field(alias="from")
    to: int
    gaps: list[GapAnswer]


class GapsNode(BaseModel):
    """One node's part of the gaps of a set."""

    node_id: int
    hostname: str
    gaps: list[GapAnswer]


class GapsSet(BaseModel):
    """The gaps of several nodes in the time after `from` up to `to`, in the order of the set."""

    from_: int = Field(alias="from")
    to: int
    nodes: list[GapsNode]


class Trend(BaseModel):
    """The last ten minutes of the cluster every 30 s or more: mean and highest CPU, memory used of all, hottest CPU."""

    timestamp: list[int]
    cpu_percent: list[float]
    cpu_percent_max: list[float]
    memory_percent: list[float]
    cpu_temp_max: list[float | None]


class HistorySpread(BaseModel):
    """How the nodes of a set lie apart: percentiles over the nodes that have a record at each time of `timestamp`.

    `step` is 300 where every record is looked at, and more for a large set over a long time: then one record each
    `step` seconds stands for its neighbours, at another time of the day each day. `reporting` counts the
    nodes that have a record.
    """

    period: str | None
    from_: int = Field(alias="from")
    to: int
    step: int
    nodes: int
    timestamp: list[int]
    reporting: list[int]
    cpu_percent_p10: list[float]
    cpu_percent_p50: list[float]
    cpu_percent_p90: list[float]
    memory_percent_p10: list[float]
    memory_percent_p50: list[float]
    memory_percent_p90: list[float]
    cpu_temp_p10: list[float | None]
    cpu_temp_p50: list[float | None]
    cpu_temp_p90: list[float | None]


class Stored(BaseModel):
    """What became of a batch: `ignored` counts duplicates and samples older than the history kept."""

    status: Literal["ok"]
    stored: int
    ignored: int
