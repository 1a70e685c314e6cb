"""`minipanel backup`: a copy of the database, taken while the panel runs."""

from __future__ import annotations

import sys
from pathlib import Path

from minipanel.database.backup import back_up
from minipanel.sections import load_config


def make_backup(config_path: Path, target: Path, replace: bool) -> None:
    """Write the copy and tell of it. Raises ConfigError, DatabaseError."""
    config = load_config(config_path)
    done = back_up(config.database.path, target, replace, _show if sys.stderr.isatty() else _say_nothing)
    print(f"{target}: {done.records} records, {done.size_bytes / 2**20:.1f} MB, read again and sound.")
    print(f"It holds no configuration: keep a copy of {config.path} as well.")


def _show(part: float) -> None:
    end = "\r" if part < 1 else "\r\033[K"
    print(f"\r{100 * part:3.0f} % copied", end=end, file=sys.stderr, flush=True)


def _say_nothing(part: float) -> None:
    """Not at a terminal: only the result counts."""
