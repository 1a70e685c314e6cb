"""An answer that a thread writes: what it writes, what it leaves to the event loop, and to whom."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel.handlers.reply import Reply
from minipanel.serving.ahead import MOST, Ahead
from minipanel.serving.direct import DirectCycle
from minipanel.serving.wire import JOINED_BYTES, pieces_of

OWN = [(b"date", b"Sat, 28 Nov 2026 09:00:00 GMT")]
SMALL = Reply(200, b'{"records":0}', {"Content-Type": "application/json"})
LARGE = Reply(200, b"%d" % (10**3000) * 500, {"Content-Type": "application/json"})


class Ends:
    """The two ends of a connection."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.far.setblocking(False)

    def arrived(self) -> bytes:
        """All that has come to the far end."""
        found = b""
        with contextlib.suppress(BlockingIOError):
            while data := self.far.recv(1_000_000):
                found += data
        return found

    def fill(self) -> None:
        """Write until there is no room."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.near.send(bytes(4096))

    def close(self) -> None:
        self.near.close()
        self.far.close()


@pytest.fixture
def ends() -> Iterator[Ends]:
    with contextlib.closing(Ends()) as ends:
        yield ends


@pytest.fixture
def cycle() -> DirectCycle:
    return DirectCycle(lambda: None)


@pytest.fixture
def ahead(ends: Ends, cycle: DirectCycle) -> Iterator[Ahead]:
    with contextlib.closing(Ahead(ends.near.fileno(), cycle, OWN)) as ahead:
        yield ahead


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def whole(answer: Reply) -> bytes:
    return b"".join(pieces_of(answer, OWN, is_last=False))


def test_an_answer_that_has_room_is_written_as_a_whole(ends: Ends, ahead: Ahead) -> None:
    assert ahead.rest is None
    ahead.write(SMALL)
    assert ahead.rest == []
    assert ends.arrived() == whole(SMALL)


def test_what_has_no_room_is_left_to_the_event_loop(ends: Ends, ahead: Ahead) -> None:
    assert len(LARGE.body) > JOINED_BYTES
    ahead.write(LARGE)
    assert ahead.rest
    arrived = ends.arrived()
    assert arrived
    assert arrived + b"".join(ahead.rest) == whole(LARGE)


@pytest.mark.parametrize("answer", [SMALL, LARGE], ids=["small", "large"])
def test_without_any_room_all_is_left_to_it(ends: Ends, ahead: Ahead, answer: Reply) -> None:
    ends.fill()
    ahead.write(answer)
    assert ahead.rest is not None
    assert b"".join(ahead.rest) == whole(answer)


def test_a_lost_connection_is_left_to_it_too(ends: Ends, ahead: Ahead) -> None:
    ends.far.close()
    ahead.write(SMALL)
    assert ahead.rest is not None
    assert b"".join(ahead.rest) == whole(SMALL)


@pytest.mark.parametrize("state", ["disconnected", "last"])
def test_nothing_is_written_to_a_connection_that_is_about_to_close(
    ends: Ends, ahead: Ahead, cycle: DirectCycle, state: str
) -> None:
    if state == "last":
        cycle.keep_alive = False
    else:
        cycle.disconnected = True
    ahead.write(SMALL)
    assert ahead.rest is None
    assert ends.arrived() == b""


def test_an_answer_never_reaches_another_client_that_has_the_number_by_now(ends: Ends, ahead: Ahead) -> None:
    number = ends.near.fileno()
    with contextlib.closing(Ends()) as others:
        os.dup2(others.near.fileno(), number)
        ahead.write(SMALL)
        assert others.arrived() == b""
        assert ends.arrived() == whole(SMALL)


def test_few_descriptors_are_open_at_a_time(ends: Ends, cycle: DirectCycle) -> None:
    open_before = open_files()
    many = []
    while Ahead.has_room():
        many.append(Ahead(ends.near.fileno(), cycle, OWN))
    assert len(many) == MOST
    for ahead in many:
        ahead.close()
    assert Ahead.has_room()
    assert open_files() == open_before


def test_a_copy_that_cannot_be_made_counts_for_nothing(cycle: DirectCycle) -> None:
    for _ in range(2 * MOST):
        with pytest.raises(OSError, match="Bad file descriptor"):
            Ahead(-1, cycle, OWN)
    assert Ahead.has_room()
