"""`minipanel backup`: a copy of the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from minipanel.cli.words import ConfigOption
from minipanel.config.values import DEFAULT_PATH


def backup(
    file: Annotated[Path, Argument(metavar="FILE", help="The backup file. It must not exist yet.")],
    force: Annotated[bool, Option("--force", help="Replace the file if it exists.")] = False,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Back up the database while the panel runs, and check the backup."""
    from minipanel.commands.backup import make_backup

    make_backup(config, file, force)
