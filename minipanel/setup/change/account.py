"""The system user that the panel runs as."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.system import System

ROOT = 0


@dataclass(frozen=True, slots=True)
class Account:
    """A user's numbers."""

    uid: int
    gid: int


def find_account(system: System) -> Account | None:
    """Return the panel's user from whatever user database; None if it does not exist (getent(1), passwd(5))."""
    fields = system.run("getent", "passwd", places.USER, seconds=20).stdout.strip().split(":")
    return Account(int(fields[2]), int(fields[3])) if len(fields) > 3 else None


def ensure_account(system: System) -> Account:
    """Return the panel's user; create it if it does not exist. Raises CommandError."""
    account = find_account(system)
    if account is None:
        shell = "/sbin/nologin" if system.path("/sbin/nologin").exists() else "/usr/sbin/nologin"
        words = ("--system", "--user-group", "--no-create-home", "--home-dir", places.DATA, "--shell", shell)
        system.must_run("useradd", *words, "--comment", "MiniPanel", places.USER)
        account = find_account(system)
    if account is None:
        raise CommandError(
            "The user {user} was created, but can't be found; look at /etc/nsswitch.conf.", user=places.USER
        )
    return account


def remove_account(system: System) -> None:
    """Delete the user, and the group of the same name. Raises CommandError."""
    if find_account(system) is not None:
        system.must_run("userdel", places.USER)
    if system.run("getent", "group", places.USER).is_done:
        system.must_run("groupdel", places.USER)


def dress(path: Path, uid: int, gid: int, mode: int) -> None:
    """Set owner and mode of a file or folder."""
    os.chown(path, uid, gid)
    path.chmod(mode)
