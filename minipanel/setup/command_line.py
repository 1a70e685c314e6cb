"""`minipanel setup`: its options, each also a variable of the environment, so that it runs unattended."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from minipanel.errors import CommandError
from minipanel.exits import DONE
from minipanel.setup.change.uninstall import uninstall
from minipanel.setup.look.network import read_own_network
from minipanel.setup.request import Auth, Request, Tls
from minipanel.setup.run import RollOut, set_up
from minipanel.setup.screen import Screen
from minipanel.setup.signals import end_in_order
from minipanel.setup.system import System
from minipanel.translations.hosts import CHINESE as HOSTS_FILE
from minipanel.translations.language import translator
from minipanel.translations.setup import CHINESE


def setup_command(roll_out: RollOut) -> Callable[..., None]:
    """Return the command for the command line. `roll_out` brings the agents onto the nodes."""

    def setup(
        context: typer.Context,
        yes: Annotated[bool, Option("--yes", "-y", envvar="MINIPANEL_YES", help="Ask nothing.")] = False,
        admin: Annotated[
            str | None, Option(envvar="MINIPANEL_ADMIN", metavar="NAME", help="The page's account; miniadmin.")
        ] = None,
        password_file: Annotated[
            Path | None,
            Option(envvar="MINIPANEL_PASSWORD_FILE", metavar="FILE", help="Its first line; else a random password."),
        ] = None,
        nodes_from: Annotated[
            Path | None, Option(envvar="MINIPANEL_NODES_FROM", metavar="FILE", help="Instead of /etc/hosts.")
        ] = None,
        only: Annotated[
            str | None, Option(envvar="MINIPANEL_ONLY", metavar="NODESET", help="Of those nodes only these.")
        ] = None,
        without: Annotated[
            str | None, Option(envvar="MINIPANEL_WITHOUT", metavar="NODESET", help="Of those nodes not these.")
        ] = None,
        database: Annotated[
            str | None, Option(envvar="MINIPANEL_DATABASE", metavar="FILE", help="/var/lib/minipanel/data.db.")
        ] = None,
        port: Annotated[str | None, Option(envvar="MINIPANEL_PORT", help="8080.")] = None,
        address: Annotated[
            str | None, Option(envvar="MINIPANEL_ADDRESS", help="Where the nodes reach this machine.")
        ] = None,
        auth: Annotated[
            Auth | None, Option(envvar="MINIPANEL_AUTH", help="How agents prove who they are; munge.")
        ] = None,
        tls: Annotated[Tls | None, Option(envvar="MINIPANEL_TLS", help="HTTPS; no.")] = None,
        tls_certificate: Annotated[
            Path | None, Option(envvar="MINIPANEL_TLS_CERTIFICATE", metavar="FILE", help="With --tls own: PEM.")
        ] = None,
        tls_key: Annotated[
            Path | None, Option(envvar="MINIPANEL_TLS_KEY", metavar="FILE", help="With --tls own: PEM.")
        ] = None,
        tls_ca: Annotated[
            Path | None,
            Option(envvar="MINIPANEL_TLS_CA", metavar="FILE", help="What agents are to trust; else their system's."),
        ] = None,
        retention_days: Annotated[
            str | None, Option(envvar="MINIPANEL_RETENTION_DAYS", metavar="N", help="Days that records are kept; 32.")
        ] = None,
        no_rollout: Annotated[
            bool, Option("--no-rollout", envvar="MINIPANEL_NO_ROLLOUT", help="Leave the nodes as they are.")
        ] = False,
        is_uninstall: Annotated[bool, Option("--uninstall", help="Take the panel away; data is kept.")] = False,
        is_purge: Annotated[bool, Option("--purge", help="With --uninstall: data too.")] = False,
    ) -> None:
        """Install the panel on this machine, upgrade it (install.sh starts this), or change its settings."""
        screen = Screen(translator(HOSTS_FILE | CHINESE), is_guided=not yes)
        _prepare()
        _refuse_strays(context, is_uninstall, is_purge, screen)
        if is_uninstall:
            screen.is_guided = not yes and sys.stdin.isatty()
            uninstall(System(user_id=os.geteuid()), screen, is_purge)
            raise typer.Exit(DONE)
        if screen.is_guided and not sys.stdin.isatty():
            raise CommandError(screen.t("There is no terminal to ask at; answer by options, and add --yes."))
        request = Request(
            screen.is_guided, admin, password_file, nodes_from, only, without, database, port, address, auth, tls,
            tls_certificate, tls_key, tls_ca, not no_rollout, retention_days,
        )  # fmt: skip
        system = System(user_id=os.geteuid())
        raise typer.Exit(set_up(request, system, screen, read_own_network(system), roll_out))

    return setup


def _refuse_strays(context: typer.Context, is_uninstall: bool, is_purge: bool, screen: Screen) -> None:
    """Raise CommandError for an option that would change nothing. Variables may be those of all set-ups of a site."""
    if is_purge and not is_uninstall:
        raise CommandError(screen.t("--purge goes with --uninstall."))
    for parameter in context.command.params if is_uninstall else ():
        source = context.get_parameter_source(parameter.name or "")
        is_typed = source is not None and source.name == "COMMANDLINE"
        if is_typed and parameter.name not in ("yes", "is_uninstall", "is_purge"):
            raise CommandError(screen.t("{option} does not go with --uninstall.", option=parameter.opts[0]))


def _prepare() -> None:
    """Let files be readable for the service whatever root's habits are, and let every signal end it in order."""
    os.umask(0o022)
    end_in_order()
