"""Ports for the servers that tests start."""

from __future__ import annotations

import contextlib
import random
import socket

BELOW_EPHEMERAL = range(15_000, 32_000)
"""Linux takes the ports of outgoing connections from 32768 on: one of those could be gone before the server starts."""


def free_port() -> int:
    """Return a port that nobody listens on now. Raises OSError when a hundred in a row are taken."""
    for port in random.sample(BELOW_EPHEMERAL, 100):
        with contextlib.suppress(OSError), contextlib.closing(socket.socket()) as probe:
            probe.bind(("0.0.0.0", port))
            return port
    raise OSError("no free port was found")
