"""One node's records by the direct way (serving/direct.py), as a chart waits for them.

Whatever is unusual is left to handlers/metrics.py, which gives the same answers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec import Struct

from minipanel.access.access import Access
from minipanel.errors import PanelError
from minipanel.handlers.agents import Head
from minipanel.handlers.guard import refuse_but_readers
from minipanel.handlers.nodes import node_named
from minipanel.handlers.reply import Reply, failure, refusal
from minipanel.handlers.request import client_behind, is_gzip_among
from minipanel.handlers.squeezed import json_of, json_off_loop
from minipanel.models.node import Node
from minipanel.services.batch import Then
from minipanel.services.history import Span, read_span
from minipanel.services.panel import Panel

log = logging.getLogger(__name__)

PREFIX: Final = "/api/metrics/history/"

_KNOWN: Final = frozenset(("period", "from", "to", "fields", "step", "format"))
_COMMA: Final = "%2C"


class Question(Struct, frozen=True):
    """A usual request for one node's records: the node's id or hostname, the query's parameters, the headers."""

    reference: str
    of: dict[str, str]
    head: Head


class NodesPast:
    """Answers questions for one node's records."""

    def __init__(self, panel: Panel, access: Access) -> None:
        self._panel = panel
        self._access = access
        self._tasks: set[asyncio.Task[None]] = set()

    def question_of(self, url: str, head: Head) -> Question | None:
        """Return what a GET of this URL asks. None if it is unusual, or a proxy may name the user.

        `head`: with names in lower case, each once.
        """
        path, _, query = url.partition("?")
        of = plain_query(query)
        reference = path.removeprefix(PREFIX)
        if of is None or not reference or "/" in reference or "%" in reference or "#" in path:
            return None
        if self._panel.config.server.user_header is not None:
            return None
        if of.get("format", "compact") != "compact" or "text/csv" in head.get("accept", ""):
            return None
        return Question(reference, of, head)

    def ask(
        self,
        question: Question,
        peer: str,
        prove: Callable[[], None],
        answer: Callable[[Reply], None],
        write: Callable[[Reply], None] | None,
    ) -> None:
        """Call `answer` once, in the event loop. `peer`: the other end's address; `prove`: called if it may ask.

        `write`: called before that, if the answer was made in a reading thread, in this thread.
        """

        def then(result: Reply | Exception) -> None:
            language = question.head.get("accept-language")
            answer(result if isinstance(result, Reply) else _excused(result, language))

        try:
            self._begin(question, peer, prove, then, write)
        except Exception as error:
            then(error)

    def _begin(
        self,
        question: Question,
        peer: str,
        prove: Callable[[], None],
        then: Then[Reply],
        write: Callable[[Reply], None] | None,
    ) -> None:
        panel, head, of = self._panel, question.head, question.of
        forwarded = [head["x-forwarded-for"]] if "x-forwarded-for" in head else []
        refuse_but_readers(self._access, head, client_behind(peer, forwarded, panel.config.server.trusted_proxies))
        prove()
        times = of.get("period"), of.get("from"), of.get("to")
        is_compact = "format" in of
        span = read_span(*times, of.get("fields"), panel.clock(), of.get("step"), *panel.reach(), is_compact)
        node = node_named(panel, question.reference)
        may_be_gzip = is_gzip_among(head.get("accept-encoding", ""))
        read = panel.history.at_once(node, span)
        if read is not None:
            panel.reading.begin(partial(_reply, read, may_be_gzip, write), then)
        else:
            task = asyncio.create_task(self._read_in_pieces(node, span, may_be_gzip, then))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _read_in_pieces(self, node: Node, span: Span, may_be_gzip: bool, then: Then[Reply]) -> None:
        result: Reply | Exception
        try:
            body = await self._panel.history.one(node, span)
            result = await json_off_loop(body, may_be_gzip=may_be_gzip)
        except Exception as error:
            result = error
        then(result)


def _reply(read: Callable[[], bytes], may_be_gzip: bool, write: Callable[[Reply], None] | None) -> Reply:
    answer = json_of(read(), may_be_gzip=may_be_gzip)
    if write is not None:
        write(answer)
    return answer


def _excused(error: Exception, language: str | None) -> Reply:
    if isinstance(error, PanelError):
        return refusal(error, language)
    log.error("A request for the past of a node failed.", exc_info=error)
    return failure(language)


def plain_query(query: str) -> dict[str, str] | None:
    """Return the parameters of a query string: "from=1&to=2" -> {"from": "1", "to": "2"}.

    None if one is unknown, has no value, comes twice or has anything encoded but commas: Starlette's QueryParams read
    anything, but take longer than all else on this way.
    """
    query = query.replace(_COMMA, ",")
    if "%" in query or "+" in query or "#" in query:
        return None
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name not in _KNOWN or not value or name in found:
            return None
        found[name] = value
    return found
