"""GET /api/metrics/stream: samples as they arrive, as Server-Sent Events."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from minipanel.handlers.guard import SCREENS, access_of, caller_of
from minipanel.handlers.request import panel_of

router = APIRouter(tags=["metrics"])


@router.get(
    "/api/metrics/stream",
    dependencies=[SCREENS],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(request: Request) -> StreamingResponse:
    """Send a `snapshot` of all nodes, then `samples` as they arrive; the data of both is that of Realtime."""
    # X-Accel-Buffering: nginx would hold events back.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request), media_type="text/event-stream", headers=headers)


async def _events(request: Request) -> AsyncIterator[bytes]:
    access, caller = access_of(request), caller_of(request)
    async for event in panel_of(request).broadcast.events():
        if not access.is_open(caller):
            # The session has ended meanwhile: the page connects anew and is sent to the login.
            return
        yield event
