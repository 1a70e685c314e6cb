"""Requests parsed at once: those that agents and pages send, and nothing that a parser could read in another way."""

from __future__ import annotations

import httptools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minipanel_agent.boot import run_headers
from minipanel_agent.client import Client
from minipanel_agent.credential import TokenCredential
from minipanel_agent.deadline import Deadline
from minipanel_agent.url import parse_url
from minipanel_agent.worker import Worker

from minipanel.serving.usual import MAX_BYTES, get_taken_apart, taken_apart
from tests.front.front import post
from tests.panel.example import bearer, body_of, sample

BODY = body_of(sample())


class Parsed:
    """What the parser finds."""

    def __init__(self, data: bytes) -> None:
        self.url = ""
        self.head: dict[str, str] = {}
        self.names: list[str] = []
        self.body = b""
        self.ends = 0
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url += url.decode()

    def on_message_complete(self) -> None:
        self.ends += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        self.names.append(name.decode().lower())
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


GET = (
    b"GET /api/metrics/history/node001?period=1d&format=compact HTTP/1.1\r\nHost: panel:8080\r\n"
    b'Connection: keep-alive\r\nsec-ch-ua: "Chromium";v="131", "Not_A Brand";v="24"\r\nsec-ch-ua-mobile: ?0\r\n'
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\nSec-Fetch-Site: same-origin\r\n"
    b"Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: zh-CN,zh;q=0.9\r\nCookie: a=b; c=d\r\n\r\n"
)
"""A question for a node's past, with the headers of a browser."""

UNUSUAL_GETS = {
    "another method": GET.replace(b"GET", b"PUT"),
    "another version": GET.replace(b"1.1", b"1.0", 1),
    "no version": GET.replace(b" HTTP/1.1", b"", 1),
    "two spaces": GET.replace(b" HTTP", b"  HTTP"),
    "a space in the URL": GET.replace(b"node001", b"node 001"),
    "the end of the connection": GET.replace(b"keep-alive", b"close"),
    "another protocol": GET.replace(b"keep-alive", b"keep-alive, upgrade"),
    "an upgrade": GET.replace(b"Accept: */*", b"Upgrade: h2c"),
    "an expectation": GET.replace(b"Accept: */*", b"Expect: 100-continue"),
    "a length": GET.replace(b"Accept: */*", b"Content-Length: 0"),
    "chunks": GET.replace(b"Accept: */*", b"Transfer-Encoding: chunked"),
    "a header twice": GET.replace(b"Accept: */*", b"HOST: x"),
    "an empty value": GET.replace(b"*/*", b""),
    "no colon": GET.replace(b"Accept: */*", b"Accept"),
    "no name": GET.replace(b"Accept: */*", b": */*"),
    "a space before the colon": GET.replace(b"Host:", b"Host :"),
    "no space after it": GET.replace(b"Host: ", b"Host:"),
    "two spaces after it": GET.replace(b"Host: ", b"Host:  "),
    "a space at the end of a line": GET.replace(b"*/*", b"*/* "),
    "a folded line": GET.replace(b"Accept: ", b" Accept: "),
    "an end of a line without its return": GET.replace(b"\r\nAccept: ", b"\nAccept: "),
    "a return alone": GET.replace(b"\r\nAccept: ", b"\rAccept: "),
    "a tab": GET.replace(b"*/*", b"*/*\t"),
    "a zero byte": GET.replace(b"*/*", b"*\0*"),
    "letters beyond ASCII": GET.replace(b"*/*", b"\xe9"),
    "a part": GET[:-1],
    "a part of a head": GET[:100],
    "more than one": GET * 2,
    "more than the request": GET + b"x",
    "nothing": b"",
}


def test_what_browsers_ask_is_split_as_the_parser_does() -> None:
    parsed = Parsed(GET)
    assert get_taken_apart(GET) == (parsed.url, parsed.head)
    assert len(parsed.head) == 10
    bare = b"GET / HTTP/1.1\r\n\r\n"
    assert get_taken_apart(bare) == (Parsed(bare).url, {})


def test_a_head_that_was_seen_before_belongs_to_whatever_is_asked_now() -> None:
    for place in range(3):
        data = GET.replace(b"node001", b"node%d" % place)
        url, head = Parsed(data).url, Parsed(data).head
        assert get_taken_apart(data) == (url, head)
        assert f"node{place}?" in url
        assert get_taken_apart(data.replace(b"a=b", b"a=%d" % place)) == (url, head | {"cookie": f"a={place}; c=d"})


@pytest.mark.parametrize("name", UNUSUAL_GETS)
def test_any_other_get_is_left_to_the_parser(name: str) -> None:
    assert UNUSUAL_GETS[name] != GET
    assert get_taken_apart(UNUSUAL_GETS[name]) is None


BITS = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b" ", b":", b": ", b"\t", b"-", b"_", b"\0", b"\xff", b"GET ", b"Host", b"Expect"]
)
CUTS = st.tuples(st.integers(0, len(GET)), st.integers(0, 12), BITS | st.binary(max_size=3))


@settings(max_examples=2000, deadline=None)
@given(st.lists(CUTS, min_size=1, max_size=3))
def test_whatever_is_changed_in_a_get_nothing_is_read_that_the_parser_reads_in_another_way(
    cuts: list[tuple[int, int, bytes]],
) -> None:
    data = GET
    for start, length, other in cuts:
        data = data[:start] + other + data[start + length :]
    found = get_taken_apart(data)
    if found is not None:
        parsed = Parsed(data)
        assert found == (parsed.url, parsed.head)
        assert (parsed.ends, len(parsed.names), parsed.body) == (1, len(parsed.head), b"")
        assert (parsed.parser.get_http_version(), parsed.parser.should_keep_alive()) == ("1.1", True)
