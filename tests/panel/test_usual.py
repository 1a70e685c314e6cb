"""Requests parsed at once: those that agents send, and nothing that a parser could read in another way."""

from __future__ import annotations

import httptools
import pytest
from minipanel_agent.boot import run_headers
from minipanel_agent.client import Client
from minipanel_agent.credential import TokenCredential
from minipanel_agent.deadline import Deadline
from minipanel_agent.url import parse_url
from minipanel_agent.worker import Worker

from minipanel.serving.usual import MAX_BYTES, taken_apart
from tests.front.front import post
from tests.panel.example import bearer, body_of, sample

BODY = body_of(sample())


class Parsed:
    """What the parser finds."""

    def __init__(self, data: bytes) -> None:
        self.head: dict[str, str] = {}
        self.body = b""
        httptools.HttpRequestParser(self).feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.head[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self.body += body


def of_an_agent() -> bytes:
    """What a real agent sends, with all its headers."""
    client = Client(parse_url("http://panel:8080"), TokenCredential("x"), Worker(), headers=run_headers(1_700_000_000))
    for fact in ("Sensor", "Limit", "Throttled"):
        client.tell(fact, "95")
    return client._request(BODY, Deadline(5))


USUAL = of_an_agent()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)

UNUSUAL = {
    "another method": USUAL.replace(b"POST", b"PUT"),
    "another version": USUAL.replace(b"1.1", b"1.0", 1),
    "a query": USUAL.replace(b" HTTP", b"?x HTTP"),
    "a name that is not known": USUAL.replace(LENGTH, LENGTH + b"Expect: 100-continue\r\n"),
    "a name in other letters": USUAL.replace(b"Content-Length", b"content-length"),
    "a space before the colon": USUAL.replace(b"Host:", b"Host :"),
    "no space after it": USUAL.replace(b"Host: ", b"Host:"),
    "two spaces after it": USUAL.replace(b"Host: ", b"Host:  "),
    "a space at the end of a line": USUAL.replace(b"panel:8080", b"panel:8080 "),
    "a space at the end of the head": USUAL.replace(b"\r\n\r\n", b" \r\n\r\n"),
    "a header twice": USUAL.replace(LENGTH, LENGTH * 2),
    "a folded line": USUAL.replace(LENGTH, b"Host: x\r\n y\r\n" + LENGTH),
    "an end of a line without its return": USUAL.replace(LENGTH, b"X-MiniPanel-Limit: 9\n" + LENGTH),
    "a return alone": USUAL.replace(LENGTH, b"X-MiniPanel-Limit: 9\rContent-Length: 1\r\n" + LENGTH),
    "a tab": USUAL.replace(b"Host: ", b"Host: \t"),
    "a zero byte": USUAL.replace(b"Host: ", b"Host: \0"),
    "letters beyond ASCII": USUAL.replace(b"Host: ", b"Host: \xe9"),
    "a length with a sign": USUAL.replace(b"Length: ", b"Length: +"),
    "a length with zeros": USUAL.replace(b"Length: ", b"Length: 0"),
    "no length": USUAL.replace(LENGTH, b""),
    "chunks": USUAL.replace(LENGTH, b"Transfer-Encoding: chunked\r\n"),
    "a part": USUAL[:-1],
    "a part of a head": USUAL[:100],
    "more than one": USUAL * 2,
    "a body that is too large": post(bearer(), bytes(MAX_BYTES + 1)),
    "no body": post(bearer(), b""),
    "nothing": b"",
}


def test_what_agents_send_is_split_as_the_parser_does() -> None:
    parsed = Parsed(USUAL)
    assert taken_apart(USUAL) == (parsed.head, parsed.body)
    assert (len(parsed.head), parsed.body) == (11, BODY)


@pytest.mark.parametrize("name", UNUSUAL)
def test_anything_else_is_left_to_the_parser(name: str) -> None:
    assert UNUSUAL[name] != USUAL
    assert taken_apart(UNUSUAL[name]) is None
