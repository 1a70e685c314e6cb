"""GET /api/health: whether the panel works. It is open to anyone, so it contains only times and the version."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from minipanel import __version__
from minipanel.errors import BadInput, TryLater
from minipanel.handlers.answer import answered_with, json_answer
from minipanel.handlers.guard import ANYONE
from minipanel.handlers.request import panel_of
from minipanel.handlers.router import api_router
from minipanel.models.answers import Health
from minipanel.models.quote import quote

router = api_router("health")

MOST_SECONDS = 86400
RETRY_SECONDS = 60


@router.get("/api/health", dependencies=[ANYONE], responses=answered_with(Health))
async def health(
    request: Request,
    within: Annotated[
        str | None, Query(description="503 where nothing was stored or looked at for longer: seconds, 1 to 86400")
    ] = None,
) -> Response:
    """Return that the panel answers, when it last stored a sample, and when it last evaluated its alert rules."""
    pulse = panel_of(request).pulse
    trouble = None if within is None else pulse.trouble(_seconds(within))
    if trouble is not None:
        raise TryLater(trouble, RETRY_SECONDS)
    return json_answer(Health("ok", __version__, pulse.stored_at, pulse.evaluated_at))


def _seconds(text: str) -> int:
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    if not 0 < seconds <= MOST_SECONDS:
        raise BadInput(
            "within is {text}; it must be a whole number of seconds from 1 to {most}.",
            text=quote(text),
            most=MOST_SECONDS,
        )
    return seconds
