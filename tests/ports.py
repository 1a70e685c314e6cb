"""Ports for the servers that tests start."""

from __future__ import annotations

import contextlib
import os
import random
import socket

BELOW_EPHEMERAL = range(15_000, 32_000)
"""Linux uses ports from 32768 on for outgoing connections, so one of those could be gone before the server starts."""

LANES = 8
"""How many tests may run side by side."""


def free_port() -> int:
    """Return a port on which nobody listens now. Raises OSError if a hundred in a row are taken.

    Tests that run side by side get different ones, because a panel that restarts needs its port again.
    """
    lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in random.sample(BELOW_EPHEMERAL[lane % LANES :: LANES], 100):
        with contextlib.suppress(OSError), contextlib.closing(socket.socket()) as probe:
            probe.bind(("0.0.0.0", port))
            return port
    raise OSError("no free port was found")
