"""The changes: each step finds what is there and makes what is missing, so that a set-up cut short can be run again."""

from __future__ import annotations

from pathlib import Path

from minipanel import __version__
from minipanel.config import Config
from minipanel.sections import load_config
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers
from minipanel.setup.change.account import ensure_account
from minipanel.setup.change.certificates import lay_certificates
from minipanel.setup.change.configuration import make_backup_folder, make_folders, protect_config, write_config
from minipanel.setup.change.firewall import open_port
from minipanel.setup.change.release import lay_links, mark_proven, remove_others
from minipanel.setup.change.rollback import able_to_go_back
from minipanel.setup.change.service import lay_unit, start, wait_until_healthy
from minipanel.setup.screen import Screen
from minipanel.setup.system import System


def install(answers: Answers | None, release: Path, system: System, screen: Screen) -> Config:
    """Install this release, or put it in the place of the one that runs. Returns the configuration.

    answers: for the first installation; None keeps the configuration that is there. Raises CommandError, ConfigError,
    OSError; what ran before then runs again, and the answers given stay in config.toml.
    """
    t = screen.t
    with screen.step(t("user, folders and configuration")):
        config = _prepare(answers, system)
    with able_to_go_back(release, config, system, screen):
        with screen.step(t("programs and service")):
            lay_links(release, system)
            lay_unit(release, config, system)
        with screen.step(t("firewall and labels")):
            open_port(config.server.port, _own_address(config), system)
            restore_labels(config, system)
        with screen.step(t("start of the panel")):
            start(system)
            wait_until_healthy(config, __version__, system, t, screen)
    mark_proven(release)
    remove_others(release, system)
    return config


def _prepare(answers: Answers | None, system: System) -> Config:
    account = ensure_account(system)
    if answers is None:
        config = load_config(system.path(places.CONFIG))
        make_folders(config.database.path, account, system)
        make_backup_folder(config, account, system)
        protect_config(account, system)
        return config
    make_folders(answers.database, account, system)
    if answers.tls is not None:
        lay_certificates(answers.tls, account, system)
    return write_config(answers, account, system)


def _own_address(config: Config) -> str:
    return config.server.url.partition("://")[2].rpartition(":")[0].strip("[]")


def restore_labels(config: Config, system: System) -> None:
    """Give the files the labels that SELinux's policy wants, where there is SELinux; elsewhere there is no command."""
    if system.path("/sys/fs/selinux/enforce").exists() and system.has("restorecon"):
        folders = (places.HOME, places.CONFIG_FOLDER, places.UNIT, str(config.database.path.parent))
        system.run("restorecon", "-R", *folders, seconds=120)
