"""Notifies the running panel that config.toml has changed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from minipanel.machine.lock import running_pid
from minipanel.translations.language import Translate, in_english


def tell_running_panel(database: Path, t: Translate = in_english) -> str:
    """Make the panel that runs on this database reload its configuration. Returns the result, as a sentence."""
    try:
        pid = running_pid(database)
        if pid is None:
            return t("No panel is running; it takes effect when one starts.")
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        return t(
            "The running panel could not be notified ({reason}); reload it with `systemctl reload minipanel`.",
            reason=error.strerror,
        )
    return t("The running panel (process {pid}) was asked to reload.", pid=pid)
