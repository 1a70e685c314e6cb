"""A thread for calls into C that have no time-out and that no signal ends.

The resolver waits half a minute for a dead name server, libmunge ten seconds for a munged that hangs. Called directly,
they would cost ticks and delay the stop. One thread is kept: a new one for each call took 140 us more CPU, this one 50
(measured with munge_encode, paced).
"""

from _thread import allocate_lock, start_new_thread  # the only two functions of threading that are needed
from typing import Any, Callable, List, Tuple

from minipanel_agent.deadline import Deadline


class Worker:
    """Calls functions on one thread, one at a time, and stops waiting in time.

    An abandoned call continues on its own, and the next one waits for it. A thread for each would soon be too many.
    """

    def __init__(self) -> None:
        self._begin, self._idle = allocate_lock(), allocate_lock()
        self._begin.acquire()
        self._has_thread = False
        self._work: Tuple[Any, Any, List[Any]] = (None, (), [])

    @property
    def is_busy(self) -> bool:
        """Return whether an abandoned call is still running."""
        return self._idle.locked()

    def call(self, deadline: Deadline, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return function(*arguments), or raise what it raises. Raises TimeoutError if it is not done in time."""
        if not self._has_thread:
            self._has_thread = bool(start_new_thread(self._run, ()))
        self._wait(deadline)
        outcome: List[Any] = []  # this call's own: the result of an abandoned one belongs to nobody
        self._work = (function, arguments, outcome)
        self._begin.release()
        self._wait(deadline)
        self._idle.release()
        result, error = outcome
        if error is not None:
            raise error
        return result

    def _wait(self, deadline: Deadline) -> None:
        """Take the lock that the thread releases when it has nothing to do."""
        if not self._idle.acquire(timeout=deadline.left()):
            raise TimeoutError("timed out")

    def _run(self) -> None:
        while self._begin.acquire():
            _do(*self._work)
            self._work = (None, (), [])
            self._idle.release()


def _do(function: Callable[..., Any], arguments: Tuple[Any, ...], outcome: List[Any]) -> None:
    """Call a function, and put its result and its error into outcome, one of them None."""
    try:
        outcome += (function(*arguments), None)
    except Exception as error:
        outcome += (None, error)
