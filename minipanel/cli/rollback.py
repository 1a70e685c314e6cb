"""`minipanel rollback`: goes back to the previous release."""

from __future__ import annotations

import os
from typing import Annotated

from typer import Option


def rollback(
    yes: Annotated[bool, Option("--yes", "-y", help="Go back even if records are lost.")] = False,
) -> None:
    """Go back to the release that ran before the last upgrade."""
    from minipanel.setup.change.revert import roll_back
    from minipanel.setup.screen import Screen
    from minipanel.setup.signals import end_in_order
    from minipanel.setup.system import System
    from minipanel.translations.language import translator

    os.umask(0o022)
    end_in_order()
    roll_back(System(user_id=os.geteuid()), Screen(translator(), is_guided=not yes), is_agreed=yes)
