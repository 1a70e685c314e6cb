"""GET /api/metrics/raster: the past of a node set as one picture."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Query, Request, Response

from minipanel.handlers.guard import READERS
from minipanel.handlers.metrics import End, NodeSet, Period, Start, Step, find_all
from minipanel.handlers.request import panel_of, takes_gzip
from minipanel.handlers.router import api_router
from minipanel.services.gzipped import gzipped
from minipanel.services.history import read_span
from minipanel.services.raster import (
    MAX_COLUMNS,
    MAX_ROWS,
    METRIC,
    USUAL_COLUMNS,
    USUAL_ROWS,
    read_metric,
    read_size,
)

router = api_router("metrics")

MEDIA_TYPE = "application/octet-stream"

MetricName = Annotated[str | None, Query(description=f"one of {', '.join(METRIC)}")]
Columns = Annotated[
    str | None, Query(description=f"how many columns at most, 1 to {MAX_COLUMNS}; {USUAL_COLUMNS} when absent")
]
Rows = Annotated[str | None, Query(description=f"how many rows at most, 1 to {MAX_ROWS}; {USUAL_ROWS} when absent")]


@router.get(
    "/api/metrics/raster",
    dependencies=[READERS],
    response_class=Response,
    responses={
        200: {
            "description": "A line of JSON, RasterHead, and the bytes that it describes.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def read_raster(
    request: Request,
    nodes: NodeSet = None,
    metric: MetricName = None,
    period: Period = None,
    start: Start = None,
    end: End = None,
    step: Step = None,
    columns: Columns = None,
    rows: Rows = None,
) -> Response:
    """Return one metric of a node set over time: a row per node or per several, a column per time, a byte per cell."""
    panel = panel_of(request)
    span = read_span(period, start, end, None, panel.clock(), step, *panel.reach())
    about = read_metric(metric)
    size = read_size("columns", columns, USUAL_COLUMNS, MAX_COLUMNS), read_size("rows", rows, USUAL_ROWS, MAX_ROWS)
    answer = await panel.raster.of(await find_all(request, nodes), about, span, *size, panel.groups.groups)
    headers = {"Vary": "Accept-Encoding"}
    if takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
        answer = await asyncio.to_thread(gzipped, answer)
    return Response(answer, media_type=MEDIA_TYPE, headers=headers)
