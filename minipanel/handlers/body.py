"""Reads JSON bodies into the structs of models/requests."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from fastapi import Request

from minipanel.errors import BadInput
from minipanel.handlers.request import read_body

MAX_BYTES = 10_000

Shape = TypeVar("Shape", bound=msgspec.Struct)


async def read_struct(request: Request, kind: type[Shape], max_bytes: int = MAX_BYTES) -> Shape:
    """Return the body as a struct of this kind. Raises BadInput for any other body, TooLarge."""
    body = await read_body(request, max_bytes)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        names = ", ".join(kind.__struct_fields__)
        raise BadInput("The body must be a JSON object with {names}, and nothing else.", names=names) from None
