"""Files as they are at one moment, so that they can be put back byte for byte."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from minipanel.config import Config
from minipanel.setup import places
from minipanel.setup.change.account import dress
from minipanel.setup.system import System

CONFIG_FILES = (places.CERTIFICATE, places.KEY, places.CA, places.CA_KEY, Path(places.CONFIG).name)
"""The files in /etc/minipanel that a set-up may change; config.toml is last, as it names the others."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A file's content, None if it did not exist, with its owner and mode."""

    content: bytes | None
    owner: tuple[int, int] = (0, 0)
    mode: int = 0

    @classmethod
    def of(cls, place: Path) -> Saved:
        """Return the file as it is now. Raises OSError."""
        try:
            facts = place.stat()
            return cls(place.read_bytes(), (facts.st_uid, facts.st_gid), facts.st_mode & 0o7777)
        except FileNotFoundError:
            return cls(None)

    def put(self, place: Path) -> None:
        """Put the file back in this place, in one step; an identical one is left alone. Raises OSError."""
        place = place.resolve()  # a link stays a link
        if self == Saved.of(place):
            return
        if self.content is None:
            place.unlink(missing_ok=True)
            return
        if not place.parent.exists():
            above = place.parent.parent.stat()
            place.parent.mkdir()
            dress(place.parent, above.st_uid, above.st_gid, above.st_mode & 0o777)
        part = place.with_name(f".{place.name}.new")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(self.content)
            file.flush()
            os.fsync(file.fileno())
        dress(part, *self.owner, self.mode)
        part.replace(place)


class Before:
    """Configuration and unit before any change. `config` None: nothing is installed."""

    def __init__(self, config: Config | None, system: System) -> None:
        """Read them. Raises OSError."""
        self.config = config
        self._system = system
        folder = system.path(places.CONFIG_FOLDER)
        units = (system.path(places.UNIT), system.path(places.DROP_IN))
        self._files = {place: Saved.of(place) for place in (*(folder / name for name in CONFIG_FILES), *units)}

    def put_back(self) -> None:
        """Put them back; what a first installation wrote stays for the next try. Raises CommandError, OSError."""
        if self.config is None:
            return
        for place, saved in self._files.items():
            saved.put(place)
        with suppress(OSError):  # not empty, or it does not exist
            self._system.path(places.DROP_IN_FOLDER).rmdir()
        self._system.must_run("systemctl", "daemon-reload")
