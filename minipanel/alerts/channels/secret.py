"""Secrets of channels, read again for each message, so that a changed file needs no reload."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minipanel.alerts.channel_config import first_line
from minipanel.alerts.channels.target import refusal_of
from minipanel.alerts.outbox import NotSent
from minipanel.models.quote import escape


def secret_of(path: Path) -> str:
    """Return the first line of a file. Raises NotSent."""
    try:
        line = first_line(path)
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise NotSent(
            "The file {path} can't be read: {reason}.", path=escape(str(path)), reason=escape(why, 80)
        ) from None
    if not line:
        raise NotSent("The first line of {path} is empty.", path=escape(str(path)))
    return line


@dataclass(frozen=True, slots=True)
class Source:
    """Where an address comes from: the configuration, or the first line of a file."""

    url: str | None = None
    file: Path | None = None

    def read(self) -> str:
        """Return the address. Raises NotSent."""
        if self.file is None:
            return self.url or ""
        url = secret_of(self.file)
        why = refusal_of(url)
        if why is not None:
            raise NotSent(f"The first line of {{file}} {why}.", file=escape(str(self.file)))
        return url
