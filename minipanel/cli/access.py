"""`minipanel access`: who may look, and who did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from minipanel.cli.words import ConfigOption, JsonOption, group
from minipanel.config.values import DEFAULT_PATH
from minipanel.models.access import KIOSK_DAYS, TOKEN_DAYS

access = group("access", "Users, sessions, wall screens, API tokens, and who did what.")
users = group("users", "The accounts of the page, in config.toml.")
sessions = group("sessions", "Who is logged in.")
kiosks = group("kiosks", "Wall screens: each has its own link, and needs no password.")
tokens = group("tokens", "API tokens, with which other programs read the panel.")
for each in (users, sessions, kiosks, tokens):
    access.add_typer(each)

StdinOption = Annotated[bool, Option("--stdin", help="Read the password from standard input.")]
FileOption = Annotated[
    Path | None, Option("--password-file", metavar="FILE", help="The password is the file's first line.")
]
UserName = Annotated[str, Argument(metavar="NAME", help="The user's name.")]
TokenName = Annotated[str, Argument(metavar="NAME", help="What it is for, such as grafana.")]
KioskName = Annotated[str, Argument(metavar="NAME", help="Where it hangs, such as hall.")]
DaysOption = Annotated[int, Option(metavar="DAYS", help="Valid for this many days, 1 to 3650.")]


@access.command("passwd")
def passwd(config: ConfigOption = DEFAULT_PATH, stdin: StdinOption = False, password_file: FileOption = None) -> None:
    """Set the password of the [admin] account, and end its sessions."""
    from minipanel.commands.access_users import PasswordSource, change_password

    change_password(config, None, PasswordSource(stdin, password_file))


@users.command("list")
def users_list(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show the accounts and their roles."""
    from minipanel.commands.access_users import list_users

    list_users(config, as_json)


@users.command("add")
def users_add(
    name: UserName,
    role: Annotated[
        str, Option(metavar="ROLE", help="viewer sees everything and changes nothing; admin may do everything.")
    ] = "viewer",
    stdin: StdinOption = False,
    password_file: FileOption = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Add an account; asks for its password."""
    from minipanel.commands.access_users import PasswordSource, add_account

    add_account(config, name, role, PasswordSource(stdin, password_file))


@users.command("passwd")
def users_passwd(
    name: UserName, stdin: StdinOption = False, password_file: FileOption = None, config: ConfigOption = DEFAULT_PATH
) -> None:
    """Set the password of an account, and end its sessions."""
    from minipanel.commands.access_users import PasswordSource, change_password

    change_password(config, name, PasswordSource(stdin, password_file))


@users.command("remove")
def users_remove(name: UserName, config: ConfigOption = DEFAULT_PATH) -> None:
    """Remove an account, and end its sessions."""
    from minipanel.commands.access_users import remove_account

    remove_account(config, name)


@sessions.command("list")
def sessions_list(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show who is logged in, since when and from where."""
    from minipanel.commands.access_sessions import list_sessions

    list_sessions(config, as_json)


@sessions.command("end")
def sessions_end(
    id: Annotated[str | None, Argument(metavar="ID", help="As the list shows it.")] = None,
    user: Annotated[str | None, Option(metavar="NAME", help="End all sessions of this user instead.")] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """End a session, or all sessions of a user."""
    from minipanel.commands.access_sessions import end_sessions

    end_sessions(config, id, user)


@kiosks.command("list")
def kiosks_list(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show the wall screens."""
    from minipanel.commands.access_keys import list_keys

    list_keys(config, "kiosk", as_json)


@kiosks.command("add")
def kiosks_add(name: KioskName, days: DaysOption = KIOSK_DAYS, config: ConfigOption = DEFAULT_PATH) -> None:
    """Create a wall screen and print its link, which is shown only once."""
    from minipanel.commands.access_keys import add_kiosk

    add_kiosk(config, name, days)


@kiosks.command("remove")
def kiosks_remove(name: KioskName, config: ConfigOption = DEFAULT_PATH) -> None:
    """Remove a wall screen: within seconds it shows nothing."""
    from minipanel.commands.access_keys import remove_key

    remove_key(config, "kiosk", name)


@tokens.command("list")
def tokens_list(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show the API tokens and their last use."""
    from minipanel.commands.access_keys import list_keys

    list_keys(config, "token", as_json)


@tokens.command("add")
def tokens_add(
    name: TokenName,
    scope: Annotated[
        str, Option(metavar="SCOPE", help="metrics reads GET /metrics only, read everything that can be read.")
    ],
    days: DaysOption = TOKEN_DAYS,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Create an API token and print it once, alone on standard output."""
    from minipanel.commands.access_keys import add_token

    add_token(config, name, scope, days)


@tokens.command("remove")
def tokens_remove(name: TokenName, config: ConfigOption = DEFAULT_PATH) -> None:
    """Remove an API token: the panel refuses it at once."""
    from minipanel.commands.access_keys import remove_key

    remove_key(config, "token", name)


@access.command("audit")
def audit(
    days: Annotated[int, Option(metavar="DAYS", help="How many days back, 1 to 400.")] = 30,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Show who logged in, and who created or ended what."""
    from minipanel.commands.access_audit import show_audit

    show_audit(config, days, as_json)
