"""Receives samples from agents: checks who sends them and for which node, and has them stored."""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from minipanel.database.store import Written
from minipanel.errors import BadInput, PanelError, TryLater
from minipanel.handlers.reply import Reply, failure, kept, refusal, reply
from minipanel.models.answers import Stored
from minipanel.models.node import Node
from minipanel.models.quote import quote
from minipanel.models.sample import Sample, parse_samples
from minipanel.services.batch import Waiter
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

ABOUT = ("user-agent", "x-minipanel-sensor", "x-minipanel-limit", "x-minipanel-throttled")
"""Headers whose values rarely differ between agents, or from one request to the next."""

LIMITS = (50.0, 150.0)
"""The plausible limits, in °C: no CPU is too hot below, none survives above. Others come from faulty firmware."""


Head = Mapping[str, str]
"""The headers of a request, by their names in lower case."""


def check_head(panel: Panel, head: Head) -> None:
    """Raise PanelError if the headers alone show that the request must be refused, before its body is read."""
    _refuse_encoding(head.get("content-encoding"))
    panel.credentials.check_form(head.get("authorization"))


async def take_samples(panel: Panel, head: Head, body: bytes, peer: str) -> Reply:
    """Return the answer to a request with samples. See Delivery."""
    waiter: Waiter[Reply] = Waiter()
    Delivery(panel, head, body, peer, waiter).begin()
    return await waiter.result()


def refuse_samples(panel: Panel, error: PanelError, peer: str) -> Reply:
    """Log that samples were refused, and return the answer that says why."""
    panel.refusals.note(peer, error)
    return refusal(error)


class Delivery:
    """One request with samples of one node, from its arrival to its answer.

    `answer` is called once, on the event loop: with `{"status": "ok", "stored": n, "ignored": m}` after the commit, or
    with 400, 401, 403, 413, 500 or 503 if nothing was stored. `peer` is the address at the other end.
    This uses callbacks because a task for each request took as long as the work itself (measured).
    """

    __slots__ = ("_answer", "_arrived", "_body", "_due", "_head", "_panel", "_peer")

    def __init__(
        self,
        panel: Panel,
        head: Head,
        body: bytes,
        peer: str,
        answer: Callable[[Reply], None],
        has_waited: bool = False,
    ) -> None:
        self._panel = panel
        self._head = head
        self._body = body
        self._peer = peer
        self._answer = answer
        self._arrived = panel.clock()
        self._due = 0.0 if has_waited else time.monotonic() + panel.ingest.gather_seconds

    def begin(self) -> None:
        """Check who sends the samples. The other steps follow by callbacks."""
        self._go(self._check, None)

    def _check(self, _: None) -> None:
        _refuse_encoding(self._head.get("content-encoding"))
        authorization = self._head.get("authorization")
        self._panel.credentials.check(authorization, self._body, self._peer, self._identified, self._due)

    def _identified(self, claim: Claim | Exception) -> None:
        self._go(self._store, claim)

    def _store(self, claim: Claim) -> None:
        panel, body = self._panel, self._body
        try:
            samples = parse_samples(body, self._arrived)
        except BadInput:
            # A node whose clock is far ahead has all its samples refused. Its skew must be shown, as the explanation.
            self._meet(claim, parse_samples(body, math.inf))
            _spare_if_own_clock_is_behind(panel)
            raise
        panel.ingest.put(self._meet(claim, samples), samples, self._stored, self._due)

    def _stored(self, written: Written | Exception) -> None:
        self._go(self._acknowledge, written)

    def _acknowledge(self, written: Written) -> None:
        self._answer(_acknowledgement(written.stored, written.ignored))

    def _go(self, step: Callable[[Any], None], result: Any) -> None:
        """Take the next step with the result of the last one; answer with an error if either failed."""
        if not isinstance(result, Exception):
            try:
                step(result)
                return
            except Exception as error:
                result = error
        self._answer(self._excused(result))

    def _excused(self, error: Exception) -> Reply:
        if isinstance(error, PanelError):
            return refuse_samples(self._panel, error, self._peer)
        log.error("Samples could not be accepted.", exc_info=error)
        return failure()

    def _meet(self, claim: Claim, samples: list[Sample]) -> Node:
        """Return the node that the samples are from, and record what its agent reports about itself."""
        panel, head = self._panel, self._head
        node_id = samples[0].node_id
        node = claim.may_speak_for(panel.directory.find(node_id), node_id)
        skew = parse_skew(head.get("x-minipanel-sent", ""), self._arrived)
        version, sensor, limit, throttled = _parse_about(*map(head.get, ABOUT))
        boot_id = parse_boot(head.get("x-minipanel-boot", ""))
        panel.live.note_agent(node, version, sensor, skew, limit, throttled, boot_id)
        panel.clocks.note(node.id, skew)
        panel.evidence.note_clock(node.id, skew)
        panel.evidence.note_version(node.id, version)
        panel.evidence.note_start(node.id, head.get("x-minipanel-boot", ""), head.get("x-minipanel-started", ""))
        return node


@lru_cache(maxsize=100)
def _acknowledgement(stored: int, ignored: int) -> Reply:
    return kept(reply(200, Stored("ok", stored, ignored)))


def _spare_if_own_clock_is_behind(panel: Panel) -> None:
    """Raise TryLater if the panel's own clock seems to be behind: a refusal would make the agent drop its samples."""
    behind = panel.clocks.seconds_behind()
    if behind is not None:
        raise TryLater(
            "The panel's own clock seems to be {behind} seconds behind: keep the samples. Set its clock.",
            CLOCK_RETRY_SECONDS,
            behind=f"{behind:.0f}",
        )


@lru_cache(maxsize=200)
def _parse_about(
    user_agent: str | None, sensor: str | None, limit: str | None, throttled: str | None
) -> tuple[str | None, str | None, float | None, int]:
    return (
        parse_version(user_agent or ""),
        parse_sensor(sensor or ""),
        parse_limit(limit or ""),
        parse_count(throttled or ""),
    )


def parse_version(user_agent: str) -> str | None:
    """Return the agent's version: "minipanel-agent/0.1.0" -> "0.1.0". None for anything else."""
    match = _VERSION.match(user_agent)
    return match[1] if match else None


def parse_sensor(text: str) -> str | None:
    """Return the source of a node's temperature: "coretemp Package id 0". None unless it is short printable ASCII."""
    return text.strip() or None if _SENSOR.fullmatch(text) else None


def parse_boot(text: str) -> str | None:
    """Return the id of a node's boot; None for anything else."""
    return text if _BOOT.fullmatch(text) else None


def parse_limit(text: str) -> float | None:
    """Return the °C at which a node's CPU is too hot, from its kernel; None for an implausible limit."""
    limit = float(text) if _LIMIT.fullmatch(text) else 0.0
    return limit if LIMITS[0] <= limit <= LIMITS[1] else None


def parse_count(text: str) -> int:
    """Return how often heat slowed a node's CPU down in the last minute; 0 for anything but a short whole number."""
    return int(text) if _COUNT.fullmatch(text) else 0


def parse_skew(sent: str, arrived: float) -> float | None:
    """Return how far the node's clock is ahead of the panel's, in seconds; negative if behind, None if unknown.

    `sent`: Unix seconds with decimals by the node's clock. The request's time on the network counts as being behind.
    """
    return round(float(sent) - arrived, 3) if _SENT.fullmatch(sent) else None


def _refuse_encoding(encoding: str | None) -> None:
    if encoding is not None and encoding.strip().lower() != "identity":
        raise BadInput(
            "The body is encoded as {encoding}; it must be plain JSON, without Content-Encoding.",
            encoding=quote(encoding),
        )
