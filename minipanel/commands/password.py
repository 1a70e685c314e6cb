"""`minipanel access passwd`: the password of the page's account."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from minipanel.access.password import hash_password, read_password
from minipanel.edits import set_password_hash
from minipanel.errors import CommandError
from minipanel.machine.reload import tell_running_panel
from minipanel.sections import load_config


def change_password(config_path: Path, from_stdin: bool) -> None:
    """Ask for a new password, put its hash into config.toml and have the running panel read it.

    Raises CommandError for a password that can't be one, ConfigError.
    """
    username = load_config(config_path).admin.username  # before anyone is asked for something
    password = read_password(Path("-")) if from_stdin else _ask(username)
    config = set_password_hash(config_path, hash_password(password))
    print(f"The password of {username} is set; all sessions end. {tell_running_panel(config.database.path)}")


def _ask(username: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for a password at; give it with --stdin.")
    password = getpass.getpass(f"New password for {username}: ")
    if getpass.getpass("The same again: ") != password:
        raise CommandError("The two passwords differ; nothing was changed.")
    return password
