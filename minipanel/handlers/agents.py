"""Samples from agents: who speaks, for which node, and what is stored."""

from __future__ import annotations

import math
import re

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from minipanel.errors import BadInput, PanelError, TryLater
from minipanel.handlers.request import peer_of, read_body
from minipanel.models.node import Node
from minipanel.models.quote import quote
from minipanel.models.sample import MAX_BODY_BYTES, Sample, parse_samples
from minipanel.services.credentials import Claim
from minipanel.services.panel import Panel

_VERSION = re.compile(r"minipanel-agent/([0-9A-Za-z.+-]{1,32})(?:\s|\Z)")
_SENSOR = re.compile(r"[\x20-\x7e]{1,64}")
_SENT = re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?")

CLOCK_RETRY_SECONDS = 10


async def receive_samples(request: Request) -> Response:
    """Store the samples of one node and answer `{"status": "ok", "stored": n, "ignored": m}` after the commit.

    Raises PanelError: 400, 401, 403, 413 or 503, and nothing of the body is stored.
    """
    panel: Panel = request.app.state.panel
    try:
        answer = await _store(panel, request)
    except PanelError as error:
        panel.refusals.note(peer_of(request), error)
        raise
    return Response(answer, media_type="application/json")


async def _store(panel: Panel, request: Request) -> bytes:
    arrived = panel.clock()
    _refuse_encoding(request.headers.get("Content-Encoding"))
    body = await read_body(request, MAX_BODY_BYTES)
    claim = await panel.credentials.check(request.headers.get("Authorization"), body, peer_of(request))
    try:
        samples = parse_samples(body, arrived)
    except BadInput:
        # Of a node whose clock is far ahead everything is refused: its skew must show all the same, to explain it.
        _meet(panel, request, claim, parse_samples(body, math.inf), arrived)
        _spare_if_own_clock_is_behind(panel)
        raise
    node = _meet(panel, request, claim, samples, arrived)
    outcome = await panel.ingest.submit(node, samples)
    return msgspec.json.encode({"status": "ok", "stored": outcome.stored, "ignored": outcome.ignored})


def _meet(panel: Panel, request: Request, claim: Claim, samples: list[Sample], arrived: float) -> Node:
    """Return the node that the samples are of, and note what its agent says of itself."""
    node_id = samples[0].node_id
    node = claim.may_speak_for(panel.directory.find(node_id), node_id)
    headers = request.headers
    skew = parse_skew(headers.get("X-MiniPanel-Sent", ""), arrived)
    version, sensor = parse_version(headers.get("User-Agent", "")), parse_sensor(headers.get("X-MiniPanel-Sensor", ""))
    panel.live.note_agent(node, version, sensor, skew)
    panel.clocks.note(node.id, skew)
    panel.evidence.note_clock(node.id, skew)
    panel.evidence.note_start(node.id, headers.get("X-MiniPanel-Boot", ""), headers.get("X-MiniPanel-Started", ""))
    return node


def _spare_if_own_clock_is_behind(panel: Panel) -> None:
    """Raise TryLater where samples seem to be of the future by a fault of the panel's clock: refusal loses them."""
    behind = panel.clocks.seconds_behind()
    if behind is not None:
        raise TryLater(
            f"The panel's own clock seems to be {behind:.0f} seconds behind: keep the samples. Set its clock.",
            CLOCK_RETRY_SECONDS,
        )


def parse_version(user_agent: str) -> str | None:
    """Return the agent's version: "minipanel-agent/0.1.0" -> "0.1.0". None for anything else."""
    match = _VERSION.match(user_agent)
    return match[1] if match else None


def parse_sensor(text: str) -> str | None:
    """Return what a node's temperature comes from: "coretemp Package id 0". None for anything but short plain ASCII."""
    return text.strip() or None if _SENSOR.fullmatch(text) else None


def parse_skew(sent: str, arrived: float) -> float | None:
    """Return how far the node's clock is ahead of the panel's, in seconds, negative when it is behind; None unknown.

    `sent` is Unix seconds with decimals by the node's clock. The time on the network counts as being behind.
    """
    return round(float(sent) - arrived, 3) if _SENT.fullmatch(sent) else None


def _refuse_encoding(encoding: str | None) -> None:
    if encoding is not None and encoding.strip().lower() != "identity":
        raise BadInput(f"The body is encoded as {quote(encoding)}; it must be plain JSON, without Content-Encoding.")
