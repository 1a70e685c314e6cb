"""A short cut for one node's records, which a chart waits for: without layers that take longer than the reading.

An unusual request is left to handlers/metrics.py, which gives the same answer.
"""

from __future__ import annotations

from typing import Final

from fastapi import Request

from minipanel.errors import PanelError
from minipanel.handlers.guard import READERS
from minipanel.handlers.nodes import find_node
from minipanel.handlers.reply import Reply, refusal
from minipanel.handlers.request import panel_of
from minipanel.handlers.squeezed import json_reply
from minipanel.services.history import read_span

PREFIX: Final = "/api/metrics/history/"
_KNOWN: Final = frozenset(("period", "from", "to", "fields", "step", "format"))


async def read_past(request: Request) -> Reply | None:
    """Return the answer, or None if handlers/metrics.py must answer the request."""
    reference, of = request.scope["path"].removeprefix(PREFIX), plain_query(request.scope["query_string"])
    if of is None or "/" in reference:
        return None
    is_compact = of.get("format") == "compact"
    if ("format" in of and not is_compact) or "text/csv" in request.headers.get("Accept", ""):
        return None
    try:
        await READERS.dependency(request, None, None)
        panel = panel_of(request)
        times = of.get("period"), of.get("from"), of.get("to")
        span = read_span(*times, of.get("fields"), panel.clock(), of.get("step"), *panel.reach(), is_compact)
        body = await panel.history.one(find_node(request, reference), span)
    except PanelError as error:
        return refusal(error, request.headers.get("Accept-Language"))
    return await json_reply(request, body)


def plain_query(query: bytes) -> dict[str, str] | None:
    """Return the parameters of a query string: b"from=1&to=2" -> {"from": "1", "to": "2"}.

    None if one is unknown, has no value, comes twice or is encoded: Starlette's QueryParams read anything, but take
    longer than all else on this way.
    """
    found: dict[str, str] = {}
    for pair in query.decode("latin-1").split("&"):
        name, _, value = pair.partition("=")
        if name not in _KNOWN or not value or name in found:
            return None
        found[name] = value
    return found if query.isascii() and b"%" not in query and b"+" not in query else None
