"""Replaces this process by the panel."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from minipanel_agent import munge

import minipanel


def become_panel(module: str, config: Path, *options: str) -> NoReturn:
    """Replace this process by `python -m module`. It keeps its process id, its terminal and its signals."""
    sys.stdout.flush()
    # -P: Python must not import modules from the current folder.
    command = [sys.executable, "-P", "-m", module, "--config", str(config), *options]
    os.execve(sys.executable, command, _environment())


def _environment() -> dict[str, str]:
    """Return the environment with panel and agent on Python's path, as they may not be installed."""
    homes = {str(Path(str(module.__file__)).resolve().parent.parent): None for module in (minipanel, munge)}
    path = os.pathsep.join([*homes, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}
