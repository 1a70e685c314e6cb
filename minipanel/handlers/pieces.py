"""Large answers: they are sent piece by piece, and cut off if a piece can't be made."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Send

from minipanel.errors import TryLater

log = logging.getLogger(__name__)


async def answer_in_pieces(
    pieces: AsyncIterator[bytes], media_type: str, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Return the answer. Raises TryLater, so with its own status, if the first piece can't be made."""
    first = await anext(pieces)
    return _Pieces(_after(first, pieces), media_type=media_type, headers=headers)


async def _after(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


class _Pieces(StreamingResponse):
    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except TryLater as error:
            # The status is already sent. Without the last chunk the server closes the connection, so the client sees
            # that the answer is incomplete.
            log.warning("An answer was cut off: %s", error)
