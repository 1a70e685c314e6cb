"""Escapes values from outside for sentences and log lines."""

from __future__ import annotations

SHOWN_CHARACTERS = 60


def escape(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    r"""Return the text on one line, cut after `limit` of its characters: "a\nb" -> "a\\nb".

    Characters that a terminal or a journal would act on (control characters, direction marks, lone surrogates) are
    escaped as in Python, so no text from outside can forge a line of the log.
    """
    shown = "".join(character if character.isprintable() else _escaped(character) for character in text[:limit])
    return shown + "…" if len(text) > limit else shown


def quote(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """Return the escaped text in single quotes: node1 -> 'node1'."""
    return f"'{escape(text, limit)}'"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
