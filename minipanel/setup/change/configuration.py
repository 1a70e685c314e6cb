"""The folders and the first config.toml, with the owners and modes they must have."""

from __future__ import annotations

import secrets
from pathlib import Path

from minipanel.access.password import hash_password
from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, HostsConfig, ServerConfig
from minipanel.config.template import render_config
from minipanel.config.writing import replace_file
from minipanel.sections import check_config, load_config
from minipanel.services.backup_config import BACKUP
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers
from minipanel.setup.change.account import ROOT, Account, dress
from minipanel.setup.change.certificates import CERTIFICATE, KEY
from minipanel.setup.system import System

SECRET_BYTES = 32


def installed_config(system: System) -> Config | None:
    """Return the configuration that is there, None where there is none. Raises ConfigError for one that is bad."""
    path = system.path(places.CONFIG)
    return load_config(path) if path.exists() else None


def make_folders(database: Path, account: Account, system: System) -> None:
    """Make the folders of configuration and database, or give those that are there their modes. Raises OSError."""
    dress(_made(system.path(places.CONFIG_FOLDER)), ROOT, account.gid, 0o750)
    dress(_made(system.path(places.DATA)), account.uid, account.gid, 0o750)
    folder = system.path(database.parent)
    if not folder.exists():
        # The folders above it are no secret: the service must get through them.
        dress(_made(folder), account.uid, account.gid, 0o750)


def make_backup_folder(config: Config, account: Account, system: System) -> None:
    """Make the folder of [backup] where it is missing; one that is there keeps its owner and mode. Raises OSError."""
    folder = config.of(BACKUP).folder
    if folder is not None and not system.path(folder).exists():
        dress(_made(system.path(folder)), account.uid, account.gid, 0o750)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_config(answers: Answers, account: Account, system: System) -> Config:
    """Write the first config.toml, in one step. Raises CommandError for the password, ConfigError, OSError."""
    path = system.path(places.CONFIG)
    text = render_config(_config(answers, path))
    check_config(text, path)
    replace_file(path, text)
    protect_config(account, system)
    return load_config(path)


def protect_config(account: Account, system: System) -> None:
    """Give config.toml its owner and mode: the service reads it, only root writes it."""
    dress(system.path(places.CONFIG), ROOT, account.gid, 0o640)


def _config(answers: Answers, path: Path) -> Config:
    is_tls = answers.tls is not None
    needs_ipv6 = any(":" in address for address in (answers.address, *(node.ip for node in answers.nodes)))
    return Config(
        path=path,
        server=ServerConfig(
            port=answers.port,
            host="::" if needs_ipv6 else "0.0.0.0",  # "::" takes IPv4 too (ipv6(7))
            url=answers.url,
            jwt_secret=secrets.token_urlsafe(SECRET_BYTES),
            tls_certificate=path.parent / CERTIFICATE if is_tls else None,
            tls_key=path.parent / KEY if is_tls else None,
        ),
        admin=AdminConfig(answers.admin, hash_password(answers.password)),
        database=DatabaseConfig(answers.database),
        # The secret stands ready for a change from MUNGE to tokens.
        agents=AgentsConfig(answers.auth, secrets.token_urlsafe(SECRET_BYTES)),
        nodes=answers.nodes,
        hosts=HostsConfig(answers.ignored),
    )
