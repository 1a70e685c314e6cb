"""Who runs this command."""

from __future__ import annotations

import os
import pwd


def command_user() -> str:
    """Return the name of whoever runs this process: behind sudo, of whoever called that."""
    caller = os.environ.get("SUDO_USER", "")
    if caller and os.geteuid() == 0:
        return caller
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid {os.geteuid()}"
