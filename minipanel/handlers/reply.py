"""Answers that are complete before their first byte is sent, and errors as such answers."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.types import Scope

from minipanel.errors import PanelError
from minipanel.handlers.headers import SAFE_HEADERS
from minipanel.handlers.language import spoken
from minipanel.models.answers import ErrorAnswer
from minipanel.sentence import Sentence

_SAFE_LINES = b"".join(b"%s: %s\r\n" % header for header in SAFE_HEADERS) + b"\r\n"


class Reply(Struct, frozen=True):
    """Status, headers and a JSON body, independent of the server that sends them.

    `wire`: the result of on_the_wire, kept for an answer that is sent often.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]
    wire: bytes | None = None


def raw_headers(answer: Reply) -> list[tuple[bytes, bytes]]:
    """Return all headers in the form of ASGI, including those that every answer has."""
    own = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    return [*own, (b"content-length", b"%d" % len(answer.body)), *SAFE_HEADERS]


def on_the_wire(answer: Reply) -> bytes:
    """Return the bytes of headers and body, which follow the status line and the server's own headers."""
    if answer.wire is not None:
        return answer.wire
    return headers_on_the_wire(answer) + answer.body


def headers_on_the_wire(answer: Reply) -> bytes:
    """Return the bytes of the headers, with the empty line that ends them."""
    own = [f"{name.lower()}: {value}\r\n" for name, value in answer.headers.items()]
    own.append(f"content-length: {len(answer.body)}\r\n")
    return "".join(own).encode() + _SAFE_LINES


def send_whole(scope: Scope, answer: Reply) -> bool:
    """Give the server the answer in one call, half the work of two ASGI messages. False if it can't take it now."""
    send = scope.get("extensions", {}).get("minipanel.send_whole")
    return send is not None and send(answer)


def reply(status: int, content: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Return an answer with this content as JSON."""
    return Reply(status, msgspec.json.encode(content), {"Content-Type": "application/json", **(headers or {})})


def kept(answer: Reply) -> Reply:
    """Return the answer with its bytes prepared, for answers that are sent often."""
    return replace(answer, wire=on_the_wire(answer))


def refusal(error: PanelError, accept_language: str | None = None) -> Reply:
    """Return the answer for an error, in English unless the request prefers Chinese."""
    return reply(error.status, ErrorAnswer(spoken(error.words, accept_language)), error.headers)


def failure(accept_language: str | None = None) -> Reply:
    """Return the answer for a failure of the panel itself: a sentence. The traceback is only in the log."""
    sentence = Sentence("The panel failed to handle this request; its log says why.")
    return reply(500, ErrorAnswer(spoken(sentence, accept_language)))
