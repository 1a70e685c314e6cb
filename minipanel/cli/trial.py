"""`minipanel try`: a panel and an agent for a first look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option


def try_(
    nodes: Annotated[
        int | None, Argument(metavar="N", help="With --demo: how many nodes, 1 to 2000; 200 by default.")
    ] = None,
    demo: Annotated[
        bool, Option("--demo", help="Add N simulated nodes with a month of history, to see what MiniPanel does.")
    ] = False,
    folder: Annotated[
        Path | None,
        Option(
            "--dir", metavar="DIR", help="The folder that holds everything; var by default, or var/demo with --demo."
        ),
    ] = None,
    port: Annotated[int | None, Option(metavar="PORT", help="The page's port; 8080 at the first start.")] = None,
    host: Annotated[
        str | None, Option(metavar="ADDRESS", help="The address to listen on; 127.0.0.1 at the first start.")
    ] = None,
    password_file: Annotated[
        Path | None,
        Option(metavar="FILE", help="Set the password to its first line, - for standard input: 8 characters or more."),
    ] = None,
    password: Annotated[
        str | None, Option(metavar="PASSWORD", help="The same, but `ps` shows it to every user.")
    ] = None,
    auth: Annotated[
        Literal["munge", "token"] | None,
        Option(help="How the agent authenticates; with MUNGE if munged answers."),
    ] = None,
) -> None:
    """Run panel and agent for this machine, without root or systemd."""
    from minipanel.errors import CommandError
    from minipanel.trial.trial import Options, try_out

    if password is not None and password_file is not None:
        raise CommandError("--password and --password-file can't be combined; give one of them.")
    if nodes is not None and not demo:
        raise CommandError("{nodes} is the number of a demo's nodes; give --demo with it.", nodes=nodes)
    folder = folder or Path("var/demo" if demo else "var")
    try_out(Options(folder, host, port, password, auth, password_file, demo, nodes))
