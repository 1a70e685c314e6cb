"""Routes for metrics: the newest samples, the last hour, and the records of the past."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from minipanel.errors import BadInput, NotFound
from minipanel.handlers.answer import Responses, answered_with, json_answer, schema_of
from minipanel.handlers.guard import READERS, SCREENS
from minipanel.handlers.nodes import find_node
from minipanel.handlers.pieces import answer_in_pieces
from minipanel.handlers.request import panel_of
from minipanel.handlers.router import api_router
from minipanel.handlers.squeezed import json_reply, squeezed
from minipanel.models.answers import (
    GapsOne,
    GapsSet,
    HistoryOne,
    HistoryOneCompact,
    HistorySet,
    HistorySetCompact,
    HistorySpread,
    Realtime,
    RealtimeOne,
    Trend,
)
from minipanel.models.group import Groups
from minipanel.models.node import Node
from minipanel.models.quote import quote
from minipanel.services.directory import Directory
from minipanel.services.history import Span, read_span
from minipanel.services.hour_records import records_of
from minipanel.services.trend import trend

router = api_router("metrics")

NodeId = Annotated[str, Path(alias="nodeId", description="an integer id or a hostname")]
NodeSet = Annotated[str | None, Query(description="a node set, such as node[1-8] or @rack3")]
Period = Annotated[
    str | None, Query(description="1d, 7d, 1m (30 days), 1y (365 days) or, with an archive, 2y (730 days)")
]
Start = Annotated[str | None, Query(alias="from", description="Unix seconds, in place of period")]
End = Annotated[str | None, Query(alias="to", description="Unix seconds; now when absent")]
Fields = Annotated[str | None, Query(description="the columns wanted, separated by commas")]
Step = Annotated[
    str | None,
    Query(
        description="300 for records, 3600 for hours; when absent, hours for more than 31 days and for times older "
        "than the records kept, in an archive too"
    ),
]
Format = Annotated[
    str | None,
    Query(description="json, compact (JSON at the precision that is drawn) or csv; csv also by Accept: text/csv"),
]
FORMATS = ("json", "compact", "csv")


def _in_each_format(kind: Any, compact: Any) -> Responses:
    answers = answered_with(kind)
    answers[200]["content"]["application/json"] = {"schema": {"anyOf": [schema_of(kind), schema_of(compact)]}}
    answers[200]["content"]["text/csv"] = {"schema": {"type": "string"}}
    return answers


@router.get("/api/metrics/realtime", dependencies=[SCREENS], responses=answered_with(Realtime))
async def read_realtime(request: Request) -> Response:
    """Return the newest sample and the state of every node."""
    panel = panel_of(request)
    return json_answer(Realtime(int(panel.clock()), panel.live.interval_seconds, panel.live.realtime()))


@router.get("/api/metrics/realtime/{nodeId}", dependencies=[READERS], responses=answered_with(RealtimeOne))
async def read_realtime_one(request: Request, node_id: NodeId) -> Response:
    """Return one node's newest sample and its last hour."""
    node, panel = find_node(request, node_id), panel_of(request)
    live = panel.live
    records = await records_of(panel.reading, node.id, live.last_hour(node), live.hour_end(node), panel.clock())
    return json_answer(live.one(node, records))


@router.get("/api/metrics/trend", dependencies=[SCREENS], responses=answered_with(Trend))
async def read_trend(request: Request) -> Response:
    """Return the last ten minutes of the whole cluster."""
    panel = panel_of(request)
    # 20,000 samples for 1,000 nodes: not on the event loop.
    return json_answer(await asyncio.to_thread(trend, panel.live.hours(), panel.clock(), panel.live.interval_seconds))


@router.get("/api/metrics/history", dependencies=[READERS], responses=_in_each_format(HistorySet, HistorySetCompact))
async def read_history_set(
    request: Request,
    nodes: NodeSet = None,
    period: Period = None,
    start: Start = None,
    end: End = None,
    fields: Fields = None,
    step: Step = None,
    format: Format = None,
) -> Response:
    """Return the records of a node set."""
    panel = panel_of(request)
    form = _format_of(request, format)
    span = read_span(period, start, end, fields, panel.clock(), step, *panel.reach(), form == "compact")
    wanted = await find_all(request, nodes)
    if form == "csv":
        return await _csv(request, wanted, span)
    pieces = panel.history.set_of(wanted, span)
    if not span.is_compact:
        return await answer_in_pieces(pieces, "application/json")
    pieces, headers = squeezed(request, pieces)
    return await answer_in_pieces(pieces, "application/json", headers)


@router.get(
    "/api/metrics/history/{nodeId}",
    dependencies=[READERS],
    responses=_in_each_format(HistoryOne, HistoryOneCompact),
)
async def read_history_one(
    request: Request,
    node_id: NodeId,
    period: Period = None,
    start: Start = None,
    end: End = None,
    fields: Fields = None,
    step: Step = None,
    format: Format = None,
) -> Response:
    """Return the records of one node."""
    panel = panel_of(request)
    form = _format_of(request, format)
    span = read_span(period, start, end, fields, panel.clock(), step, *panel.reach(), form == "compact")
    node = find_node(request, node_id)
    if form == "csv":
        return await _csv(request, [node], span)
    answer = await json_reply(request, await panel.history.one(node, span))
    return Response(answer.body, headers=answer.headers)


@router.get("/api/metrics/gaps", dependencies=[READERS], responses=answered_with(GapsSet))
async def read_gaps_of_set(
    request: Request, nodes: NodeSet = None, period: Period = None, start: Start = None, end: End = None
) -> Response:
    """Return the gaps of a node set's nodes, with their reasons."""
    panel = panel_of(request)
    span = read_span(period, start, end, None, panel.clock(), None, *panel.reach())
    pieces = panel.gaps.set_of(await find_all(request, nodes), span)
    return await answer_in_pieces(pieces, "application/json")


@router.get("/api/metrics/gaps/{nodeId}", dependencies=[READERS], responses=answered_with(GapsOne))
async def read_gaps(
    request: Request, node_id: NodeId, period: Period = None, start: Start = None, end: End = None
) -> Response:
    """Return the gaps of one node, with their reasons."""
    panel = panel_of(request)
    span = read_span(period, start, end, None, panel.clock(), None, *panel.reach())
    node = find_node(request, node_id)
    return json_answer(await panel.gaps.one(node, span))


@router.get("/api/metrics/spread", dependencies=[READERS], responses=answered_with(HistorySpread))
async def read_spread(
    request: Request,
    nodes: NodeSet = None,
    period: Period = None,
    start: Start = None,
    end: End = None,
) -> Response:
    """Return the median, 10th and 90th percentile of a node set's records, for sets with too many nodes to draw."""
    panel = panel_of(request)
    span = read_span(period, start, end, None, panel.clock(), None, *panel.reach())
    return json_answer(await panel.spread.of(await find_all(request, nodes), span))


async def find_all(request: Request, nodes: str | None) -> list[Node]:
    """Return the nodes in the node set of a query. Raises BadInput, NotFound."""
    if nodes is None:
        raise BadInput("nodes is missing; it must be a node set such as node[01-08,12].")
    # A set may name 100,000 nodes: not on the event loop.
    panel = panel_of(request)
    return await asyncio.to_thread(_find, panel.directory, panel.groups.groups, nodes)


def _find(directory: Directory, groups: Groups, nodes: str) -> list[Node]:
    found = {name: directory.find(name) for name in groups.expand(nodes)}
    missing = [name for name, node in found.items() if node is None]
    if missing:
        if len(missing) == 1:
            raise NotFound("There is no node {text}.", text=quote(missing[0]))
        raise NotFound("There is no node {text} and {count} more.", text=quote(missing[0]), count=len(missing) - 1)
    return list(dict.fromkeys(node for node in found.values() if node is not None))


def _format_of(request: Request, format: str | None) -> str:
    if format is None:
        return "csv" if "text/csv" in request.headers.get("Accept", "") else "json"
    if format not in FORMATS:
        raise BadInput("format is {format}; it must be json, compact or csv.", format=quote(format))
    return format


async def _csv(request: Request, nodes: list[Node], span: Span) -> Response:
    name = nodes[0].hostname if len(nodes) == 1 else "nodes"
    headers = {"Content-Disposition": f'attachment; filename="minipanel-{name}-{span.end}.csv"'}
    return await answer_in_pieces(panel_of(request).history.csv(nodes, span), "text/csv; charset=utf-8", headers)
