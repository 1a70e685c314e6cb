"""Answers in pieces, and one whose next piece can't be made."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minipanel.errors import TryLater
from minipanel.handlers.pieces import answer_in_pieces

pytestmark = pytest.mark.anyio


async def pieces(good: int) -> AsyncIterator[bytes]:
    for _ in range(good):
        yield b"piece"
    raise TryLater("The disk is gone.", 5)


async def test_an_answer_whose_first_piece_fails_becomes_an_error() -> None:
    with pytest.raises(TryLater, match=r"The disk is gone\."):
        await answer_in_pieces(pieces(0), "text/plain")


async def test_an_answer_that_breaks_off_has_no_end_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(_request: Request) -> Response:
        return await answer_in_pieces(pieces(2), "text/plain")

    transport = httpx.ASGITransport(Starlette(routes=[Route("/", answer)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://panel") as client:
        # httpx asserts that an answer is complete.
        with pytest.raises(AssertionError):
            await client.get("/")
    assert caplog.messages == ["An answer was cut off: The disk is gone."]
