"""The text of config.toml, and the folders it needs, with their owners and modes."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tomlkit.exceptions import TOMLKitError

from minipanel.access.password import hash_password
from minipanel.alerts.config import ALERTS
from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, HostsConfig, ServerConfig
from minipanel.config.editing import Values, with_values
from minipanel.config.reading import read_text
from minipanel.config.template import render_config
from minipanel.errors import ConfigError
from minipanel.sections import load_config
from minipanel.services.backup_config import BACKUP
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers
from minipanel.setup.ask.present import present_answers
from minipanel.setup.change.account import ROOT, Account, dress
from minipanel.setup.system import System

SECRET_BYTES = 32


def installed_config(system: System) -> Config | None:
    """Return the installed configuration, None if there is none. Raises ConfigError for an invalid one."""
    path = system.path(places.CONFIG)
    return load_config(path) if path.exists() else None


def is_unfinished(system: System) -> bool:
    """Return whether the configuration is from a first installation that was interrupted."""
    return system.path(places.UNFINISHED).exists()


def make_folders(database: Path, account: Account, system: System) -> list[Path]:
    """Make the folders of configuration and database; existing ones get the right modes. Raises OSError.

    Returns the new folders, made for a database in another place, innermost first.
    """
    dress(_made(system.path(places.CONFIG_FOLDER)), ROOT, account.gid, 0o750)
    dress(_made(system.path(places.DATA)), account.uid, account.gid, 0o750)
    folder = system.path(database.parent)
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    if new:
        # The folders above are no secret: the service must be able to pass through them.
        _make_for(account, folder)
    return new


def make_backup_folder(config: Config, account: Account, system: System) -> bool:
    """Make the folder of [backup] if it is missing; an existing one keeps its owner and mode. Raises OSError.

    Returns whether it was made.
    """
    folder = config.of(BACKUP).folder
    if folder is None or system.path(folder).exists():
        return False
    _make_for(account, system.path(folder))
    return True


def _make_for(account: Account, folder: Path) -> None:
    folder.mkdir(parents=True)
    # It may lie in a folder of the panel's user, who could have put a link in its place by now.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchown(descriptor, account.uid, account.gid)
        os.fchmod(descriptor, 0o750)
    finally:
        os.close(descriptor)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def config_text(answers: Answers, before: Config | None, path: Path) -> str:
    """Return the text of config.toml: a first one, or the existing one with the changed values.

    Raises CommandError for the password, ConfigError if the existing one can't be edited.
    """
    if before is None:
        mail = [(ALERTS, {"mail": answers.mail})] if answers.mail else []
        return render_config(_first(answers, path), mail)
    text = read_text(before.path)
    try:
        for section, values in _differences(answers, before).items():
            text = with_values(text, section, values) if values else text
    except TOMLKitError as error:
        raise ConfigError(
            "{path} can't be edited automatically ({error}); edit it by hand.", path=before.path, error=error
        ) from None
    return text


def _first(answers: Answers, path: Path) -> Config:
    is_tls = answers.tls is not None
    return Config(
        path=path,
        server=ServerConfig(
            port=answers.port,
            host="::" if _needs_ipv6(answers) else "0.0.0.0",  # "::" accepts IPv4 too (ipv6(7))
            url=answers.url,
            jwt_secret=secrets.token_urlsafe(SECRET_BYTES),
            tls_certificate=path.parent / places.CERTIFICATE if is_tls else None,
            tls_key=path.parent / places.KEY if is_tls else None,
        ),
        admin=AdminConfig(answers.admin, hash_password(answers.password or "")),
        database=DatabaseConfig(answers.database, answers.retention_days),
        # The secret is ready in case of a later change from MUNGE to tokens.
        agents=AgentsConfig(answers.auth, secrets.token_urlsafe(SECRET_BYTES)),
        nodes=answers.nodes,
        hosts=HostsConfig(answers.ignored),
    )


def _needs_ipv6(answers: Answers) -> bool:
    return any(":" in address for address in (answers.address, *(node.ip for node in answers.nodes)))


def _differences(answers: Answers, config: Config) -> dict[str, Values]:
    """Return the values to set, by section; None for a key to remove."""
    old = present_answers(config)
    server: dict[str, str | int | None] = {}
    if answers.port != old.port:
        server["port"] = answers.port
    if answers.url != old.url:
        server["url"] = answers.url
        server |= _host(answers, config)
    if answers.tls != old.tls:
        is_tls = answers.tls is not None
        server["tls_certificate"] = places.CERTIFICATE if is_tls else None
        server["tls_key"] = places.KEY if is_tls else None
    admin = {} if answers.admin == old.admin else {"username": answers.admin}
    if answers.password is not None:
        admin["password_hash"] = hash_password(answers.password)
    database: dict[str, str | int] = {} if answers.database == old.database else {"path": str(answers.database)}
    if answers.retention_days != old.retention_days:
        database["retention_days"] = answers.retention_days
    agents: dict[str, str] = {} if answers.auth == old.auth else {"auth": answers.auth}
    if agents and config.agents.secret is None:
        agents["secret"] = secrets.token_urlsafe(SECRET_BYTES)
    alerts: dict[str, list[str] | None] = {} if answers.mail == old.mail else {"mail": list(answers.mail) or None}
    return {"server": server, "admin": admin, "database": database, "agents": agents, "alerts": alerts}


def _host(answers: Answers, config: Config) -> dict[str, str]:
    """Return the listening address if another address of this machine must be listened on."""
    if config.server.host == "0.0.0.0":
        return {"host": "::"} if _needs_ipv6(answers) else {}
    return {"host": answers.address} if config.server.host == present_answers(config).address else {}
