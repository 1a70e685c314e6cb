"""GET /metrics: the newest samples of all nodes, for Prometheus."""

from __future__ import annotations

from fastapi import Request, Response

from minipanel.handlers.guard import COUNTERS
from minipanel.handlers.request import panel_of, takes_gzip
from minipanel.handlers.router import api_router
from minipanel.services.exposition import CONTENT_TYPES, wanted_format

router = api_router("metrics")

MEDIA_TYPES = [kind.partition(";")[0] for kind in CONTENT_TYPES.values()]


@router.get(
    "/metrics",
    dependencies=[COUNTERS],
    response_class=Response,
    responses={200: {"content": {each: {"schema": {"type": "string"}} for each in MEDIA_TYPES}}},
)
async def scrape(request: Request) -> Response:
    """Return all series, in Prometheus' text format or as OpenMetrics, whichever Accept prefers."""
    form = wanted_format(",".join(request.headers.getlist("Accept")))
    is_gzipped = takes_gzip(request)
    headers = {"Content-Type": CONTENT_TYPES[form], "Vary": "Accept, Accept-Encoding"}
    if is_gzipped:
        headers["Content-Encoding"] = "gzip"
    return Response(await panel_of(request).scrape.answer(form, is_gzipped), headers=headers)
