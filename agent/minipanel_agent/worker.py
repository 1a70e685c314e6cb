"""A thread for calls into C that know no timeout and that no signal ends.

The resolver waits half a minute for a dead name server, libmunge ten seconds for a munged that hangs. Called directly,
they would cost ticks and delay the stop. One thread is kept: a new one for each call took 140 us of CPU more, this one
50 (measured with munge_encode, paced).
"""

from _thread import allocate_lock, start_new_thread  # two of its functions are all that is used of threading
from typing import Any, Callable, Optional, Tuple

from minipanel_agent.deadline import Deadline


class Worker:
    """Calls functions on a thread, one at a time, and gives up in time."""

    def __init__(self) -> None:
        self._thread: Optional[_Thread] = None

    def call(self, deadline: Deadline, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return function(*arguments), or raise what it raises. Raises TimeoutError when it is not done in time.

        A call given up goes on by itself, and its thread ends with it.
        """
        thread, self._thread = self._thread or _Thread(), None
        result, error = thread.call(deadline.left(), function, arguments)
        self._thread = thread
        if error is not None:
            raise error
        return result


class _Thread:
    """The thread, a lock that lets it begin and a lock that tells its end."""

    def __init__(self) -> None:
        self._begin, self._end = allocate_lock(), allocate_lock()
        self._begin.acquire()
        self._end.acquire()
        self._is_left = False
        self._work: Tuple[Any, Any] = (None, ())
        self._outcome: Tuple[Any, Any] = (None, None)
        start_new_thread(self._run, ())

    def call(self, seconds: float, function: Callable[..., Any], arguments: Tuple[Any, ...]) -> Tuple[Any, Any]:
        """Return result and error, one of them None. Raises TimeoutError; the thread must not be used again then."""
        self._work = (function, arguments)
        self._begin.release()
        is_done = False
        try:
            is_done = self._end.acquire(timeout=seconds)
        finally:
            if not is_done:
                self._leave()
        if not is_done:
            raise TimeoutError("timed out")
        outcome, self._outcome = self._outcome, (None, None)
        return outcome

    def _leave(self) -> None:
        """Let the thread end: at once if it has not begun yet, else after what it does."""
        self._is_left = True
        if self._begin.locked():  # open, it still waits to be taken by a thread that was slow to start
            self._begin.release()

    def _run(self) -> None:
        self._begin.acquire()
        while not self._is_left:
            function, arguments = self._work
            try:
                self._outcome = (function(*arguments), None)
            except Exception as error:
                self._outcome = (None, error)
            self._end.release()
            self._begin.acquire()
