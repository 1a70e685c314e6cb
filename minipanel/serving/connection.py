"""One connection to the panel. Samples and a node's past take direct ways; after samples it is read in rounds."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from minipanel.handlers.nodes_past import PREFIX
from minipanel.handlers.reply import Reply
from minipanel.serving.ahead import Ahead
from minipanel.serving.direct import NO_HEAD, Direct, DirectCycle, SampleCycle
from minipanel.serving.protocol import SMALL_BYTES, BoundedProtocol
from minipanel.serving.rounds import Rounds
from minipanel.serving.usual import get_taken_apart, taken_apart

if TYPE_CHECKING:
    from uvicorn import Config
    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
    from uvicorn.server import ServerState

    from minipanel.handlers.agents import Head
    from minipanel.serving.limits import Limits

_PAST = f"GET {PREFIX}".encode()


class Connection(BoundedProtocol):
    """BoundedProtocol, with shortcuts for agents and for a node's past.

    A client whose samples were stored is an agent. From then on its connection is read in rounds, and the event loop no
    longer waits for it. Anything but complete requests with samples ends that.
    """

    def __init__(
        self, config: Config, server_state: ServerState, limits: Limits, direct: Direct, rounds: Rounds
    ) -> None:
        super().__init__(config, server_state, limits)
        self._direct = direct
        self._rounds = rounds
        self._descriptor: int | None = None  # while it is read in rounds
        self._ahead: Ahead | None = None  # lets a thread write the answer that runs

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and release everything that it held."""
        if self._descriptor is not None:
            self._rounds.leave(self._descriptor, self)
            self._descriptor = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Answer a usual question for a node's past that comes alone. Parse all other data."""
        if self._ahead is not None:  # the client may have its answer before the event loop hears of it
            self._hear_of(self._ahead)
        if (
            data.startswith(_PAST)
            and len(data) <= SMALL_BYTES
            and self._is_between_requests()
            and not self.is_answering
        ):
            request = get_taken_apart(data)
            question = None if request is None else self._direct.past.question_of(*request)
            if question is not None:
                self.cycle = self._running = cycle = DirectCycle(self.on_response_complete)  # type: ignore[assignment]
                cycle.more_body = False
                ahead = self._ahead = self._ahead_of(cycle)
                answer = partial(self._answer_past, cycle, ahead)
                self._direct.past.ask(question, self.peer, self._prove, answer, ahead.write if ahead else None)
                return
        super().data_received(data)

    def read_on(self) -> None:
        """Read what has arrived since the last round."""
        assert self._descriptor is not None
        if self.transport.is_closing():
            return
        try:
            data = os.read(self._descriptor, SMALL_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # the event loop will get the same error and handle it
        request = taken_apart(data) if self.cycle.response_complete else None
        if request is not None:
            self.cycle = self._running = cycle = SampleCycle(NO_HEAD, self.on_response_complete)  # type: ignore[assignment]
            cycle.more_body = False
            self._take(cycle, *request)
            return
        if data:
            self.data_received(data)
        if not data or not self._has_only_samples():
            self._leave_rounds()

    def join_rounds(self) -> None:
        """Start reading it in rounds, if nothing but samples is in progress."""
        is_plain = self.scheme == "http"  # with TLS, data may already be in the TLS layer
        if is_plain and self._has_only_samples() and not self.flow.read_paused and not self.transport.is_closing():
            descriptor = self.transport.get_extra_info("socket").fileno()
            if self._rounds.join(descriptor, self):
                self._descriptor = descriptor
                self.transport.pause_reading()
                self._limits.rest(self)

    def expire(self) -> None:
        """End whatever took too long."""
        self._leave_rounds()
        super().expire()

    def pause_writing(self) -> None:
        """Handle a client that reads its answer more slowly than the panel writes it."""
        self._leave_rounds()
        super().pause_writing()

    def _leave_rounds(self) -> None:
        if self._descriptor is not None:
            self._rounds.leave(self._descriptor, self)
            self._descriptor = None
            self._limits.watch(self)
            if not self.flow.read_paused:
                self.transport.resume_reading()

    def _has_only_samples(self) -> bool:
        """Return whether the last request had samples, and no part of another one has arrived."""
        return self._is_between_requests() and isinstance(self.cycle, SampleCycle)

    def _is_between_requests(self) -> bool:
        """Return whether no part of another request has arrived."""
        is_between = self._is_in_head and not self._silent_bytes and not self._rest and not self.pipeline
        return is_between and not self._ignores_data

    def _begin_request(self) -> None:
        is_body_there = self._body_left <= self._following
        head = self._direct.head_of(self.parser, self.url, self.headers, self._body_left, is_body_there)
        if head is None:
            super()._begin_request()
        else:
            self._put_in_line(SampleCycle(head, self.on_response_complete))
            self.headers = []

    def _end_request(self) -> None:
        super()._end_request()
        if self.cycle is self._running and isinstance(self.cycle, SampleCycle):
            self._take_samples(self.cycle)

    def _put_in_line(self, cycle: SampleCycle) -> None:
        """Start a request on the direct way, or queue it behind those before it, as Uvicorn does with others."""
        before, self.cycle = self.cycle, cycle  # type: ignore[assignment]
        if before is None or before.response_complete:
            self._running = cycle
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        if not isinstance(cycle, SampleCycle):
            super()._start_asgi_task(cycle, app)
        elif not cycle.more_body:
            self._take_samples(cycle)

    def _take_samples(self, cycle: SampleCycle) -> None:
        # Dropped now: headers kept until the next request took a twentieth of the panel's memory.
        (head, cycle.head), body = (cycle.head, NO_HEAD), bytes(cycle.body)
        cycle.body.clear()
        self._take(cycle, head, body)

    def _take(self, cycle: SampleCycle, head: Head, body: bytes) -> None:
        def answer(with_what: Reply) -> None:
            if with_what.status == 200:
                self._prove()
                self._answer(cycle, with_what)
                if self._descriptor is None:
                    self.join_rounds()
            else:  # possibly called while the parser is still working
                self.loop.call_soon(self._answer, cycle, with_what)

        self._direct.take(head, body, self.peer, answer, self._descriptor is not None)

    def _ahead_of(self, cycle: DirectCycle) -> Ahead | None:
        """Return what lets a thread write the answer; None if the event loop must do it."""
        if self.scheme != "http" or self.transport.get_write_buffer_size() or not Ahead.has_room():
            return None
        descriptor = self.transport.get_extra_info("socket").fileno()
        with suppress(OSError):  # too many files are open
            return Ahead(descriptor, cycle, self.server_state.default_headers)
        return None

    def _answer_past(self, cycle: DirectCycle, ahead: Ahead | None, answer: Reply) -> None:
        if ahead is not None:
            self._hear_of(ahead)
            ahead.close()
            if ahead is self._ahead:  # nothing was written
                self._ahead = None
        self._answer(cycle, answer)

    def _hear_of(self, ahead: Ahead) -> None:
        """Go on with the answer's rest, and with the next request, if a thread has written an answer."""
        if ahead is not self._ahead or ahead.rest is None:
            return
        self._ahead = None
        if ahead.rest and not ahead.cycle.disconnected:
            self.transport.writelines(ahead.rest)
        self._end_answer(ahead.cycle)

    def _answer(self, cycle: DirectCycle, answer: Reply) -> None:
        if cycle is self._running and not cycle.response_complete and not self._send_whole(answer):
            self._unsent = answer
