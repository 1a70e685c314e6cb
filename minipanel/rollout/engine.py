"""Visits many nodes at once: ClusterShell runs their steps over ssh, and one timer serves all that wait."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ClusterShell.Event import EventHandler
from ClusterShell.Task import Task, task_self
from ClusterShell.Worker.Ssh import WorkerSsh

from minipanel.models.quote import escape
from minipanel.rollout.facts import SENTENCE_CHARACTERS
from minipanel.rollout.local import LocalWorker
from minipanel.rollout.login import ROOTS, Login
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.step import Answer, FirstSample, Step, Visit

POLL_SECONDS = 0.25
"""The interval between looks at the panel's newest samples, while agents are awaited."""

OUTPUT_LINES_MAX = 1000
LINE_BYTES_MAX = 8192
"""The rest of a step's output is dropped. The longest line in use is a MUNGE credential."""

Newest = Callable[[], Mapping[str, int]]
"""Returns the timestamp of each node's newest stored sample, by hostname in lower case."""


@dataclass(slots=True)
class Running:
    """One visit under way."""

    hostname: str
    is_local: bool
    visit: Visit


@dataclass(slots=True)
class _Waiting:
    """A visit that waits for a first sample newer than `after`, until `deadline` by the monotonic clock."""

    running: Running
    after: int
    deadline: float


class Engine:
    """Runs visits, at most `fanout` at a time. Visits that only wait for their first sample do not count."""

    def __init__(
        self, ssh_config: Path, newest: Newest, fanout: int, on_end: Callable[[Outcome], None], login: Login = ROOTS
    ) -> None:
        self._newest = newest
        self._fanout = fanout
        self._on_end = on_end
        self._ssh_config = ssh_config
        self._login = login
        self._queue: deque[Running] = deque()
        self._active = 0
        self._waiting: list[_Waiting] = []
        self._is_polling = False
        self._before: Mapping[str, int] = {}
        self._task: Task = task_self()

    def run(self, visits: Iterable[Running]) -> None:
        """Run all visits, and call on_end for each as it ends. An interrupt ends all steps here, and passes through."""
        logging.getLogger("ClusterShell").setLevel(logging.ERROR)  # a node that hangs up early needs no warning
        self._queue.extend(visits)
        # A node whose clock was ahead may have samples from the future: they prove nothing.
        self._before = dict(self._newest())
        self._task = task_self()
        self._task.set_info("fanout", self._fanout)
        # ssh's messages are parsed, so they must not be in the administrator's language.
        self._task.set_info("ssh_path", "env LC_ALL=C ssh")
        self._task.set_info("ssh_options", f"-F {self._ssh_config}")
        try:
            self._admit()
            self._task.run()
        finally:
            self._task.abort(kill=True)

    def _admit(self) -> None:
        while self._queue and self._active < self._fanout:
            self._active += 1
            self._advance(self._queue.popleft(), None)

    def _advance(self, running: Running, answer: Answer | None) -> None:
        """Send a visit the answer that it waits for, and do what it asks for next."""
        try:
            request = next(running.visit) if answer is None else running.visit.send(answer)
        except StopIteration as end:
            self._end(end.value)
            return
        except Exception as error:  # whatever one node has answered, the other visits go on
            reason = f"{type(error).__name__}: {escape(str(error), SENTENCE_CHARACTERS)}"
            self._end(Outcome(running.hostname, Word.UNEXPECTED, reason))
            return
        if isinstance(request, Step):
            self._schedule(running, request)
        else:
            self._wait(running, request)

    def _end(self, outcome: Outcome) -> None:
        self._active -= 1
        self._on_end(outcome)

    def _schedule(self, running: Running, step: Step) -> None:
        handler = _StepHandler(self, running)
        options: dict[str, Any] = {"handler": handler, "stderr": True, "timeout": step.seconds}
        if running.is_local or step.place == "here":
            worker = LocalWorker(step.command, key=running.hostname, **options)
        else:
            worker = WorkerSsh(running.hostname, command=self._login.as_root(step.command), **options)
        worker.write(step.stdin)
        worker.set_write_eof()
        self._task.schedule(worker)

    def answered(self, running: Running, answer: Answer) -> None:
        """Accept a step's answer. Its handler calls this."""
        self._advance(running, answer)
        self._admit()

    def _wait(self, running: Running, request: FirstSample) -> None:
        self._active -= 1
        self._waiting.append(_Waiting(running, request.after, time.monotonic() + request.seconds))
        if not self._is_polling:
            self._is_polling = True
            self._task.timer(POLL_SECONDS, _Poll(self), POLL_SECONDS)

    def poll(self) -> bool:
        """Resume the visits whose sample has come or whose time is over. Returns whether any visit still waits."""
        newest, now = self._newest(), time.monotonic()
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            name = one.running.hostname.lower()
            seen = newest.get(name)
            if seen is not None and seen > one.after and seen != self._before.get(name):
                self._go_on(one, code=0)
            elif now > one.deadline:
                self._go_on(one, code=None)
            else:
                self._waiting.append(one)
        self._is_polling = bool(self._waiting)
        return self._is_polling

    def _go_on(self, one: _Waiting, code: int | None) -> None:
        self._active += 1
        self.answered(one.running, Answer(code, "", ""))


class _StepHandler(EventHandler):  # type: ignore[misc]
    """Gathers one step's output and exit code."""

    def __init__(self, engine: Engine, running: Running) -> None:
        self._engine = engine
        self._running = running
        self._lines: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._code: int | None = None
        self._began_at = time.monotonic()

    def ev_start(self, _worker: Any) -> None:
        """Start the clock: before, the step may have waited for its turn."""
        self._began_at = time.monotonic()

    def ev_read(self, _worker: Any, _node: str, sname: str, msg: bytes) -> None:
        """Keep a line of output."""
        if len(self._lines[sname]) < OUTPUT_LINES_MAX:
            self._lines[sname].append(msg[:LINE_BYTES_MAX].decode("utf-8", "replace"))

    def ev_hup(self, _worker: Any, _node: str, rc: int) -> None:
        """Keep the exit code. ClusterShell does not call this for a step that timed out."""
        self._code = rc

    def ev_close(self, _worker: Any, timedout: bool) -> None:
        """Pass the answer on. A step that an interrupt ended has none."""
        if self._code is None and not timedout:
            return
        stdout, stderr = ("\n".join(self._lines[name]) for name in ("stdout", "stderr"))
        seconds = time.monotonic() - self._began_at
        self._engine.answered(self._running, Answer(self._code, stdout, stderr, seconds, time.time()))


class _Poll(EventHandler):  # type: ignore[misc]
    """Wakes the engine while visits wait for their first sample."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ev_timer(self, timer: Any) -> None:
        """Look at the panel's newest samples."""
        if not self._engine.poll():
            timer.invalidate()
