"""Log lines for the journal or a file: one line per event, without characters that could fool terminals or readers."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from minipanel.models.quote import escape

_LINE_CHARACTERS = 4000
# sd-daemon(3): the journal takes the number for the line's priority.
_PRIORITIES = (
    (logging.CRITICAL, "<2>"),
    (logging.ERROR, "<3>"),
    (logging.WARNING, "<4>"),
    (logging.INFO, "<6>"),
    (0, "<7>"),
)


def start_log(path: Path | None) -> None:
    """Send all log lines to stderr; with a file, all to the file and only warnings to stderr. Raises OSError."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    terminal = logging.StreamHandler(sys.stderr)
    # The journal adds the time itself.
    terminal.setFormatter(JournalFormatter() if "JOURNAL_STREAM" in os.environ else FileFormatter())
    root.addHandler(terminal)
    if path is not None:
        terminal.setLevel(logging.WARNING)
        file = logging.FileHandler(path, encoding="utf-8")
        file.setFormatter(FileFormatter())
        root.addHandler(file)


def _is_news(record: logging.LogRecord) -> bool:
    """Return False for Uvicorn's message about an answer that was cut off: handlers/pieces.py has logged the reason."""
    return record.msg != "ASGI callable returned without completing response."


class FileFormatter(logging.Formatter):
    """2026-01-31T12:00:00+0100 WARNING What happened. A traceback follows, indented, so it can't look like an event."""

    default_time_format = "%Y-%m-%dT%H:%M:%S%z"
    default_msec_format = None

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line with control characters escaped, as names and bodies come from outside."""
        return escape(super().formatMessage(record).rstrip(), _LINE_CHARACTERS)

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        """Return the traceback, indented."""
        text = super().formatException(ei)  # type: ignore[arg-type]
        return "\n".join(f"    {escape(line, _LINE_CHARACTERS)}" for line in text.split("\n"))


class JournalFormatter(FileFormatter):
    """<4>What happened."""

    def __init__(self) -> None:
        logging.Formatter.__init__(self, "%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines, each with its priority in front."""
        mark = next(mark for level, mark in _PRIORITIES if record.levelno >= level)
        return "\n".join(mark + line for line in super().format(record).split("\n"))
