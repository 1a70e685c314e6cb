"""What the set-up prints and asks. A guided set-up asks; an unattended one takes the default of every question."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from minipanel.errors import CommandError
from minipanel.models.half_width import half_width
from minipanel.translations.columns import width
from minipanel.translations.language import Translate

T = TypeVar("T")

PROGRESS_SECONDS = 10.0
"""The interval between progress lines on a terminal that can't redraw a line."""


class Screen:
    """The terminal, in the reader's language: `t` translates. `is_guided`: somebody is there to answer."""

    def __init__(self, t: Translate, is_guided: bool) -> None:
        self.t = t
        self.is_guided = is_guided
        self._step = ""
        self._told_at = 0.0
        self._is_told = False

    def say(self, *lines: str) -> None:
        """Print lines. Characters that the terminal's encoding lacks become question marks."""
        for line in lines:
            self._print(f"{line}\n")

    def title(self, text: str) -> None:
        """Print the heading of a part."""
        self.say("", text, "-" * width(text))

    def question_title(self, text: str) -> None:
        """Print the heading of a part that only has questions."""
        if self.is_guided:
            self.title(text)

    def ask(self, question: str, given: str | None, default: str, parse: Callable[[str], T]) -> T:
        """Return the answer as parsed: the given one, else the one typed. Enter, or nobody there: the default.

        If `parse` refuses it (CommandError), a typed answer is asked for again; a given one raises.
        """
        if given is not None or not self.is_guided:
            return parse(default if given is None else given)
        while True:
            typed = self.read(f"{question} [{default}]: " if default else self.t("{question}: ", question=question))
            try:
                return parse(typed or default)
            except CommandError as error:
                self.say(str(error))

    def confirm(self, question: str, default: bool = True) -> bool:
        """Return whether the answer is yes; if nobody is there, the default."""
        if not self.is_guided:
            return default
        while True:
            typed = half_width(self.read(f"{question} [{'Y/n' if default else 'y/N'}]: ")).lower()
            if not typed:
                return default
            if typed in ("y", "yes", "n", "no", "是", "否"):
                return typed in ("y", "yes", "是")
            self.say(self.t("Please answer y or n."))

    def read(self, prompt: str) -> str:
        """Return one typed line, stripped. Raises CommandError at the end of input (Ctrl-D)."""
        self._print(prompt)
        try:
            return input().strip()
        except EOFError:
            self.say("")
            raise CommandError(self.t("The input ended before the last answer; nothing was changed.")) from None

    def read_secret(self, prompt: str) -> str:
        """Return one line typed without echo. Raises CommandError at the end of input (Ctrl-D)."""
        try:
            return getpass.getpass(prompt)
        except EOFError:
            self.say("")
            raise CommandError(self.t("The input ended before the last answer; nothing was changed.")) from None

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Print what is being done while the block does it, and how it ended."""
        self._step = f"  {what} ... "
        self._print(self._step)
        started = self._told_at = time.monotonic()
        self._is_told = False
        try:
            yield
        except BaseException:
            self._end_progress()
            self.say(self.t("failed"))
            raise
        seconds = time.monotonic() - started
        self._end_progress()
        self.say(self.t("done") if seconds < 1 else self.t("done in {seconds} s", seconds=f"{seconds:.0f}"))

    def progress(self, part: float, what: str = "") -> None:
        """Show the part of the step that is done, 0 to 1: in place on a terminal, else as an occasional line."""
        shown = what if part >= 1 and what else f"{what} {100 * part:.0f}%".lstrip()
        if sys.stdout.isatty():
            self._print(f"\r{self._step}{shown}\033[K\r{self._step}")
        elif time.monotonic() - self._told_at >= PROGRESS_SECONDS:
            self._told_at, self._is_told = time.monotonic(), True
            self._print(f"\n    {shown}")

    def _end_progress(self) -> None:
        """Prepare the line for the word that ends the step."""
        if sys.stdout.isatty():
            self._print("\033[K")
        elif self._is_told:
            self._print(f"\n{self._step}")

    def _print(self, text: str) -> None:
        encoding = sys.stdout.encoding or "utf-8"
        with suppress(OSError):  # the terminal is gone; the work, or its undoing, goes on
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
            sys.stdout.flush()
