"""The names of this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

from minipanel.machine.addresses import LocalAddresses
from minipanel.machine.hosts import HOSTS, names_of

REFRESH_SECONDS = 60.0


class OwnNames:
    """The hostname, and the hosts file's names for this machine's addresses, in lower case: `"head" in own`.

    They are read again after a minute. A hosts file that can't be read counts as empty.
    """

    def __init__(self, hosts: Path = HOSTS, clock: Callable[[], float] = time.monotonic) -> None:
        self._hosts = hosts
        self._clock = clock
        self._is_local = LocalAddresses().__contains__
        self._names: frozenset[str] = frozenset()
        self._read_at: float | None = None

    def __contains__(self, name: str) -> bool:
        now = self._clock()
        if self._read_at is None or now - self._read_at >= REFRESH_SECONDS:
            self._names = self._read()
            self._read_at = now
        return name in self._names

    def _read(self) -> frozenset[str]:
        own = {socket.gethostname().lower()}
        try:
            return names_of(self._is_local, self._hosts) | own
        except OSError:
            return frozenset(own)
