"""The engine queries for one answer. Once the engine fails, the answer goes on without it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from minipanel.archive.engine import Engine
from minipanel.archive.trouble import EngineError

AGAIN_SECONDS: Final = 10.0
"""After a failure, nobody else waits for the engine for this long; then one answer asks again."""

KNOCK_SECONDS: Final = 5.0
"""After an answer, the engine need not be tested again for this long."""

WORK_SECONDS: Final = 30.0
"""How long one piece of work may wait for the engine in total. An answer has a few pieces."""

T = TypeVar("T")


class Gate:
    """What all answers know about the engine. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._why: EngineError | None = None
        self._shut_until = self._open_until = 0.0

    def pass_through(self) -> None:
        """Raise EngineError if the engine failed a moment ago."""
        if self._why is not None and self._clock() < self._shut_until:
            raise self._why
        # Until this caller has an answer, the others assume that the engine still fails.
        self._shut_until = self._clock() + AGAIN_SECONDS

    def note_failure(self, why: EngineError) -> None:
        """Record a failure."""
        self._why, self._shut_until, self._open_until = why, self._clock() + AGAIN_SECONDS, 0.0

    def note_answer(self) -> None:
        """Record an answer."""
        self._why, self._open_until = None, self._clock() + KNOCK_SECONDS

    def is_open(self) -> bool:
        """Return whether the engine answered a moment ago."""
        return self._clock() < self._open_until


class Visit:
    """The queries for one answer; used in several threads. `trouble`: why the engine failed, None if it did not."""

    def __init__(self, engine: Engine, gate: Gate) -> None:
        self.engine = engine
        self._gate = gate
        self._local = threading.local()
        self.trouble: str | None = None
        self.has_answered = False

    def begin_work(self) -> None:
        """Limit the time that the work begun by this thread waits for the engine to WORK_SECONDS."""
        self._local.end = time.monotonic() + WORK_SECONDS

    def ask(self, question: Callable[[], T]) -> T | None:
        """Return the engine's answer; None if it does not answer, or failed earlier."""
        if self.trouble is not None:
            return None
        try:
            if time.monotonic() > getattr(self._local, "end", float("inf")):
                raise EngineError("The engine took more than {seconds} seconds.", seconds=f"{WORK_SECONDS:g}")
            self._gate.pass_through()
            found = question()
        except EngineError as error:
            self.trouble = str(error)
            self._gate.note_failure(error)
            return None
        self._gate.note_answer()
        self.has_answered = True
        return found

    def knock(self) -> bool:
        """Return whether the engine answers."""
        if not self._gate.is_open():
            self.ask(self.engine.knock)
        return self.trouble is None
