"""A request's address, and its body, which has a size limit."""

from typing import Any

import pytest
from starlette.requests import Request

from minipanel.errors import BadInput, TooLarge
from minipanel.handlers.request import peer_of, read_body

pytestmark = pytest.mark.anyio


def request_of(pieces: list[bytes], headers: dict[str, str] | None = None, ends: bool = True) -> tuple[Request, Any]:
    """A request whose body arrives in pieces, and the list of those not read yet."""
    left = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    left.append({"type": "http.request", "body": b""} if ends else {"type": "http.disconnect"})

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request({"type": "http", "headers": raw, "client": ("10.0.0.2", 1)}, receive), left


async def test_a_body_is_read_whole_up_to_the_limit():
    request, left = request_of([b"ab", b"", b"cd"])
    assert await read_body(request, 4) == b"abcd"
    assert left == []


async def test_reading_stops_with_the_piece_that_goes_over_the_limit():
    request, left = request_of([b"ab", b"cd", b"e", b"f", b"g"])
    with pytest.raises(TooLarge, match="at most 4 bytes"):
        await read_body(request, 4)
    assert len(left) == 3


@pytest.mark.parametrize("length", ["5", "9" * 30])
async def test_a_body_announced_as_too_large_is_not_read_at_all(length: str):
    request, left = request_of([b"ab"], {"Content-Length": length})
    with pytest.raises(TooLarge, match="at most 4 bytes"):
        await read_body(request, 4)
    assert len(left) == 2


@pytest.mark.parametrize("length", ["4", "-5", "x", ""])
async def test_an_announced_length_is_not_trusted(length: str):
    request, _ = request_of([b"abcde"], {"Content-Length": length})
    with pytest.raises(TooLarge):
        await read_body(request, 4)


async def test_a_body_that_breaks_off_is_the_callers_fault():
    request, _ = request_of([b"ab"], ends=False)
    with pytest.raises(BadInput, match="ended too early"):
        await read_body(request, 4)


async def test_the_peer_is_the_other_end_of_the_connection_whatever_the_headers_say():
    request, _ = request_of([], {"X-Forwarded-For": "10.9.9.9"})
    assert peer_of(request) == "10.0.0.2"
    assert peer_of(Request({"type": "http", "headers": [], "client": None})) == ""
