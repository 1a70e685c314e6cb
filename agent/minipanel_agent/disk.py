"""A thread for the spool's files: a disk that hangs, or takes seconds to sync, must not delay a tick."""

from typing import Any, Callable

from minipanel_agent.deadline import Deadline
from minipanel_agent.worker import Worker


class Disk:
    """Calls functions that read and write files, one at a time, and stops waiting in time."""

    def __init__(self) -> None:
        self._worker = Worker()

    @property
    def is_busy(self) -> bool:
        """Return whether a call that was abandoned is still running."""
        return self._worker.is_busy

    def call(self, seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return function(*arguments), or raise what it raises. Raises TimeoutError if it is not done in time.

        An abandoned call continues on its own; until it has ended, the next calls raise TimeoutError at once.
        """
        if self.is_busy:
            raise TimeoutError("the disk has not answered yet")
        try:
            return self._worker.call(Deadline(seconds), function, *arguments)
        except TimeoutError:
            raise TimeoutError("the disk did not answer in time")
