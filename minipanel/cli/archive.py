"""`minipanel archive`: years of history in another engine."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Option

from minipanel.cli.words import ConfigOption, JsonOption, group
from minipanel.config.values import DEFAULT_PATH

archive = group("archive", "Years of history in VictoriaMetrics.")

SinceOption = Annotated[
    float | None,
    Option("--since", metavar="DAYS", min=0.01, max=36500, help="How many days back; all that is kept by default."),
]


@archive.command("status")
def archive_status(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show the progress of the archive, and what is wrong. Exits with 1 if something is."""
    from minipanel.commands.archive_status import show_archive

    raise typer.Exit(show_archive(config, as_json))


@archive.command("push")
def archive_push(since: SinceOption = None, config: ConfigOption = DEFAULT_PATH) -> None:
    """Make the running panel send all earlier records. Ctrl-C pauses; the same command resumes."""
    from minipanel.commands.archive_push import push_past

    push_past(config, since)


@archive.command("pull")
def archive_pull(since: SinceOption = None, config: ConfigOption = DEFAULT_PATH) -> None:
    """Fetch from the engine the records that the database lacks."""
    from minipanel.commands.archive_pull import pull_records

    pull_records(config, since)


@archive.command("check")
def archive_check(
    since: Annotated[float, Option("--since", metavar="DAYS", min=0.01, max=36500, help="How many days back.")] = 36500,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Compare the database with the engine, record by record. Exits with 1 if they differ."""
    from minipanel.commands.archive_check import check_archive

    raise typer.Exit(check_archive(config, since))
