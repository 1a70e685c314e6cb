"""The direct ways, from a request to its answer without ASGI's scope, task and messages: for samples, a node's past.

Only requests as agents and pages usually send them go there. All others to the same paths go through the application,
with the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import httptools
from fastapi import FastAPI

from minipanel.access.access import Access
from minipanel.app import INGEST
from minipanel.errors import PanelError
from minipanel.handlers.agents import Delivery, Head, check_head
from minipanel.handlers.nodes_past import NodesPast
from minipanel.handlers.reply import Reply
from minipanel.services.panel import Panel
from minipanel.serving.usual import MAX_BYTES, UNUSUAL

NO_HEAD: Head = {}

_ADDRESS = INGEST.encode()


class Direct:
    """Decides which requests with samples take the direct way, and handles them. `past` does so for a node's past."""

    def __init__(self, app: FastAPI) -> None:
        self._panel: Panel = app.state.panel
        access: Access = app.state.access
        self.past = NodesPast(self._panel, access)

    def head_of(
        self,
        parser: httptools.HttpRequestParser,
        url: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        body_bytes: int,
        is_body_there: bool,
    ) -> Head | None:
        """Return the headers of a request that takes the direct way; None for any other.

        `headers`: with names in lower case. `body_bytes`: the announced length. `is_body_there`: the whole body has
        arrived. Without its body, a request that must be refused takes the ordinary way, which refuses it at once.
        """
        if url != _ADDRESS or not 0 < body_bytes <= MAX_BYTES or parser.get_method() != b"POST":
            return None
        if parser.get_http_version() != "1.1" or not parser.should_keep_alive():
            return None
        head = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        if len(head) < len(headers) or not UNUSUAL.isdisjoint(head):
            return None
        return head if is_body_there or self._may_be_good(head) else None

    def take(self, head: Head, body: bytes, peer: str, answer: Callable[[Reply], None], has_waited: bool) -> None:
        """Handle the samples of a complete request, and call `answer` with the answer.

        `has_waited`: it was read in a round, so it has already waited for samples to be stored with.
        """
        Delivery(self._panel, head, body, peer, answer, has_waited).begin()

    def _may_be_good(self, head: Head) -> bool:
        try:
            check_head(self._panel, head)
        except PanelError:
            return False
        return True


class DirectCycle:
    """The state of one request on a direct way. It replaces Uvicorn's RequestResponseCycle."""

    __slots__ = (
        "body",
        "disconnected",
        "keep_alive",
        "more_body",
        "on_response",
        "response_complete",
        "response_started",
    )

    class _NobodyWaits:
        def set(self) -> None:
            """Do nothing: no coroutine waits for the body."""

    message_event: ClassVar[_NobodyWaits] = _NobodyWaits()

    def __init__(self, on_response: Callable[[], None]) -> None:
        self.body = bytearray()
        self.more_body = True
        self.keep_alive = True
        self.disconnected = False
        self.response_started = self.response_complete = False
        self.on_response = on_response


class SampleCycle(DirectCycle):
    """The state of a request with samples, and its head."""

    __slots__ = ("head",)

    def __init__(self, head: Head, on_response: Callable[[], None]) -> None:
        super().__init__(on_response)
        self.head = head
