"""The command line: reads arguments, calls one function. What the commands do stands in minipanel/commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from typer import Argument, Option

from minipanel import __version__
from minipanel.commands.backup import make_backup
from minipanel.commands.nodes import add_node, list_nodes, remove_node_set
from minipanel.commands.password import change_password
from minipanel.commands.status import show_status
from minipanel.config.values import DEFAULT_PATH
from minipanel.errors import CommandError
from minipanel.exits import DONE, explain_failures
from minipanel.rollout import RolloutOptions, roll_out
from minipanel.serving.launch import become_panel
from minipanel.setup.command_line import setup_command
from minipanel.trial.trial import Options, try_out

ConfigOption = Annotated[
    Path, Option("--config", metavar="FILE", envvar="MINIPANEL_CONFIG", help="The panel's configuration.")
]
JsonOption = Annotated[bool, Option("--json", help="Print JSON.")]

_TYPERS_INTERRUPTED = 130
"""What Typer makes of Ctrl-C, without a word."""

# Markup by Rich and its tracebacks would cost 50 ms at each command.
cli = typer.Typer(
    name="minipanel",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
nodes = typer.Typer(help="The nodes in config.toml.", no_args_is_help=True, rich_markup_mode=None)
cli.add_typer(nodes, name="nodes")


def main() -> NoReturn:
    """Run the command that the arguments name, and exit: 0 done, 1 failed, 2 bad configuration or arguments."""
    sys.exit(explain_failures(_run))


def _run() -> int:
    try:
        cli(prog_name="minipanel")  # ends with SystemExit; what a command raises comes through
    except SystemExit as end:
        if end.code == _TYPERS_INTERRUPTED:
            raise KeyboardInterrupt from None
        raise
    return DONE


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"minipanel {__version__}")
        raise typer.Exit


@cli.callback()
def options(
    version: Annotated[
        bool, Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Watches the nodes of a cluster: CPU, memory and CPU temperature, live and back in time."""


@cli.command()
def serve(config: ConfigOption = DEFAULT_PATH) -> None:
    """Run the panel. SIGTERM stops it, SIGHUP makes it read its configuration anew."""
    become_panel("minipanel.serving", config)


@cli.command("try")
def try_(
    folder: Annotated[Path, Option("--dir", metavar="DIR", help="Everything is kept below it.")] = Path("var"),
    port: Annotated[int | None, Option(help="8080 at the first start.")] = None,
    host: Annotated[str | None, Option(metavar="ADDRESS", help="127.0.0.1 at the first start.")] = None,
    password_file: Annotated[
        Path | None,
        Option(metavar="FILE", help="Set the password to its first line, - for standard input: 8 characters or more."),
    ] = None,
    password: Annotated[str | None, Option(help="The same, but `ps` shows it to every user.")] = None,
    auth: Annotated[
        Literal["munge", "token"] | None,
        Option(help="How the agent proves who it is; MUNGE where munged answers."),
    ] = None,
) -> None:
    """Run a panel and an agent for this machine, without root or systemd."""
    if password is not None and password_file is not None:
        raise CommandError("--password and --password-file can't be combined; give one of them.")
    try_out(Options(folder, host, port, password, auth, password_file))


@nodes.command("list")
def nodes_list(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show the configured nodes."""
    list_nodes(config, as_json)


@nodes.command("add")
def nodes_add(
    hostname: Annotated[str, Argument(metavar="NAME", help="What the agent calls itself: the node's hostname.")],
    ip: Annotated[str, Argument(metavar="IP", help="The node's address.")],
    name: Annotated[str | None, Option(help="What people read; the hostname unless given.")] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Add a node."""
    add_node(config, hostname, ip, name)


@nodes.command("remove")
def nodes_remove(
    node_set: Annotated[str, Argument(metavar="NODESET", help="node007, or node[001-064,100].")],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Take nodes out; their history stays."""
    remove_node_set(config, node_set)


@cli.command()
def passwd(
    config: ConfigOption = DEFAULT_PATH,
    stdin: Annotated[bool, Option("--stdin", help="Read the password from standard input.")] = False,
) -> None:
    """Set the password of the page's account. Ends all sessions."""
    change_password(config, from_stdin=stdin)


@cli.command()
def rollout(
    node_set: Annotated[
        str | None, Argument(metavar="[NODESET]", help="node[001-064]; all nodes unless given.")
    ] = None,
    force: Annotated[bool, Option("--force", help="Install again where it is up to date.")] = False,
    only_failed: Annotated[bool, Option("--only-failed", help="Only where the last roll-out failed.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Look at the nodes, change nothing.")] = False,
    remove: Annotated[bool, Option("--remove", help="Take the agent away.")] = False,
    hosts: Annotated[Path | None, Option(metavar="FILE", help="The nodes and addresses in a hosts file.")] = None,
    root: Annotated[Path | None, Option(metavar="DIR", help="Into the image of diskless nodes instead.")] = None,
    fanout: Annotated[int, Option(min=1, max=1024, help="How many nodes at once.")] = 64,
    timeout: Annotated[float, Option(min=1, metavar="SECONDS", help="For each step on a node.")] = 30,
    agent: Annotated[Path | None, Option(metavar="FILE", help="Another agent file than this panel's.")] = None,
    ca_file: Annotated[Path | None, Option(metavar="FILE", help="The certificate that agents trust.")] = None,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Put the agent onto the nodes by ssh, and wait for each one's first sample. Ends with 0 when all are done."""
    chosen = RolloutOptions(force, remove, dry_run, only_failed, hosts, root, agent, ca_file, fanout, timeout)
    raise typer.Exit(roll_out(config, node_set, chosen, as_json))


cli.command("setup")(setup_command(lambda config: roll_out(config, None, RolloutOptions(), as_json=False)))


@cli.command()
def backup(
    file: Annotated[Path, Argument(metavar="FILE", help="The copy. It must not exist.")],
    force: Annotated[bool, Option("--force", help="Replace the file if it exists.")] = False,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Copy the database while the panel runs, and check the copy."""
    make_backup(config, file, force)


@cli.command()
def status(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show what is up. Ends with 0 when all is well, with 1 otherwise."""
    raise typer.Exit(show_status(config, as_json))


if __name__ == "__main__":
    main()
