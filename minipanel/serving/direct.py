"""The direct way of a sample, from its head and body to its answer: without a scope, a task and messages of ASGI.

Only what agents usually send goes this way. All else with the same address goes through the application, which does the
same with it: both end in handlers/agents.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import httptools

from minipanel.app import INGEST
from minipanel.errors import PanelError
from minipanel.handlers.agents import Delivery, Head, check_head
from minipanel.handlers.reply import Reply
from minipanel.services.panel import Panel
from minipanel.serving.usual import MAX_BYTES

UNUSUAL = frozenset(("expect", "transfer-encoding", "upgrade"))
"""Headers that say how a request is to be read or answered."""

NO_HEAD: Head = {}

_ADDRESS = INGEST.encode()


class Direct:
    """Knows which requests go the direct way, and takes their samples."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    def head_of(
        self,
        parser: httptools.HttpRequestParser,
        url: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        body_bytes: int,
        is_body_there: bool,
    ) -> Head | None:
        """Return the head of a request that goes the direct way; None for any other.

        `headers` have their names in lower case, `body_bytes` is the announced length. A head that can't be good goes
        the ordinary way, which refuses it at once, unless its body has come with it.
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
        """Take the samples of a whole request; `answer` is called with what it is answered.

        `has_waited`: for others that now go with it, so it need not wait for more.
        """
        Delivery(self._panel, head, body, peer, answer, has_waited).begin()

    def _may_be_good(self, head: Head) -> bool:
        try:
            check_head(self._panel, head)
        except PanelError:
            return False
        return True


class SampleCycle:
    """One request on the direct way, and what has become of it: in place of Uvicorn's RequestResponseCycle."""

    __slots__ = (
        "body",
        "disconnected",
        "head",
        "keep_alive",
        "more_body",
        "on_response",
        "response_complete",
        "response_started",
    )

    class _NobodyWaits:
        def set(self) -> None:
            """Wake nobody: no coroutine reads the body."""

    message_event: ClassVar[_NobodyWaits] = _NobodyWaits()

    def __init__(self, head: Head, on_response: Callable[[], None]) -> None:
        self.head = head
        self.body = bytearray()
        self.more_body = True
        self.keep_alive = True
        self.disconnected = False
        self.response_started = self.response_complete = False
        self.on_response = on_response
