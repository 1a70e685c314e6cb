"""What systemd learns of the panel: when it answers, reloads its configuration, and stops (sd_notify(3))."""

from __future__ import annotations

import logging
import os
import socket

log = logging.getLogger(__name__)

READY = "READY=1"
RELOADING = "RELOADING=1"
"""To be followed by READY, also when the reload has failed."""

STOPPING = "STOPPING=1"

_SECONDS = 1.0
"""systemd reads at once; one that hangs must not hold up the panel."""


def notify(state: str) -> None:
    """Report a state to systemd; nothing where the panel was not started by a unit of Type=notify."""
    name = os.environ.get("NOTIFY_SOCKET")
    if not name:
        return
    # "@" stands for the zero byte that an abstract socket's name begins with (unix(7)).
    address = "\0" + name[1:] if name.startswith("@") else name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.settimeout(_SECONDS)
            speaker.sendto(state.encode(), address)
    except OSError as error:
        log.warning("systemd could not be told %s at %s: %s.", state, name, error.strerror or error)
