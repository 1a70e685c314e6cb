"""An answer that is whole before its first byte is sent, and how an error becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec
from starlette.types import Scope

from minipanel.errors import PanelError
from minipanel.handlers.headers import SAFE_HEADERS
from minipanel.handlers.language import spoken
from minipanel.models.answers import ErrorAnswer
from minipanel.sentence import Sentence

_SAFE_LINES = b"".join(b"%s: %s\r\n" % header for header in SAFE_HEADERS) + b"\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and a body of JSON: what any server can send, whatever it reads requests with.

    `wire`: what on_the_wire returns, of an answer that is given again and again.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]
    wire: bytes | None = None


def raw_headers(answer: Reply) -> list[tuple[bytes, bytes]]:
    """Return all headers as they go over the wire, those that every answer has among them."""
    own = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    return [*own, (b"content-length", b"%d" % len(answer.body)), *SAFE_HEADERS]


def on_the_wire(answer: Reply) -> bytes:
    """Return headers and body as they go over the wire, after the status and what the server adds."""
    if answer.wire is not None:
        return answer.wire
    return headers_on_the_wire(answer) + answer.body


def headers_on_the_wire(answer: Reply) -> bytes:
    """Return headers as they go over the wire, and the empty line that ends them."""
    own = [f"{name.lower()}: {value}\r\n" for name, value in answer.headers.items()]
    own.append(f"content-length: {len(answer.body)}\r\n")
    return "".join(own).encode() + _SAFE_LINES


def send_whole(scope: Scope, answer: Reply) -> bool:
    """Give the server the answer as one, where it can take it so and now: half the work of two messages of ASGI."""
    send = scope.get("extensions", {}).get("minipanel.send_whole")
    return send is not None and send(answer)


def reply(status: int, content: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Return an answer with this content as JSON."""
    return Reply(status, msgspec.json.encode(content), {"Content-Type": "application/json", **(headers or {})})


def kept(answer: Reply) -> Reply:
    """Return an answer that is made ready once for all who get it."""
    return replace(answer, wire=on_the_wire(answer))


def refusal(error: PanelError, accept_language: str | None = None) -> Reply:
    """Return the answer to whoever caused the error, in English unless the request prefers Chinese."""
    return reply(error.status, ErrorAnswer(spoken(error.words, accept_language)), error.headers)


def failure(accept_language: str | None = None) -> Reply:
    """Return the answer where the panel itself failed: the traceback is in the log, whoever asked gets a sentence."""
    sentence = Sentence("The panel failed to handle this request; its log says why.")
    return reply(500, ErrorAnswer(spoken(sentence, accept_language)))
