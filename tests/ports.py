"""Ports for the servers that tests start."""

from __future__ import annotations

import contextlib
import os
import random
import socket

BELOW_EPHEMERAL = range(15_000, 32_000)
"""Linux takes the ports of outgoing connections from 32768 on: one of those could be gone before the server starts."""

LANES = 8
"""So many tests may run side by side."""


def free_port() -> int:
    """Return a port that nobody listens on now. Raises OSError when a hundred in a row are taken.

    Tests that run side by side get different ones: a panel that is started again needs its port a second time.
    """
    lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in random.sample(BELOW_EPHEMERAL[lane % LANES :: LANES], 100):
        with contextlib.suppress(OSError), contextlib.closing(socket.socket()) as probe:
            probe.bind(("0.0.0.0", port))
            return port
    raise OSError("no free port was found")
