"""One connection: Uvicorn's HTTP protocol (httptools), with limits on the sizes and times that a client may use."""

from __future__ import annotations

import asyncio
import math

import httptools
from uvicorn import Config
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from minipanel.errors import BadInput, HeadTooLarge, PanelError, TooSlow, TryLater
from minipanel.handlers.reply import Reply, refusal
from minipanel.serving.direct import DirectCycle
from minipanel.serving.flow import Flow, Line
from minipanel.serving.limits import Limits
from minipanel.serving.wire import write

MAX_HEAD_BYTES = 32_768
MAX_HEADERS = 100
"""Limits of a head, and of everything else outside bodies: chunk extensions, trailers (RFC 9112, 2.3 and 7.1)."""

SMALL_BYTES = 16_384
"""The most bytes of a request that are not counted; an agent's sample with its head has 600. Also the most parsed at
once."""

MAX_QUEUED = 4
"""The most pipelined requests (RFC 9112, 9.3.2) that may wait. Then nothing more is read."""

PIPELINE_PAUSE_SECONDS = 0.01
"""The pause before more pipelined requests are read. Without it one client keeps the event loop busy, and commits
wait."""

FIRST_SECONDS = 15.0
"""The longest time from the connection to its first request."""

HEAD_SECONDS = 10.0
BODY_SECONDS = 20.0

KEEP_ALIVE_SECONDS = 75.0
"""The longest time between requests. Uvicorn's 5 s equals the agents' interval: that race lost samples (measured)."""

WRITING_SECONDS = 30.0
"""How long a client may take for the next 48 KB of its answer."""

LINGER_SECONDS = 2.0
"""How long a refused client may go on sending. If closed at once, it would not get the answer (RFC 9112, 9.6)."""

LINGER_BYTES = 1_000_000

BUSY_SECONDS = 5

TLS_HANDSHAKE = b"\x16\x03"
"""The first bytes of a client that uses TLS: a handshake record, of any version (RFC 8446, 5.1)."""

SPEAKS_TLS = "It spoke HTTPS, and this panel speaks HTTP. If it is an agent, run minipanel rollout."


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol with limits. `Limits.sweep` checks the deadlines every second."""

    def __init__(self, config: Config, server_state: ServerState, limits: Limits) -> None:
        super().__init__(config, server_state, {})
        self.pipeline = Line()  # type: ignore[assignment]
        self.peer = ""
        self.deadline = self.loop.time() + FIRST_SECONDS
        self.writing_deadline = math.inf
        self._limits = limits
        self._unsent: Reply | None = None  # an answer that waits until the client reads again
        self._extensions: dict[str, object] = {"minipanel.prove": self._prove, "minipanel.send_whole": self._send_whole}
        self._running: RequestResponseCycle | DirectCycle | None = None
        self._is_in_head = True
        self._ignores_data = False
        self._is_pausing = False
        self._silent_bytes = 0  # parsed since the parser's last event
        self._body_left = 0  # bytes of an announced length that are still to come
        self._body_bytes = 0
        self._following = 0  # bytes that have arrived after the piece that is parsed
        self._held_bytes = 0
        self._rest, self._parsed = b"", 0  # received, but not to be parsed until the queue has room

    @property
    def is_answering(self) -> bool:
        """True while a complete request is being answered, including a stream."""
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection, or close it if there are too many."""
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        self.flow = Flow(transport)
        if not self._limits.admit(self):
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and release everything that it held."""
        self._limits.leave(self)
        self._disconnect()
        self._rest = b""
        self.pipeline.clear()
        self._extensions.clear()
        self._give_back()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the data, as far as the queue has room for its requests."""
        if self._ignores_data:
            self._silent_bytes += len(data)
            if self._silent_bytes > LINGER_BYTES:
                self.drop()
            return
        if self._rest:
            self._keep(self._rest[self._parsed :] + data, 0, len(data))
        else:
            self._read(data, 0)

    def _read(self, data: bytes, start: int) -> None:
        while start < len(data) and not self._ignores_data:
            if len(self.pipeline) >= MAX_QUEUED:
                self._keep(data, start, len(data) - start)
                return
            stop = self._end_of_piece(data, start)
            self._following = len(data) - stop
            self._parse(data[start:stop])
            start = stop
        self._rest = b""

    def _end_of_piece(self, data: bytes, start: int) -> int:
        """Return the end of the piece of head or body that begins at `start`, so that no piece has two requests."""
        if self._body_left:
            return min(start + self._body_left, len(data))
        end = data.find(b"\r\n\r\n", start, start + SMALL_BYTES)
        return min(start + SMALL_BYTES, len(data)) if end < 0 else end + 4

    def _parse(self, piece: bytes) -> None:
        if self._is_in_head:
            if not self._silent_bytes:
                self.deadline = self.loop.time() + HEAD_SECONDS
            elif self._silent_bytes + len(piece) > SMALL_BYTES and not self._hold(len(piece)):
                return
        self._silent_bytes += len(piece)
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            pass  # a server may ignore this header (RFC 9110, 7.8)
        except httptools.HttpParserError:
            self._refuse(BadInput(SPEAKS_TLS if piece.startswith(TLS_HANDSHAKE) else "This is not an HTTP request."))
            return
        if self._silent_bytes > MAX_HEAD_BYTES:
            self._refuse_head()

    def on_message_begin(self) -> None:
        """Begin a request. Its scope is made later, and only if the application gets the request."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header. Trailers are ignored (RFC 9110, 6.5.1)."""
        if not self._is_in_head or self._ignores_data:
            return
        if len(self.headers) >= MAX_HEADERS:
            self._refuse_head()
            return
        name = name.lower()
        self.headers.append((name, value))
        if name == b"content-length":
            self._body_left = int(value)  # llhttp has checked that there is one, and that it is a number
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        """Start answering the request, or queue it."""
        if self._silent_bytes > MAX_HEAD_BYTES:
            self._refuse_head()
        if self._ignores_data:
            return
        self._is_in_head = False
        self._silent_bytes = self._body_bytes = 0
        self.deadline = self.loop.time() + BODY_SECONDS
        self._begin_request()

    def _begin_request(self) -> None:
        self._make_scope()
        super().on_headers_complete()

    def _make_scope(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        self.scope["headers"] = headers
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]

    def on_body(self, body: bytes) -> None:
        """Pass on a piece of the body."""
        self._silent_bytes = 0
        self._body_left = max(0, self._body_left - len(body))
        self._body_bytes += len(body)
        if self._ignores_data or self.cycle.response_complete:
            return
        if self._body_bytes <= SMALL_BYTES or self._hold(len(body)):
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request: all of it has arrived."""
        if self._ignores_data:
            return
        self._is_in_head = True
        self._silent_bytes = self._body_left = 0
        self._end_request()
        if self.cycle.response_complete:
            self.deadline = self.loop.time() + KEEP_ALIVE_SECONDS

    def _end_request(self) -> None:
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request. Replaces Uvicorn's method, whose timer costs more than a deadline."""
        self.server_state.total_requests += 1
        self._give_back()
        if self._running is not None:
            self._running.body.clear()  # a rest that the handler did not read
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._is_in_head and not self._ignores_data:
            # If a head has begun meanwhile, its time counts from now.
            self.deadline = self.loop.time() + (HEAD_SECONDS if self._silent_bytes else KEEP_ALIVE_SECONDS)
        if not self._rest:
            self.flow.resume_reading()
        elif self._hold(len(self._rest) - self._parsed) and not self.pipeline and not self._is_pausing:
            self._is_pausing = True
            self.loop.call_later(PIPELINE_PAUSE_SECONDS, self._read_on)

    def _read_on(self) -> None:
        self._is_pausing = False
        if self._ignores_data or self.transport.is_closing():
            return
        self._give_back()
        self.flow.is_held = False  # type: ignore[attr-defined]
        self._read(self._rest, self._parsed)
        self.flow.resume_reading()

    def pause_writing(self) -> None:
        """Set a deadline for a client that reads its answer more slowly than the panel writes it."""
        super().pause_writing()
        self.writing_deadline = self.loop.time() + WRITING_SECONDS

    def resume_writing(self) -> None:
        """Lift that deadline: the client has read enough. Send a waiting answer."""
        super().resume_writing()
        self.writing_deadline = math.inf
        answer, self._unsent = self._unsent, None
        if answer is not None:
            self._send_whole(answer)

    def expire(self) -> None:
        """End whatever took too long."""
        now = self.loop.time()
        if self._ignores_data or self.writing_deadline < now:
            self.drop()
        elif self.is_answering:
            self.deadline = math.inf
        elif self._is_in_head and not self._silent_bytes:
            self.transport.close()
        else:
            seconds = HEAD_SECONDS if self._is_in_head else BODY_SECONDS
            self._refuse(TooSlow("The request did not arrive within {seconds} seconds.", seconds=f"{seconds:.0f}"))

    def drop(self) -> None:
        """Close the connection at once."""
        self._disconnect()
        self.transport.abort()

    def _prove(self) -> None:
        """Record that the client is authenticated."""
        self._limits.prove(self)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _send_whole(self, answer: Reply) -> bool:
        """Answer the current request. Returns False if the client does not read now."""
        cycle = self._running
        if cycle is None or cycle.disconnected or self.flow.write_paused:
            return False
        write(self.transport, answer, self.server_state.default_headers, is_last=not cycle.keep_alive)
        self._end_answer(cycle)
        return True

    def _end_answer(self, cycle: RequestResponseCycle | DirectCycle) -> None:
        """Note that an answer is written, and go on."""
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def _keep(self, data: bytes, start: int, new_bytes: int) -> None:
        """Stop reading until an answer is sent, and keep the data from `start` on. `new_bytes`: not counted before."""
        self.flow.pause_reading()
        self.flow.is_held = True  # type: ignore[attr-defined]
        if self._hold(new_bytes):
            self._rest, self._parsed = data, start

    def _hold(self, size_bytes: int) -> bool:
        """Count bytes held for this connection. If they are too many, refuse the request and return False."""
        if self._limits.take(self, size_bytes):
            self._held_bytes += size_bytes
            return True
        self._refuse(TryLater("The panel is busy with other requests; try again.", BUSY_SECONDS))
        return False

    def _give_back(self) -> None:
        self._limits.give_back(self._held_bytes)
        self._held_bytes = 0

    def _refuse_head(self) -> None:
        self._refuse(
            HeadTooLarge(
                "The head is too large; at most {most} bytes and {headers} headers are allowed.",
                most=MAX_HEAD_BYTES,
                headers=MAX_HEADERS,
            )
        )

    def _refuse(self, error: PanelError) -> None:
        """Accept nothing more. Close with this answer, or after the answers to earlier requests."""
        if self._ignores_data:
            return
        self._ignores_data = True
        self._rest = b""
        self._limits.refusals.note_connection(self.peer, error.sentence)
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body:
                cycle.keep_alive = False
                self.flow.pause_reading()
                self.flow.is_held = True  # type: ignore[attr-defined]
                return
            if cycle.response_started or self.pipeline:
                self.drop()
                return
            self._disconnect()
        self._answer_and_close(error)

    def _disconnect(self) -> None:
        """Ignore further data, and mark requests as disconnected. What handlers still send is dropped silently."""
        self._ignores_data = True
        for cycle in (self._running, self.cycle):
            if cycle is not None:
                cycle.disconnected = True
                cycle.message_event.set()

    def _answer_and_close(self, error: PanelError) -> None:
        write(self.transport, refusal(error), self.server_state.default_headers, is_last=True)
        self.deadline = self.loop.time() + LINGER_SECONDS
        self._silent_bytes = 0
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.flow.is_held = False  # type: ignore[attr-defined]
            self.flow.resume_reading()
        else:
            self.transport.close()
