"""Notifies systemd when the panel is ready, reloads its configuration, and stops (sd_notify(3))."""

from __future__ import annotations

import logging
import os
import socket

log = logging.getLogger(__name__)

READY = "READY=1"
RELOADING = "RELOADING=1"
"""READY must follow, even if the reload fails."""

STOPPING = "STOPPING=1"

_SECONDS = 1.0
"""systemd reads at once. If it hangs, it must not block the panel."""


def notify(state: str) -> None:
    """Report a state to systemd. Does nothing unless a unit of Type=notify started the panel."""
    name = os.environ.get("NOTIFY_SOCKET")
    if not name:
        return
    # "@" is written for the zero byte at the beginning of an abstract socket's name (unix(7)).
    address = "\0" + name[1:] if name.startswith("@") else name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.settimeout(_SECONDS)
            speaker.sendto(state.encode(), address)
    except OSError as error:
        log.warning("systemd could not be told %s at %s: %s.", state, name, error.strerror or error)
