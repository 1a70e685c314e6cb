"""The new /etc/minipanel, prepared beside the present one: checked first, then put in place file by file."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from minipanel.config import Config
from minipanel.config.writing import replace_file
from minipanel.errors import ConfigError
from minipanel.sections import load_config
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers, Certificates, SelfMade
from minipanel.setup.change.account import ROOT, Account, dress
from minipanel.setup.change.certificates import lay_certificates
from minipanel.setup.change.configuration import config_text, make_backup_folder, make_folders
from minipanel.setup.change.saved import CONFIG_FILES, Saved
from minipanel.setup.system import System

CONFIG_NAME = CONFIG_FILES[-1]


class Stage:
    """The folder. `config`: the configuration in it."""

    def __init__(self, answers: Answers | None, before: Config | None, account: Account, system: System) -> None:
        """Create it. `before`: the configuration that the answers change, None for a first one. `answers` None: no
        changes.

        Raises CommandError, ConfigError, OSError; then no such folder remains.
        """
        self._home, self.folder = system.path(places.CONFIG_FOLDER), system.path(places.STAGE)
        self._new_folders: list[Path] = []
        self._is_folder_new = False
        try:
            self.config = self._make(answers, before, account, system)
        except BaseException as error:
            self.remove()
            if isinstance(error, ConfigError):
                raise ConfigError(self.told(str(error))) from None
            raise

    def _make(self, answers: Answers | None, before: Config | None, account: Account, system: System) -> Config:
        shutil.rmtree(self.folder, ignore_errors=True)
        file = self.folder / CONFIG_NAME
        self._new_folders = make_folders(answers.database, account, system) if answers else []
        self.folder.mkdir(mode=0o700)
        # Includes the administrator's own files; links that would break here are followed.
        system.run("cp", "-aL", f"{self._home}/.", str(self.folder))
        if answers is not None:
            if isinstance(answers.tls, Certificates | SelfMade):
                lay_certificates(answers.tls, self.folder, account, system)
            replace_file(file, config_text(answers, before, file))
        dress(self.folder, ROOT, account.gid, 0o750)
        dress(file, ROOT, account.gid, 0o640)
        config = load_config(file)
        if answers is None:
            self._new_folders = make_folders(config.database.path, account, system)
        self._is_folder_new = make_backup_folder(config, account, system) or bool(self._new_folders)
        return config

    def told(self, sentence: str) -> str:
        """Return a sentence about the staged files with their final paths."""
        return sentence.replace(str(self.folder), str(self._home))

    def is_as_installed(self) -> bool:
        """Return whether all files are in place already, and no folder had to be made. Raises OSError."""
        files = [(Saved.of(self.folder / name), Saved.of(self._home / name)) for name in CONFIG_FILES]
        return not self._is_folder_new and all(new == old for new, old in files)

    def commit(self, is_first: bool) -> Config:
        """Put changed files in place. Returns the configuration there. Raises OSError, ConfigError."""
        if is_first:
            (self._home / Path(places.UNFINISHED).name).touch()
        for name in CONFIG_FILES:
            Saved.of(self.folder / name).put(self._home / name)
        return load_config(self._home / CONFIG_NAME)

    def remove(self, is_used: bool = False) -> None:
        """Delete the folder; unless it was used, also the folders made for a database in another place."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for folder in () if is_used else self._new_folders:
            with suppress(OSError):
                folder.rmdir()
