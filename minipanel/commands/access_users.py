"""`minipanel access users`: the accounts of the page, in config.toml."""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from minipanel.access.password import hash_password, read_password
from minipanel.commands.access_tables import note_beside
from minipanel.commands.tables import show_table
from minipanel.config import Config, UserConfig
from minipanel.config.kinds import username
from minipanel.edits import add_user, remove_user, set_password_hash, set_user_hash
from minipanel.errors import CommandError
from minipanel.machine.reload import tell_running_panel
from minipanel.models.caller import ROLES
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.translations.language import say, translator


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Where a password comes from: standard input, a file, or, without either, the terminal."""

    from_stdin: bool = False
    file: Path | None = None


def list_users(config_path: Path, as_json: bool) -> None:
    """Print the accounts, as a table or as a JSON array. Raises ConfigError."""
    t = translator()
    accounts = load_config(config_path).accounts
    if as_json:
        print(json.dumps([{"name": each.name, "role": each.role} for each in accounts], indent=2))
        return
    show_table((t("NAME"), t("ROLE")), [(each.name, each.role) for each in accounts])


def add_account(config_path: Path, name: str, role: str, source: PasswordSource) -> None:
    """Add an account to config.toml and make the running panel reload it. Raises CommandError, ConfigError."""
    t = translator()
    config = load_config(config_path)
    allowed = username()
    if allowed.parse(name, config_path.parent) is None:
        sentence = t("The name is {name}; it must be {allowed}.", name=quote(name), allowed=t(allowed.allowed))
        raise CommandError(sentence)
    known = next((each for each in ROLES if each == role), None)
    if known is None:
        raise CommandError(t("The role is {role}; it must be viewer or admin.", role=quote(role)))
    if any(each.name.casefold() == name.casefold() for each in config.accounts):
        raise CommandError(t("{path} already has a user {name}; nothing was changed.", path=config.path, name=name))
    password_hash = _hash_of(_read(source, name))
    config = add_user(config_path, UserConfig(name, password_hash, known))
    note_beside(config.database.path, "user_added", name)
    print(
        t("Added the user {name} ({role}) to {path}.", name=name, role=known, path=config.path),
        tell_running_panel(config.database.path, t),
        sep=t(" "),
    )


def remove_account(config_path: Path, name: str) -> None:
    """Remove an account from config.toml and make the running panel reload it. Raises CommandError, ConfigError."""
    t = translator()
    config = load_config(config_path)
    if name == config.admin.username:
        raise CommandError(
            t(
                "{name} is the account of [admin] in {path}, which can't be removed; nothing was changed.",
                name=name,
                path=config.path,
            )
        )
    _refuse_unknown(config, name)
    config = remove_user(config_path, name)
    note_beside(config.database.path, "user_removed", name)
    print(
        t("Removed the user {name} from {path}; this user's sessions end.", name=name, path=config.path),
        tell_running_panel(config.database.path, t),
        sep=t(" "),
    )


def change_password(config_path: Path, name: str | None, source: PasswordSource) -> None:
    """Set the password of an account, by default [admin], and make the running panel reload it.

    Raises CommandError for an unknown account or a password that is not allowed, ConfigError.
    """
    t = translator()
    config = load_config(config_path)  # before anyone is asked for a password
    name = config.admin.username if name is None else name
    _refuse_unknown(config, name)
    password_hash = _hash_of(_read(source, name))
    if name == config.admin.username:
        config = set_password_hash(config_path, password_hash)
    else:
        config = set_user_hash(config_path, name, password_hash)
    note_beside(config.database.path, "password_set", name)
    print(
        t("The password of {name} is set; this user's sessions end.", name=name),
        tell_running_panel(config.database.path, t),
        sep=t(" "),
    )


def _refuse_unknown(config: Config, name: str) -> None:
    if all(each.name != name for each in config.accounts):
        t = translator()
        raise CommandError(t("{path} has no user {name}; nothing was changed.", path=config.path, name=quote(name)))


def _hash_of(password: str) -> str:
    try:
        return hash_password(password)
    except CommandError as error:
        raise CommandError(say(str(error))) from None


def _read(source: PasswordSource, name: str) -> str:
    if source.from_stdin and source.file is not None:
        raise CommandError(say("--stdin and --password-file can't be combined; give one of them."))
    if source.from_stdin or source.file is not None:
        try:
            return read_password(source.file or Path("-"))
        except CommandError as error:
            raise CommandError(say(str(error))) from None
    return _ask(name)


def _ask(name: str) -> str:
    t = translator()
    if not sys.stdin.isatty():
        raise CommandError(t("There is no terminal to type a password on; use --stdin or --password-file."))
    password = getpass.getpass(t("New password for {name}: ", name=name))
    if getpass.getpass(t("Repeat the password: ")) != password:
        raise CommandError(t("The two passwords differ; nothing was changed."))
    return password
