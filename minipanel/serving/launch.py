"""Become the panel: this process is replaced by the program that a module is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from minipanel_agent import munge

import minipanel


def become_panel(module: str, config: Path, *options: str) -> NoReturn:
    """Replace this process by the panel that `python -m module` is. It keeps its id, its terminal and its signals."""
    sys.stdout.flush()
    # -P: what lies in the current folder must not pass for a part of the panel.
    command = [sys.executable, "-P", "-m", module, "--config", str(config), *options]
    os.execve(sys.executable, command, _environment())


def _environment() -> dict[str, str]:
    """Return the environment, with the panel and the agent on Python's path, as neither need be installed."""
    homes = {str(Path(str(module.__file__)).resolve().parent.parent): None for module in (minipanel, munge)}
    path = os.pathsep.join([*homes, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}
