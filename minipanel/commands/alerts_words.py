"""What the alerts commands share: language, times, durations, lines that fit a terminal."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from minipanel.alerts.rules.all import BY_NAME
from minipanel.alerts.words import Language, lasted
from minipanel.config.kinds import duration
from minipanel.errors import ConfigError
from minipanel.models.alert_answers import MessageAnswer, Words
from minipanel.models.quote import escape, quote
from minipanel.translations.columns import width, wrapped
from minipanel.translations.language import is_chinese, say, translator

LONGEST_SECONDS = 400 * 86400
_COLUMNS = (40, 100)
_SHOWN_CHARACTERS = 2000
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def reader_language() -> Language:
    """Return the language in which alerts are shown."""
    return "zh" if is_chinese() else "en"


def of(words: Words) -> str:
    """Return the words in the reader's language, with control characters escaped."""
    return plain(words.zh if is_chinese() else words.en)


def plain(text: str) -> str:
    """Return a foreign text with its control characters escaped, so that a terminal can't act on them."""
    return escape(text, _SHOWN_CHARACTERS)


def columns() -> int:
    """Return how wide lines may be: the terminal's width within 40 to 100; 80 without a terminal."""
    return max(_COLUMNS[0], min(shutil.get_terminal_size().columns, _COLUMNS[1]))


def beside(head: str, text: str, indent: int) -> list[str]:
    """Return a text as lines: the head beside the first line, the others indented to align with it."""
    first, *rest = wrapped(text, columns() - indent)
    pad = " " * max(2, indent - width(head)) if head else " " * indent
    return [f"{head}{pad}{first}".rstrip(), *(f"{' ' * indent}{line}" for line in rest)]


def moment(timestamp: int, now: float | None = None) -> str:
    """Return a time of today as 03:12, a time of another day as 2026-11-25 03:12."""
    then, today = time.localtime(timestamp), time.localtime(now)
    return time.strftime("%H:%M" if then[:3] == today[:3] else "%Y-%m-%d %H:%M", then)


def span(seconds: int) -> str:
    """Return a duration in its two largest units: 6720 -> "1 h 52 min"."""
    return lasted(seconds, reader_language())


def note_trouble(trouble: str | None) -> None:
    """Say on stderr that the panel was not asked, and why."""
    if trouble is not None:
        print(say(trouble), file=sys.stderr)
        print(say("The following is from its database."), file=sys.stderr)


def seconds_of(option: str, text: str, least: int = 60) -> int:
    """Return a duration such as 30m, 4h or 2d in seconds. Raises ConfigError."""
    found = duration(least, LONGEST_SECONDS).parse(text, Path())
    if not isinstance(found, int):
        sentence = f"{option} is {quote(text)}; it must be a time such as 30m, 4h or 2d, at most 400d."
        raise ConfigError(say(sentence))
    return found


def time_of(option: str, text: str) -> int:
    """Return in Unix seconds: "2026-11-25", "2026-11-25 20:45", or "4h" for four hours ago. Raises ConfigError."""
    ago = duration(0, LONGEST_SECONDS).parse(text, Path())
    if isinstance(ago, int):
        return int(time.time()) - ago
    whole = f"{text} 00:00" if _DAY.fullmatch(text) else text.replace("T", " ")
    try:
        # mktime fails for years that no panel has seen.
        return int(time.mktime(time.strptime(whole, "%Y-%m-%d %H:%M")))
    except (ValueError, OverflowError):
        sentence = (
            f'{option} is {quote(text)}; it must be a time such as 2026-11-25, "2026-11-25 20:45", or 4h for four '
            "hours ago."
        )
        raise ConfigError(say(sentence)) from None


def number_of(text: str) -> int:
    """Return an id. Raises ConfigError."""
    if text.isascii() and text.isdecimal() and len(text) < 16:
        return int(text)
    raise ConfigError(say(f"ID is {quote(text)}; it must be a number such as 812."))


def rule_of(option: str, text: str) -> str:
    """Return the name of a rule. Raises ConfigError."""
    if text not in BY_NAME:
        raise ConfigError(say(f"{option} is {quote(text)}; it must be one of {', '.join(BY_NAME)}."))
    return text


def waiting_lines(messages: Sequence[MessageAnswer]) -> list[str]:
    """Return a line for each channel whose messages wait after a failed try."""
    t = translator()
    lines = []
    for channel in dict.fromkeys(each.channel for each in messages):
        waiting = [each for each in messages if each.channel == channel]
        error = next((each.error for each in waiting if each.error), None)
        if error is not None:
            values = {"count": len(waiting), "channel": plain(channel), "error": say(plain(error))}
            lines.append(t("{channel}: {count} not sent yet: {error}", **values))
    return lines
