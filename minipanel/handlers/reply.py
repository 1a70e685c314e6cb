"""An answer that is whole before its first byte is sent, and how an error becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from minipanel.errors import PanelError
from minipanel.models.answers import ErrorAnswer


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and a body of JSON: what any server can send, whatever it reads requests with."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def reply(status: int, content: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Return an answer with this content as JSON."""
    return Reply(status, msgspec.json.encode(content), {"Content-Type": "application/json", **(headers or {})})


def refusal(error: PanelError) -> Reply:
    """Return what whoever caused the error is told."""
    return reply(error.status, ErrorAnswer(error.sentence), error.headers)


def failure() -> Reply:
    """Return what is told where the panel itself failed: the traceback is in the log, whoever asked gets a sentence."""
    return reply(500, ErrorAnswer("The panel failed at this request; its log tells why."))
