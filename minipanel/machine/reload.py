"""Tell the running panel that config.toml has changed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from minipanel.machine.lock import running_pid


def tell_running_panel(database: Path) -> str:
    """Have the panel that runs on this database read its configuration anew. Returns what happened, as a sentence."""
    try:
        pid = running_pid(database)
        if pid is None:
            return "No panel is running; it takes effect when one starts."
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        return f"The running panel could not be told ({error.strerror}); reload it with `systemctl reload minipanel`."
    return f"The running panel (process {pid}) was told to read it."
