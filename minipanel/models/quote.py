"""How a value that came from outside is shown in a sentence or a log line."""

from __future__ import annotations

SHOWN_CHARACTERS = 60


def escape(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    r"""Return the text on one line, at most `limit` of its characters: "a\nb" -> "a\\nb".

    Whatever a terminal or a journal would act on (control characters, direction marks, lone surrogates) is
    shown as Python escapes it, so that no text from outside can forge a line of the log.
    """
    shown = "".join(character if character.isprintable() else _escaped(character) for character in text[:limit])
    return shown + "…" if len(text) > limit else shown


def quote(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """Return the escaped text in single quotes: node1 -> 'node1'."""
    return f"'{escape(text, limit)}'"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
