"""Samples from agents: who speaks, for which node, and what is stored."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping

from minipanel.errors import BadInput, PanelError, TryLater
from minipanel.handlers.reply import Reply, failure, refusal, reply
from minipanel.models.answers import Stored
from minipanel.models.node import Node
from minipanel.models.quote import quote
from minipanel.models.sample import Sample, parse_samples
from minipanel.services.credentials import Claim
from minipanel.services.panel import Panel

log = logging.getLogger(__name__)

_VERSION = re.compile(r"minipanel-agent/([0-9A-Za-z.+-]{1,32})(?:\s|\Z)")
_SENSOR = re.compile(r"[\x20-\x7e]{1,64}")
_BOOT = re.compile(r"[0-9a-f-]{1,64}")
_LIMIT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
_COUNT = re.compile(r"[0-9]{1,9}")
_SENT = re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?")

CLOCK_RETRY_SECONDS = 10

LIMITS = (50.0, 150.0)
"""°C. No CPU is too hot below, and none lives above: a limit beyond comes from firmware that nobody looked at."""


Head = Mapping[str, str]
"""The headers of a request, found by their names in lower case."""


def check_head(panel: Panel, head: Head) -> None:
    """Raise PanelError where the head alone shows that nothing can be taken, so that no body need be read for it."""
    _refuse_encoding(head.get("content-encoding"))
    panel.credentials.check_form(head.get("authorization"))


async def take_samples(panel: Panel, head: Head, body: bytes, peer: str) -> Reply:
    """Store the samples of one node and answer `{"status": "ok", "stored": n, "ignored": m}` after the commit.

    `peer` is the address at the other end. Answers 400, 401, 403, 413, 500 or 503 where nothing of the body is stored.
    """
    try:
        return reply(200, await _store(panel, head, body, peer))
    except PanelError as error:
        return refuse_samples(panel, error, peer)
    except Exception:
        log.exception("Samples could not be taken.")
        return failure()


def refuse_samples(panel: Panel, error: PanelError, peer: str) -> Reply:
    """Note in the log that samples were refused, and answer so."""
    panel.refusals.note(peer, error)
    return refusal(error)


async def _store(panel: Panel, head: Head, body: bytes, peer: str) -> Stored:
    arrived = panel.clock()
    _refuse_encoding(head.get("content-encoding"))
    claim = await panel.credentials.check(head.get("authorization"), body, peer)
    try:
        samples = parse_samples(body, arrived)
    except BadInput:
        # Of a node whose clock is far ahead everything is refused: its skew must show all the same, to explain it.
        _meet(panel, head, claim, parse_samples(body, math.inf), arrived)
        _spare_if_own_clock_is_behind(panel)
        raise
    node = _meet(panel, head, claim, samples, arrived)
    outcome = await panel.ingest.submit(node, samples)
    return Stored("ok", outcome.stored, outcome.ignored)


def _meet(panel: Panel, head: Head, claim: Claim, samples: list[Sample], arrived: float) -> Node:
    """Return the node that the samples are of, and note what its agent says of itself."""
    node_id = samples[0].node_id
    node = claim.may_speak_for(panel.directory.find(node_id), node_id)
    skew = parse_skew(head.get("x-minipanel-sent", ""), arrived)
    version, sensor = parse_version(head.get("user-agent", "")), parse_sensor(head.get("x-minipanel-sensor", ""))
    limit, throttled = (
        parse_limit(head.get("x-minipanel-limit", "")),
        parse_count(head.get("x-minipanel-throttled", "")),
    )
    boot_id = parse_boot(head.get("x-minipanel-boot", ""))
    panel.live.note_agent(node, version, sensor, skew, limit, throttled, boot_id)
    panel.clocks.note(node.id, skew)
    panel.evidence.note_clock(node.id, skew)
    panel.evidence.note_version(node.id, version)
    panel.evidence.note_start(node.id, head.get("x-minipanel-boot", ""), head.get("x-minipanel-started", ""))
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


def parse_boot(text: str) -> str | None:
    """Return the id of a node's boot; None for what is none."""
    return text if _BOOT.fullmatch(text) else None


def parse_limit(text: str) -> float | None:
    """Return at how many °C a node's CPU is too hot, by its kernel; None for what can be no such limit."""
    limit = float(text) if _LIMIT.fullmatch(text) else 0.0
    return limit if LIMITS[0] <= limit <= LIMITS[1] else None


def parse_count(text: str) -> int:
    """Return how often heat slowed a node's CPU down in the last minute; 0 for anything but a short whole number."""
    return int(text) if _COUNT.fullmatch(text) else 0


def parse_skew(sent: str, arrived: float) -> float | None:
    """Return how far the node's clock is ahead of the panel's, in seconds, negative when it is behind; None unknown.

    `sent` is Unix seconds with decimals by the node's clock. The time on the network counts as being behind.
    """
    return round(float(sent) - arrived, 3) if _SENT.fullmatch(sent) else None


def _refuse_encoding(encoding: str | None) -> None:
    if encoding is not None and encoding.strip().lower() != "identity":
        raise BadInput(f"The body is encoded as {quote(encoding)}; it must be plain JSON, without Content-Encoding.")
