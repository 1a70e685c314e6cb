"""`minipanel restore`: replaces the database with a backup."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from typer import Argument

from minipanel.cli.words import ConfigOption
from minipanel.config.values import DEFAULT_PATH


def restore(
    file: Annotated[Path, Argument(metavar="FILE", help="A backup made by `minipanel backup` or by the panel.")],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Replace the database with a backup, and keep the old one."""
    from minipanel.setup.change.restore import restore as put_back
    from minipanel.setup.screen import Screen
    from minipanel.setup.signals import end_in_order
    from minipanel.setup.system import System
    from minipanel.translations.language import translator

    end_in_order()
    put_back(file.absolute(), config, System(user_id=os.geteuid()), Screen(translator(), is_guided=False))
