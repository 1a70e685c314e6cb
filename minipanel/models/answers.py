"""The API's answers about nodes and their past. OpenAPI is made from them, and the page's types from OpenAPI."""

from __future__ import annotations

from types import GenericAlias
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from minipanel.models.gap import Absence, Reason
from minipanel.models.group import Source
from minipanel.models.metrics import COLUMNS, METRICS, READINGS, Column, Metric
from minipanel.models.node import State
from minipanel.models.origin import Origin, Unread
from minipanel.models.shape import with_fields

SHARES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
"""The percentiles of each metric in a spread, by name."""


def _list_of(column: Column) -> Any:
    """Return the type of a list of a column's numbers."""
    number: Any = float if column.digits else int
    return GenericAlias(list, number | None if column.may_be_null else number)


def _of_cluster(metric: Metric) -> list[tuple[str, Any]]:
    """Return a metric's fields of a ClusterPast: the mean over nodes, or the highest where a mean is meaningless."""
    if metric.averages_over_nodes:
        return [(metric.comparable, list[float | None])]
    return [(metric.max, list[float | None]), (f"{metric.max}_node", list[int | None])]


_NEWEST = [(column.name, (float if column.digits else int) | None) for column in READINGS]
_RECENT = [(column.name, _list_of(column)) for column in COLUMNS if column.kind == "mean"]
_RECORDS = [(column.name, _list_of(column) | UnsetType, UNSET) for column in COLUMNS]
_TREND = [(column.name, _list_of(column)) for metric in METRICS for column in metric.over_nodes()]
_CLUSTER = [field for metric in METRICS for field in _of_cluster(metric)]
_SPREAD = [
    (f"{column.name}_{share}", _list_of(column))
    for metric in METRICS
    for column in metric.columns()
    if column.name == metric.comparable
    for share in SHARES
]


class ErrorAnswer(Struct):
    """An error, of any route."""

    error: str


class Health(Struct):
    """The panel's health. Times in Unix seconds; None if it has not happened since the panel's start.

    `stored_at`: when the panel last stored a sample; `evaluated_at`: when it last evaluated its alert rules.
    """

    status: Literal["ok"]
    version: str
    stored_at: int | None
    evaluated_at: int | None


class NodeAnswer(Struct):
    """A node as configured, and what its agent last reported. `last_seen`: Unix seconds, None before the first sample.

    `sensor`: the source of its temperature, as its agent names it; None without a sensor. `cpu_temp_limit`: the °C at
    which its CPU is too hot, from the node's kernel; None if the kernel gives no limit.
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
    cpu_temp_limit: float | None


class GroupAnswer(Struct):
    """A group of nodes, written @name in a node set. `nodes`: its nodes, as a node set.

    `source`: config ([[groups]] of config.toml), clustershell, or names (a common part of the nodes' names).
    """

    name: str
    source: Source
    nodes: str


@with_fields("timestamp", _NEWEST)
class RealtimeNode(Struct):
    """A node's newest sample. Memory in bytes, temperature in °C; all values are None before the first sample."""

    id: int
    name: str
    hostname: str
    state: State
    timestamp: int | None
    clock_skew_seconds: float | None


class Realtime(Struct):
    """The newest sample of every node. Also the data of each event of the stream.

    `timestamp`: the panel's time, Unix seconds. `interval`: seconds between two samples of a node, as configured.
    """

    timestamp: int
    interval: int
    nodes: list[RealtimeNode]


@with_fields("timestamp", _RECENT)
class RecentColumns(Struct):
    """The samples of the last hour, ascending; a missing sample is a jump in `timestamp`."""

    timestamp: list[int]


@with_fields("timestamp", _NEWEST)
class RealtimeOne(Struct):
    """One node's newest sample and its last hour, with a sample every `interval` seconds.

    `cpu_temp_limit`: as in NodeAnswer. `records`: the means of those 5-minute records of the hour that have no sample
    in `recent`. After the panel's machine restarts, only the history has that hour.
    """

    name: str
    hostname: str
    state: State
    timestamp: int | None
    clock_skew_seconds: float | None
    node_id: int
    agent_version: str | None
    sensor: str | None
    cpu_temp_limit: float | None
    interval: int
    recent: RecentColumns
    records: RecentColumns


@with_fields("timestamp", _RECORDS)
class HistoryColumns(Struct):
    """Records as columns, ascending. A missing record is a jump in `timestamp`. Columns not asked for are absent."""

    timestamp: list[int]
    samples: list[int] | UnsetType = UNSET


class HistoryOne(HistoryColumns, kw_only=True):
    """The records of one node with timestamps after `from` up to `to` (Unix seconds).

    `interval`: seconds between two samples, as configured; a complete record is made of 300 / `interval` samples.
    """

    node_id: int
    hostname: str
    period: str | None
    step: int
    interval: int
    from_: int = field(name="from")
    to: int
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


class HistoryNode(HistoryColumns, kw_only=True):
    """One node's part of the history of a set."""

    node_id: int
    hostname: str


class HistorySet(Struct):
    """The records of several nodes, in the order of the set. `interval`: as in HistoryOne."""

    period: str | None
    from_: int = field(name="from")
    to: int
    step: int
    interval: int
    nodes: list[HistoryNode]
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


class HistoryCounted(Struct):
    """Records in the compact form, ascending. Values are whole numbers of `units`.

    `runs`: the timestamps, as runs of records `step` seconds apart: the first timestamp and the number of records.
    `columns`: a list per column, or one number if all records have the same value. A column whose name ends with _max
    holds the difference from the mean of the same record.
    """

    runs: list[tuple[int, int]]
    columns: dict[str, list[int | None] | int | None]


class HistoryOneCompact(HistoryCounted, kw_only=True):
    """HistoryOne in the compact form. Shares of a total are included only if `fields` names them."""

    node_id: int
    hostname: str
    period: str | None
    step: int
    interval: int
    units: dict[str, float]
    from_: int = field(name="from")
    to: int
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


class HistoryNodeCompact(HistoryCounted, kw_only=True):
    """One node's part of the history of a set, in the compact form."""

    node_id: int
    hostname: str


class HistorySetCompact(Struct):
    """HistorySet in the compact form."""

    period: str | None
    from_: int = field(name="from")
    to: int
    step: int
    interval: int
    units: dict[str, float]
    nodes: list[HistoryNodeCompact]
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


class GapAnswer(Struct):
    """A gap: the samples after `from` up to `to` (Unix seconds) are missing.

    `reason`: panel_away (the panel was not running, or could not store), node_away (the node had rebooted when it came
    back), agent_stopped (the agent was restarted without a reboot), clock_refused (a clock was off by over a minute),
    or unknown.
    """

    from_: int = field(name="from")
    to: int
    reason: Reason


class GapsOne(Struct):
    """One node's gaps after `from` up to `to` (Unix seconds), ascending. A gap lasts 60 seconds or more."""

    node_id: int
    hostname: str
    gaps: list[GapAnswer]
    from_: int = field(name="from")
    to: int
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


class GapsNode(Struct):
    """One node's part of the gaps of a set."""

    node_id: int
    hostname: str
    gaps: list[GapAnswer]


class GapsSet(Struct):
    """The gaps of several nodes after `from` up to `to` (Unix seconds), in the order of the set."""

    from_: int = field(name="from")
    to: int
    nodes: list[GapsNode]
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


@with_fields("timestamp", _TREND)
class Trend(Struct):
    """The cluster's last ten minutes, one value every 30 s or more.

    Mean and highest CPU, share of all memory used, and the hottest CPU.
    """

    timestamp: list[int]


@with_fields("reporting", _SPREAD)
class HistorySpread(Struct):
    """How far apart the nodes of a set are: percentiles over the nodes that have a record at each time of `timestamp`.

    `step` is 300 if every record is read. It is more for a large set over a long time: then only one record every
    `step` seconds is read, at another time of day each day. `reporting`: how many nodes have a record.
    """

    period: str | None
    from_: int = field(name="from")
    to: int
    step: int
    nodes: int
    timestamp: list[int]
    reporting: list[int]
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


class RasterHead(Struct):
    """The first line of a raster's answer. It describes the bytes that follow.

    The bytes are the `planes` one after another, each row by row, one byte per column. 0: no value. Else the value is
    `low` + (byte - 1) * (`high` - `low`) / 250, in percent for a share. Column k covers the time after `from` + k *
    `width` up to `from` + (k + 1) * `width`. `step`: 300 if records were read, 3600 if hours were. `rows`: the ids of
    each row's nodes. If rows have several nodes, the planes are their mean and their maximum, and rows follow groups:
    nodes of different groups share a row only if there are more groups than rows. `missing`: row, first column, column
    after the last, and the reason: one of GapAnswer's, silent (no sample since, and the node is down now), new (no
    sample before) or filling (hours that are still being made from records). A row of several nodes has the reason that
    most of them have.
    """

    metric: str
    period: str | None
    from_: int = field(name="from")
    to: int
    step: int
    width: int
    columns: int
    low: int
    high: int
    planes: list[str]
    rows: list[list[int]]
    missing: list[tuple[int, int, int, Absence]]
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


@with_fields("unknown", _CLUSTER)
class ClusterPast(Struct):
    """How many nodes of a set were busy, idle, down or unknown over time, and each metric over all of them.

    Each entry of `timestamp` covers the `width` seconds that end there; its values are the mean of its steps (see
    RasterHead). `busy`: nodes with a mean CPU of `idle_below` percent or more; `idle`: with less. `down`: switched off,
    with the agent stopped, or silent until now; `unknown`: without records for another reason. A node counts from its
    first sample on. Each metric has its mean over nodes, or its highest value and that node's id. `filling`: the time
    whose hours are still being made from records, None if there is none.
    """

    period: str | None
    from_: int = field(name="from")
    to: int
    step: int
    width: int
    nodes: int
    idle_below: int
    filling: tuple[int, int] | None
    timestamp: list[int]
    busy: list[float]
    idle: list[float]
    down: list[float]
    unknown: list[float]
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


class Stored(Struct):
    """The result of a batch: `ignored` counts duplicates and samples older than the history kept."""

    status: Literal["ok"]
    stored: int
    ignored: int


ANSWERS = (
    ErrorAnswer,
    Health,
    NodeAnswer,
    GroupAnswer,
    Realtime,
    RealtimeOne,
    HistoryOne,
    HistoryOneCompact,
    HistorySet,
    HistorySetCompact,
    GapsOne,
    GapsSet,
    Trend,
    HistorySpread,
    RasterHead,
    ClusterPast,
    Stored,
)
"""Described in the OpenAPI document."""
