"""`minipanel passwd`: the password of the page's account."""

from __future__ import annotations

import getpass
import secrets
import sys
from pathlib import Path

import bcrypt

from minipanel.commands.notice import tell_running_panel
from minipanel.config import load_config
from minipanel.config.editing import set_password_hash
from minipanel.errors import CommandError

MIN_CHARACTERS = 8
MAX_BYTES = 72
"""bcrypt reads no further; the login takes no longer password either."""

_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not taken for each other: no i, l, o, 0, 1. Eight of them: 8.5e11 passwords."""


def change_password(config_path: Path, from_stdin: bool) -> None:
    """Ask for a new password, put its hash into config.toml and have the running panel read it.

    Raises CommandError for a password that can't be one, ConfigError.
    """
    username = load_config(config_path).admin.username  # before anyone is asked for something
    password = _read_stdin() if from_stdin else _ask(username)
    config = set_password_hash(config_path, hash_password(password))
    print(f"The password of {username} is set; all sessions end. {tell_running_panel(config)}")


def hash_password(password: str) -> str:
    """Return the bcrypt hash. Raises CommandError for a password that is too short, too long or not printable."""
    if len(password) < MIN_CHARACTERS:
        raise CommandError(f"The password has {len(password)} characters; it must have at least {MIN_CHARACTERS}.")
    if not password.isprintable():
        raise CommandError("The password holds characters that can't be typed into the page; use printable ones.")
    size_bytes = len(password.encode())
    if size_bytes > MAX_BYTES:
        raise CommandError(f"The password has {size_bytes} bytes in UTF-8; at most {MAX_BYTES} are allowed.")
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def random_password() -> str:
    """Return a password of 8 characters that are easy to read and type."""
    return "".join(secrets.choice(_LEGIBLE) for _ in range(MIN_CHARACTERS))


def _ask(username: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for a password at; give it with --stdin.")
    password = getpass.getpass(f"New password for {username}: ")
    if getpass.getpass("The same again: ") != password:
        raise CommandError("The two passwords differ; nothing was changed.")
    return password


def _read_stdin() -> str:
    line = sys.stdin.buffer.readline(4096)
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise CommandError("The password on stdin is not UTF-8 text.") from None
