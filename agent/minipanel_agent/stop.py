"""Stops the agent on SIGTERM and SIGINT, whatever it is waiting for."""

import signal
from typing import Any


class Stopped(BaseException):
    """The agent must stop. The signal's handler raises it, so it ends any sleep, connect, send or receive.

    Not an Exception, so that nothing treats it as a failure and continues.
    """


def raise_on_signals() -> None:
    """Make SIGTERM and SIGINT raise Stopped in the main thread, once: a second signal must not disturb the shutdown."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _raise_stopped)


def _raise_stopped(_number: int, _frame: Any) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped
