"""GET /api/metrics/cluster: the past of the whole cluster, or of a node set."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from minipanel.handlers.answer import answered_with, json_answer
from minipanel.handlers.guard import READERS
from minipanel.handlers.metrics import End, Period, Start, Step, find_all
from minipanel.handlers.raster import Columns
from minipanel.handlers.request import panel_of
from minipanel.handlers.router import api_router
from minipanel.models.answers import ClusterPast
from minipanel.services.history import read_span
from minipanel.services.raster import MAX_COLUMNS, USUAL_COLUMNS, read_size

router = api_router("metrics")

SomeNodes = Annotated[str | None, Query(description="a node set; all enabled nodes when absent")]


@router.get("/api/metrics/cluster", dependencies=[READERS], responses=answered_with(ClusterPast))
async def read_cluster(
    request: Request,
    nodes: SomeNodes = None,
    period: Period = None,
    start: Start = None,
    end: End = None,
    step: Step = None,
    columns: Columns = None,
) -> Response:
    """Return how many nodes were busy, idle, down or unknown over time, and each metric over all of them."""
    panel = panel_of(request)
    span = read_span(period, start, end, None, panel.clock(), step, *panel.reach())
    most = read_size("columns", columns, USUAL_COLUMNS, MAX_COLUMNS)
    if nodes is None:
        wanted = [node for node in panel.directory.nodes if node.enabled]
    else:
        wanted = await find_all(request, nodes)
    return json_answer(await panel.cluster.of(wanted, span, most))
