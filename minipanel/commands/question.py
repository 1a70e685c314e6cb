"""A yes-or-no question on the terminal."""

from __future__ import annotations

import sys

from minipanel.errors import CommandError
from minipanel.models.half_width import half_width
from minipanel.translations.language import Translate


def can_ask() -> bool:
    """Return whether stdin and stdout are a terminal, so that somebody can read a question and answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(question: str, t: Translate) -> bool:
    """Ask, and return whether the answer is yes; Enter is yes. Raises CommandError at the end of input (Ctrl-D)."""
    while True:
        try:
            typed = half_width(input(f"{question} [Y/n] ")).strip().lower()
        except EOFError:
            print()
            raise CommandError(t("Nothing was changed.")) from None
        if typed in ("", "y", "yes", "是"):
            return True
        if typed in ("n", "no", "否"):
            return False
        print(t("Please answer y or n."))
