"""The user who runs a command."""

from __future__ import annotations

import os
import pwd


def command_user() -> str:
    """Return the name of the user who runs this process; with sudo, of the user who called it."""
    caller = os.environ.get("SUDO_USER", "")
    if caller and os.geteuid() == 0:
        return caller
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid {os.geteuid()}"
