"""The shapes of the API's answers. OpenAPI is made from them, and from that the types of the page."""

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
"""What a spread tells of each metric."""


def _list_of(column: Column) -> Any:
    """Return the type of a column's numbers, one after another."""
    number: Any = float if column.digits else int
    return GenericAlias(list, number | None if column.may_be_null else number)


def _of_cluster(metric: Metric) -> list[tuple[str, Any]]:
    """Return what a cluster's past says of a metric: its mean over nodes, or where that says nothing its highest."""
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
    """Every error of every route."""

    error: str


class Health(Struct):
    """That the panel answers, and which version it is; when it last stored a sample, and looked for what is wrong.

    Unix seconds; None if it has not done so since its start.
    """

    status: Literal["ok"]
    version: str
    stored_at: int | None
    evaluated_at: int | None


class NodeAnswer(Struct):
    """A node as configured and as last heard of. `last_seen` in Unix seconds, None before the first sample.

    `sensor`: what its temperature comes from, as its agent names it; None without a sensor. `cpu_temp_limit`: at how
    many °C that is too hot, by the node's kernel; None if it does not say.
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
    """A group of nodes, written @name in a node set. `nodes`: the node set that it stands for.

    `source`: [[groups]] of config.toml, ClusterShell, or what the names of nodes have in common.
    """

    name: str
    source: Source
    nodes: str


@with_fields("timestamp", _NEWEST)
class RealtimeNode(Struct):
    """The newest sample of a node. Memory in bytes, temperature in °C; all None before the first sample."""

    id: int
    name: str
    hostname: str
    state: State
    timestamp: int | None
    clock_skew_seconds: float | None


class Realtime(Struct):
    """The newest samples at the panel's time `timestamp`. Also the data of each event of the stream.

    `interval`: seconds from one sample of a node to the next, as configured.
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
    """One node's newest sample and its last hour, in which a sample comes each `interval` seconds.

    `cpu_temp_limit`: as a NodeAnswer has it. `records`: the means of the hour's 5-minute records of which `recent` has
    no sample: after a restart of the panel's machine the hour lies in the history alone.
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

    `interval`: seconds from one sample to the next, as configured: a whole record rests on 300 / `interval` of them.
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
    """The records of several nodes, in the order of the set. `interval` is that of HistoryOne."""

    period: str | None
    from_: int = field(name="from")
    to: int
    step: int
    interval: int
    nodes: list[HistoryNode]
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


class HistoryCounted(Struct):
    """Records in the compact form, ascending: whole numbers of `units`, and one number where all records have the same.

    `runs`: the timestamps, as the first of a run without a missing record and how many there are, `step` seconds apart.
    A column that ends with _max is counted from the mean of the same record on.
    """

    runs: list[tuple[int, int]]
    columns: dict[str, list[int | None] | int | None]


class HistoryOneCompact(HistoryCounted, kw_only=True):
    """What HistoryOne says, in the compact form. Shares of a total are there only where `fields` names them."""

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
    """What HistorySet says, in the compact form."""

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
    """The samples after `from` up to `to` (Unix seconds) are missing.

    `reason`: panel_away (it was not running, or could not store), node_away (it came back with a new boot),
    agent_stopped (it started again within the same boot), clock_refused (a clock was off by over a minute), or unknown.
    """

    from_: int = field(name="from")
    to: int
    reason: Reason


class GapsOne(Struct):
    """The gaps of one node in the time after `from` up to `to`, ascending: 60 seconds or more without samples."""

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
    """The gaps of several nodes in the time after `from` up to `to`, in the order of the set."""

    from_: int = field(name="from")
    to: int
    nodes: list[GapsNode]
    source: Origin | UnsetType = UNSET
    unread: Unread | UnsetType = UNSET


@with_fields("timestamp", _TREND)
class Trend(Struct):
    """The last ten minutes of the cluster every 30 s or more: mean and highest CPU, memory used of all, hottest CPU."""

    timestamp: list[int]


@with_fields("reporting", _SPREAD)
class HistorySpread(Struct):
    """How the nodes of a set lie apart: percentiles over the nodes that have a record at each time of `timestamp`.

    `step` is 300 where every record is looked at, and more for a large set over a long time: then one record each
    `step` seconds stands for its neighbours, at another time of the day each day. `reporting` counts the
    nodes that have a record.
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
    """The first line of a raster's answer: what the bytes after it are.

    For each of `planes` comes row after row, with a byte for each of `columns`. 0: nothing is known; else the value is
    `low` + (byte - 1) * (`high` - `low`) / 250, of a share in percent. Column k stands for the time after `from` + k *
    `width` up to `from` + (k + 1) * `width`. `step` is 300 where records were read and 3600 where hours were. `rows`:
    the ids of each row's nodes; where rows have several, the planes are their mean and their maximum, and they stand by
    groups: nodes of two share no row unless there are more groups than rows. `missing`: row, first column, column after
    the last, and the reason: one of GapAnswer's, silent (nothing came since, and the node is down now), new (nothing is
    known from before) or filling (hours that are still being made from records). A row of several nodes has the reason
    that most of them have.
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
    """How many of a set's nodes were busy, idle, down or unknown, and what all of them came to.

    An entry of `timestamp` stands for the `width` seconds that end there: the mean of its steps (see RasterHead).
    `busy`: nodes with a mean CPU of `idle_below` percent or more, `idle`: with less. `down`: off, with the agent
    stopped, or silent to this day; `unknown`: nothing is known for another reason. A node counts from when it was first
    heard of. Then of each metric the mean over nodes, or the highest with the id of its node. `filling`: hours of this
    time are still being made from records.
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
"""What the document of the API describes."""
