"""`minipanel setup`: its options. Most are environment variables too, for unattended set-ups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from minipanel.setup.request import Auth, Request, Tls


def setup(
    context: typer.Context,
    yes: Annotated[bool, Option("--yes", "-y", envvar="MINIPANEL_YES", help="Ask nothing.")] = False,
    admin: Annotated[
        str | None, Option(envvar="MINIPANEL_ADMIN", metavar="NAME", help="The page's account; miniadmin by default.")
    ] = None,
    password_file: Annotated[
        Path | None,
        Option(
            envvar="MINIPANEL_PASSWORD_FILE",
            metavar="FILE",
            help="The password is the file's first line; random by default.",
        ),
    ] = None,
    nodes_from: Annotated[
        Path | None,
        Option(envvar="MINIPANEL_NODES_FROM", metavar="FILE", help="Read the nodes from here instead of /etc/hosts."),
    ] = None,
    only: Annotated[
        str | None, Option(envvar="MINIPANEL_ONLY", metavar="NODESET", help="Only these of the nodes found.")
    ] = None,
    without: Annotated[
        str | None, Option(envvar="MINIPANEL_WITHOUT", metavar="NODESET", help="Leave out these nodes.")
    ] = None,
    database: Annotated[
        str | None,
        Option(
            envvar="MINIPANEL_DATABASE", metavar="FILE", help="The database; /var/lib/minipanel/data.db by default."
        ),
    ] = None,
    port: Annotated[
        str | None, Option(envvar="MINIPANEL_PORT", metavar="PORT", help="The page's port; 8080 by default.")
    ] = None,
    address: Annotated[
        str | None, Option(envvar="MINIPANEL_ADDRESS", metavar="ADDRESS", help="Where the nodes reach this machine.")
    ] = None,
    auth: Annotated[
        Auth | None, Option(envvar="MINIPANEL_AUTH", help="How agents authenticate; munge by default.")
    ] = None,
    tls: Annotated[Tls | None, Option(envvar="MINIPANEL_TLS", help="HTTPS; no by default.")] = None,
    tls_certificate: Annotated[
        Path | None,
        Option(envvar="MINIPANEL_TLS_CERTIFICATE", metavar="FILE", help="With --tls own: the certificate, PEM."),
    ] = None,
    tls_key: Annotated[
        Path | None, Option(envvar="MINIPANEL_TLS_KEY", metavar="FILE", help="With --tls own: its key, PEM.")
    ] = None,
    tls_ca: Annotated[
        Path | None,
        Option(envvar="MINIPANEL_TLS_CA", metavar="FILE", help="The CA that agents trust; by default their system's."),
    ] = None,
    retention_days: Annotated[
        str | None,
        Option(envvar="MINIPANEL_RETENTION_DAYS", metavar="N", help="How many days records are kept; 32 by default."),
    ] = None,
    mail: Annotated[
        list[str] | None,
        Option(envvar="MINIPANEL_MAIL", metavar="ADDRESS", help="Mail alerts to this address; '' for nobody."),
    ] = None,
    no_rollout: Annotated[
        bool, Option("--no-rollout", envvar="MINIPANEL_NO_ROLLOUT", help="Leave the nodes as they are.")
    ] = False,
    is_uninstall: Annotated[bool, Option("--uninstall", help="Uninstall the panel; data is kept.")] = False,
    is_purge: Annotated[bool, Option("--purge", help="With --uninstall: delete the data too.")] = False,
) -> None:
    """Install or upgrade the panel, or change its settings. install.sh starts this."""
    from minipanel.rollout import RolloutOptions, roll_out
    from minipanel.setup.command_line import run_setup, run_uninstall

    if is_uninstall:
        raise typer.Exit(run_uninstall(yes, is_purge, _strays(context)))
    request = Request(
        not yes, admin, password_file, nodes_from, only, without, database, port, address, auth, tls,
        tls_certificate, tls_key, tls_ca, not no_rollout, retention_days, None if mail is None else ",".join(mail),
    )  # fmt: skip
    raise typer.Exit(run_setup(request, is_purge, lambda path: roll_out(path, None, RolloutOptions(), as_json=False)))


def _strays(context: typer.Context) -> list[str]:
    """Return the options that were typed and have no meaning with --uninstall.

    Environment variables don't count: a site may set them for all its set-ups.
    """
    sources = [(each, context.get_parameter_source(each.name or "")) for each in context.command.params]
    typed = [each for each, source in sources if source is not None and source.name == "COMMANDLINE"]
    return [each.opts[0] for each in typed if each.name not in ("yes", "is_uninstall", "is_purge")]
