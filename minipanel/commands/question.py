"""A question at the terminal that is answered by y or n."""

from __future__ import annotations

import sys

from minipanel.errors import CommandError
from minipanel.models.half_width import half_width
from minipanel.translations.language import Translate


def can_ask() -> bool:
    """Return whether somebody is there to read a question and to answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(question: str, t: Translate) -> bool:
    """Return whether the answer is yes, which Enter means too. Raises CommandError at the end of input (Ctrl-D)."""
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
