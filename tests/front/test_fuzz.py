"""Whatever bytes come in, the panel answers or closes, keeps running, and stores what agents send meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipanel.app import STATIC
from minipanel.config import Config
from tests.front.served import fuzzing, session, troubled
from tests.front.wire import exchange, statuses
from tests.panel.commands import written_config
from tests.panel.example import bearer, body_of, sample

REFUSED = {400, 401, 403, 404, 405, 413, 431}
PAGE = {200} if (STATIC / "index.html").exists() else {503}
"""503 while the page is not built."""

ANSWERED = REFUSED | PAGE | {100, 200}

HEALTH = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
LOGIN = b"POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
HIDDEN = b"GET /api/auth/me HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
"""A request that hides in another one's body; its own answer would be 401."""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    config = written_config(tmp_path_factory.mktemp("fuzz"))
    with troubled(config):
        yield config


@pytest.fixture(scope="module")
def user(config: Config) -> Iterator[httpx.Client]:
    with session(config) as client:
        yield client


# --- heads ---

METHODS = st.sampled_from([b"GET", b"POST", b"HEAD", b"PUT", b"OPTIONS", b"CONNECT", b"PRI", b"G\x00T", b"get", b""])
TARGETS = st.one_of(
    st.sampled_from(
        [
            b"/",
            b"*",
            b"",
            b"/api/metrics",
            b"/api/auth/login",
            b"//evil.example/..",
            b"http://evil.example/",
            b"evil.example:443",
            b"/%",
            b"/%ff%00",
            b"/api/health#x",
            b"/api/health?" + b"a=1&" * 500,
            b"/\xff\xfe",
            b"/api/metrics/realtime/%ED%A0%80",
            b"/" + b"a" * 9000,
        ]
    ),
    st.binary(max_size=40).map(lambda rest: b"/" + rest),
)
VERSIONS = st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"http/1.1", b"", b"\x00"])
NAMES = st.sampled_from(
    [
        b"Host",
        b"Content-Length",
        b"Transfer-Encoding",
        b"Connection",
        b"Expect",
        b"Upgrade",
        b"Authorization",
        b"Cookie",
        b"Content-Encoding",
        b"X-Forwarded-For",
        b"X-MiniPanel-Sent",
        b"Accept",
        b"Range",
        b"",
        b" Host",
        b"Ho\x00st",
        b"H\xc3\xb6st",
        b":",
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        [
            b"0",
            b"5",
            b"-1",
            b"+5",
            b"0x5",
            b"5, 5",
            b"9" * 30,
            b"9" * 5000,
            b"chunked",
            b"gzip, chunked",
            b"chunked, identity",
            b"close",
            b"keep-alive, upgrade",
            b"websocket",
            b"h2c",
            b"100-continue",
            b"Bearer " + b"x" * 43,
            b"MUNGE MUNGE:AwQDAAA:",
            b"minipanel_session=\xff; minipanel_device=;;=",
            b"text/csv",
            b"a\r\n b",
            b"a\nb: c",
            b"a\x00b",
            b"x" * 9000,
        ]
    ),
    st.binary(max_size=30),
)
ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\r\n", b"\r\n ", b""])
BODIES = st.one_of(
    st.sampled_from(
        [
            b"",
            b"{}",
            b"5\r\nhello\r\n0\r\n\r\n",
            b"0\r\n\r\n",
            b"-5\r\nhello\r\n0\r\n\r\n",
            b"fffffffffffffffff\r\nx",
            b"5;" + b"e" * 3000 + b"\r\nhello\r\n0\r\n\r\n",
            b"5\nhello\n0\n\n",
            b"0\r\nContent-Length: 5\r\n" + b"T: x\r\n" * 50 + b"\r\n",
        ]
    ),
    st.binary(max_size=60),
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    first = b" ".join([draw(METHODS), draw(TARGETS), draw(VERSIONS)])
    headers = draw(st.lists(st.tuples(NAMES, VALUES, ENDS), max_size=6))
    lines = b"".join(name + b": " + value + end for name, value, end in headers)
    return first + draw(ENDS) + lines + draw(ENDS) + draw(BODIES)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Good requests in which some bytes are changed, removed or doubled."""
    body = body_of(sample(timestamp=draw(st.integers(0, 2**40)) * 5))
    head = f"Authorization: {bearer()['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    post = b"POST /api/metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + body
    whole = bytearray(draw(st.sampled_from([post, post + post, HEALTH + b"\r\n" + post, LOGIN + b"\r\n" + post])))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(whole) - 1))
        whole[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(whole)


@fuzzing(300)
@given(pieces=st.lists(st.one_of(requests(), damaged(), st.binary(max_size=200)), min_size=1, max_size=3))
def test_whatever_bytes_come_the_panel_answers_or_closes(config: Config, pieces: list[bytes]) -> None:
    assert set(statuses(exchange(config, *pieces))) <= ANSWERED


@fuzzing(80)
@given(request=st.one_of(requests(), damaged()), cuts=st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_a_request_in_pieces_is_taken_or_refused_like_a_whole_one(
    config: Config, request: bytes, cuts: list[float]
) -> None:
    places = [0, *sorted(int(cut * len(request)) for cut in cuts), len(request)]
    pieces = [request[begin:end] for begin, end in pairwise(places)]
    assert set(statuses(exchange(config, *pieces, pause_seconds=0.005))) <= ANSWERED


# --- smuggling (RFC 9112, 11.2) ---

BODY = b"{}"


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 2\r\nContent-Length: 5\r\n",
        b"Content-Length: 2\r\nContent-Length: 2\r\n",
        b"Content-Length: 2, 2\r\n",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n",
        b"Transfer\x00-Encoding: chunked\r\n",
        b"Content-Length: +2\r\n",
        b"Content-Length: -2\r\n",
        b"Content-Length: 0x2\r\n",
        b"Content-Length: 2 2\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: " + b"9" * 40 + b"\r\n",
        b"Content-Length: 2\r\n\x00: x\r\n",
        b"X: a\x00b\r\n",
        b" Content-Length: 2\r\n",
        b"X: a\r\n Content-Length: 2\r\n",
        b"X: a\rContent-Length: 2\r\n",
        b"Content-Length: 2\r\r\n",
        b"Content-Length: 2\n",
    ],
    ids=lambda lines: repr(lines[:50]),
)
def test_a_head_that_two_readers_could_take_for_different_ones_is_refused(config: Config, lines: bytes) -> None:
    assert statuses(exchange(config, LOGIN + lines + b"\r\n" + BODY + HIDDEN)) == [400]


@pytest.mark.parametrize(
    "body",
    [
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"+2\r\n{}\r\n0\r\n\r\n",
        b"0x2\r\n{}\r\n0\r\n\r\n",
        b"2\n{}\r\n0\r\n\r\n",
        b"2 \r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}X\r\n0\r\n\r\n",
        b"2\r\n{}0\r\n\r\n",
        b"10000000000000002\r\n{}\r\n0\r\n\r\n",
        b"2;\n\r\n{}\r\n0\r\n\r\n",
        b"0\r\nX: a\n\r\n",
    ],
    ids=repr,
)
def test_a_body_with_invalid_chunks_is_refused_and_the_rest_of_it_is_not_a_request(config: Config, body: bytes) -> None:
    head = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"
    assert statuses(exchange(config, head + body + HIDDEN)) in ([400], [])


# --- paths ---


@fuzzing(200)
@given(
    parts=st.lists(
        st.sampled_from(
            ["..", "%2e%2e", "%252e", ".", "", "%2f", "%5c", "\\", "%00", "%ff", "%", "etc", "passwd", "%c0%af"]
        ),
        min_size=1,
        max_size=12,
    ),
    root=st.sampled_from(["/", "/assets/", "/docs/", "/api/", "/api/metrics/realtime/", "/api/metrics/history/", "//"]),
)
def test_no_path_leads_out_of_the_page(config: Config, user: httpx.Client, root: str, parts: list[str]) -> None:
    head = (
        f"GET {root}{'/'.join(parts)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {user.headers['Authorization']}\r\n"
    )
    answer = exchange(config, head.encode() + b"Connection: close\r\n\r\n")
    assert set(statuses(answer)) <= PAGE | {200, 400, 404, 405}
    assert b"root:" not in answer


# --- bodies ---

NUMBERS = st.sampled_from(
    ["1e999", "-1e999", "9" * 400, "9" * 5000, "0." + "1" * 400, "NaN", "Infinity", "-0", "1e-999"]
)
BROKEN = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [b"[" * 50_000, b'{"a":' * 50_000, b'"' + b"\\u0000" * 9000, b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00"]
    ),
    NUMBERS.map(lambda number: b'{"node_id": "node001", "timestamp": %s}' % number.encode()),
    NUMBERS.map(lambda number: body_of(sample()).replace(b"45.2", number.encode())),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
        max_leaves=20,
    ).map(lambda tree: json.dumps(tree).encode()),
    st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)
            for name in sample()
        },
    ).map(lambda changes: body_of(sample(**changes))),
)


@fuzzing(300)
@given(body=BROKEN, path=st.sampled_from(["/api/metrics", "/api/auth/login", "/api/auth/logout", "/api/nodes"]))
def test_a_body_of_anything_is_refused_in_a_sentence(config: Config, body: bytes, path: str) -> None:
    headers = {**bearer(), "Content-Type": "application/json"}
    answer = httpx.post(f"{config.server.url}{path}", content=body, headers=headers, timeout=2)
    assert answer.status_code in REFUSED | {429} or (path == "/api/metrics" and answer.json()["status"] == "ok")
    if answer.status_code != 200:
        assert list(answer.json()) == ["error"]
