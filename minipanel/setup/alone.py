"""The lock that allows one change of the installation at a time. install.sh takes it too."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.system import System
from minipanel.translations.language import Translate

INSTALL_SH = 9
"""The descriptor with which install.sh holds the lock. Processes that it starts inherit it."""


@contextmanager
def alone(system: System, t: Translate) -> Iterator[None]:
    """Prevent other changes of the installation while the block runs. Raises CommandError if one is under way."""
    try:
        lock = os.open(system.path(f"{places.HOME}/.lock"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except FileNotFoundError:
        raise CommandError(t("No panel is installed in {home}.", home=places.HOME)) from None
    try:
        if not _is_install_sh(lock):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CommandError(t("Another set-up is running.")) from None
    finally:
        os.close(lock)


def _is_install_sh(lock: int) -> bool:
    try:
        return lock != INSTALL_SH and os.path.samestat(os.fstat(lock), os.fstat(INSTALL_SH))
    except OSError:  # not started by install.sh
        return False
