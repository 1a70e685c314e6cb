"""Routes for alerts: findings, open and past alerts, silences, channels and waiting messages."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Path, Query, Request, Response

from minipanel.alerts.alerts import Alerts
from minipanel.alerts.desk import Desk
from minipanel.alerts.history import Asked
from minipanel.alerts.outbox import NotSent
from minipanel.errors import BadInput, NotFound
from minipanel.handlers.answer import answered_with, asked_with, json_answer
from minipanel.handlers.body import read_struct
from minipanel.handlers.guard import OPERATORS, READERS, SCREENS, caller_of
from minipanel.handlers.nodes import find_node
from minipanel.handlers.own_page import refuse_form
from minipanel.handlers.request import panel_of
from minipanel.handlers.router import api_router
from minipanel.models.access_answers import Ended
from minipanel.models.alert_answers import (
    AckAnswer,
    AlertAnswer,
    AlertsAnswer,
    ChannelsAnswer,
    Explained,
    Findings,
    MessageAnswer,
    SilenceAnswer,
    TestAnswer,
)
from minipanel.models.quote import quote
from minipanel.models.requests import AckRequest, SilenceRequest, TestRequest

MAX_ACK_BYTES = 1_200_000
"""Enough for as many ids as AckRequest allows."""

router = api_router("alerts")


def alerts_of(request: Request) -> Alerts:
    """Return the alerts of the running panel."""
    alerts: Alerts = request.app.state.alerts
    return alerts


def desk_of(request: Request) -> Desk:
    """Return the desk, which answers people's requests about alerts."""
    desk: Desk = request.app.state.desk
    return desk


@router.get("/api/alerts/findings", dependencies=[SCREENS], responses=answered_with(Findings))
async def read_findings(request: Request) -> Response:
    """Return all open alerts, folded into a few lines, worst first."""
    return json_answer(await alerts_of(request).findings())


@router.get("/api/alerts", dependencies=[READERS], responses=answered_with(AlertsAnswer))
async def read_alerts(
    request: Request,
    state: Annotated[str | None, Query(description="open or closed; both when absent")] = None,
    nodes: Annotated[str | None, Query(description="a node set, such as node[1-8]")] = None,
    rule: Annotated[str | None, Query(description="the name of a rule")] = None,
    start: Annotated[str | None, Query(alias="from", description="Unix seconds; 30 days ago when absent")] = None,
    end: Annotated[str | None, Query(alias="to", description="Unix seconds; now when absent")] = None,
) -> Response:
    """Return the alerts that were open at any time within a span, newest first, at most 1,000."""
    # A set may name 100,000 nodes: not on the event loop.
    asked = await asyncio.to_thread(Asked.parse, panel_of(request), state, nodes, rule, start, end)
    return json_answer(await desk_of(request).history(asked))


@router.get("/api/alerts/explain/{nodeId:path}", dependencies=[READERS], responses=answered_with(Explained))
async def explain_node(
    request: Request, node_id: Annotated[str, Path(alias="nodeId", description="an integer id or a hostname")]
) -> Response:
    """Return how each rule judges one node: its value, since when, and why an alert is open or not."""
    return json_answer(await desk_of(request).explain(find_node(request, node_id)))


@router.get("/api/alerts/channels", dependencies=[READERS], responses=answered_with(ChannelsAnswer))
async def list_channels(request: Request) -> Response:
    """Return the channels that alerts are sent to, what waits there, and whether the heartbeat gets through."""
    return json_answer(await desk_of(request).channels(with_errors=may_see_errors(request)))


@router.get("/api/alerts/{id}", dependencies=[READERS], responses=answered_with(AlertAnswer))
async def read_alert(request: Request, id: Annotated[str, Path(description="as the list has it")]) -> Response:
    """Return one alert, open or closed."""
    alert = await desk_of(request).alert(_number(id))
    if alert is None:
        raise NotFound("There is no alert {id}.", id=quote(id))
    return json_answer(alert)


@router.post(
    "/api/alerts/ack",
    dependencies=[OPERATORS],
    openapi_extra=asked_with(AckRequest),
    responses=answered_with(AckAnswer),
)
async def acknowledge(request: Request) -> Response:
    """Acknowledge open alerts: nothing more is sent about them until they are over."""
    refuse_form(request)
    asked = await read_struct(request, AckRequest, MAX_ACK_BYTES)
    if not asked.ids:
        raise BadInput("ids is empty; it must be an array of the ids of alerts.")
    acked = await desk_of(request).acknowledge(asked.ids, caller_of(request).name, asked.note)
    return json_answer(AckAnswer(acked))


@router.get("/api/silences", dependencies=[READERS], responses=answered_with(list[SilenceAnswer]))
async def list_silences(request: Request) -> Response:
    """Return the silences in force."""
    return json_answer(
        [
            SilenceAnswer(each.id, each.nodes, list(each.rules), each.from_at, each.until_at, each.why, each.who)
            for each in desk_of(request).silences()
        ]
    )


@router.post(
    "/api/silences",
    dependencies=[OPERATORS],
    openapi_extra=asked_with(SilenceRequest),
    responses=answered_with(SilenceAnswer),
)
async def add_silence(request: Request) -> Response:
    """Silence some nodes: until a time, no messages about them are sent. Their alerts are still shown."""
    refuse_form(request)
    asked = await read_struct(request, SilenceRequest)
    kept = await desk_of(request).silence(
        asked.nodes, tuple(asked.rules), asked.until, asked.why, caller_of(request).name
    )
    return json_answer(
        SilenceAnswer(kept.id, kept.nodes, list(kept.rules), kept.from_at, kept.until_at, kept.why, kept.who)
    )


@router.delete("/api/silences/{id}", dependencies=[OPERATORS], responses=answered_with(Ended))
async def end_silence(request: Request, id: Annotated[str, Path(description="as the list has it")]) -> Response:
    """End a silence now. Alerts that are still open and were held back are sent."""
    if not await desk_of(request).end_silence(_number(id)):
        raise NotFound("There is no active silence {text}.", text=quote(id))
    return json_answer(Ended("ok"))


@router.get("/api/messages", dependencies=[READERS], responses=answered_with(list[MessageAnswer]))
async def list_messages(request: Request) -> Response:
    """Return the messages that wait to be sent, oldest first."""
    return json_answer(
        [
            MessageAnswer(
                each.id,
                each.channel,
                each.subject,
                each.made_at,
                each.try_at,
                each.tries,
                each.error if may_see_errors(request) else None,
            )
            for each in await desk_of(request).waiting()
        ]
    )


@router.post(
    "/api/alerts/test",
    dependencies=[OPERATORS],
    openapi_extra=asked_with(TestRequest),
    responses=answered_with(TestAnswer),
)
async def test_channel(request: Request) -> Response:
    """Send a test message through a channel. Answers 400 with the other side's error if that fails."""
    refuse_form(request)
    asked = await read_struct(request, TestRequest)
    try:
        said = await desk_of(request).test(asked.channel, caller_of(request).name)
    except NotSent as error:
        raise BadInput(error.words) from None
    return json_answer(TestAnswer("ok", said))


def may_see_errors(request: Request) -> bool:
    """Return whether the caller may see a channel's errors, which may contain details of the site."""
    caller = caller_of(request)
    return caller.role == "admin" or caller.kind in ("local", "command")


def _number(id: str) -> int:
    """Return the id in a path; 0, which nothing has, if it is not a number."""
    return int(id) if id.isascii() and id.isdecimal() and len(id) < 16 else 0
