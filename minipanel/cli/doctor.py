"""`minipanel doctor`: what is wrong, and what helps."""

from __future__ import annotations

import typer

from minipanel.cli.words import ConfigOption, JsonOption
from minipanel.config.values import DEFAULT_PATH


def doctor(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Check everything that may be wrong, and say how to fix it. The output has no secrets: attach it to a question."""
    from minipanel.doctor.command_line import show_doctor

    raise typer.Exit(show_doctor(config, as_json))
