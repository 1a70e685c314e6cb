"""GET /api/metrics/stream: samples as they arrive, as Server-Sent Events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import StreamingResponse

from minipanel.errors import BadInput
from minipanel.handlers.guard import SCREENS, access_of, caller_of
from minipanel.handlers.request import panel_of
from minipanel.handlers.router import api_router
from minipanel.models.quote import quote
from minipanel.services.broadcast import Form

router = api_router("metrics")

Format = Annotated[str | None, Query(description="nodes, a list of objects, or columns; nodes when absent")]


@router.get(
    "/api/metrics/stream",
    dependencies=[SCREENS],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(request: Request, format: Format = None) -> StreamingResponse:
    """Send an event `snapshot` with all nodes, then events `samples` as samples arrive. Their data is a Realtime.

    format=columns takes a fifth of the bytes; docs/api.md describes it.
    """
    if format not in (None, "nodes", "columns"):
        raise BadInput("format is {format}; it must be nodes or columns.", format=quote(format))
    form: Form = "columns" if format == "columns" else "nodes"
    # X-Accel-Buffering: otherwise nginx holds events back.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, form), media_type="text/event-stream", headers=headers)


async def _events(request: Request, form: Form) -> AsyncIterator[bytes]:
    access, caller = access_of(request), caller_of(request)
    async for event in panel_of(request).broadcast.events(form):
        if not access.is_open(caller):
            # The session has ended: the page reconnects and is sent to the login.
            return
        yield event
