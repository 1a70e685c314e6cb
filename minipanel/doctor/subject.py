"""What the doctor looks at: this machine, and its configuration as far as it can be read."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from minipanel.config import Config
from minipanel.errors import ConfigError
from minipanel.sections import load_config, read_what_can_be
from minipanel.setup.system import System
from minipanel.translations.language import Translate


@dataclass(frozen=True, slots=True)
class Subject:
    """`trouble`: why the configuration can't be used; `config` then holds its valid keys."""

    system: System
    t: Translate
    config: Config
    trouble: str | None = None
    is_denied: bool = False
    """The configuration exists, but this user may not read it."""

    @property
    def host(self) -> str:
        """The address or name of this machine that agents report to, "" if none is known."""
        return urlsplit(self.config.server.url).hostname or ""


def read_subject(config_path: Path, system: System, t: Translate) -> Subject:
    """Return the subject. Raises nothing: a configuration that can't be used is a finding."""
    try:
        return Subject(system, t, load_config(config_path))
    except ConfigError as error:
        trouble = str(error)
    except OSError as error:
        trouble = t("{path}: {reason}.", path=config_path, reason=error.strerror)
    return Subject(system, t, read_what_can_be(config_path), trouble, _is_denied(config_path))


def _is_denied(path: Path) -> bool:
    try:
        refuse_unseen(path)
    except PermissionError:
        return True
    except OSError:  # not a path at all, or a loop of links
        pass
    return False


def refuse_unseen(path: Path) -> None:
    """Raise PermissionError if this user may not see what is at this path, or not read it."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
