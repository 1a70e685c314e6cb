"""A fake machine to set up: a folder of files as its root, and commands that record how they were called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minipanel.errors import CommandError
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.language import in_english, translator

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="files are given to other users, which needs root")

english = in_english
chinese = translator({"LANG": "zh_CN.UTF-8"})


class Machine:
    """The machine, whose root is a folder. `system` is what the set-up sees of it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.commands = folder / "commands"
        self._calls = folder / "calls"
        self.root.mkdir()
        self.commands.mkdir()
        self.system = System(self.root, f"{self.commands}:/usr/bin:/bin", user_id=0)

    @property
    def bare(self) -> System:
        """The machine with only the commands that a test gave it."""
        return System(self.root, str(self.commands), user_id=0)

    def write(self, path: str, text: str = "") -> Path:
        """Write a file of the machine."""
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def read(self, path: str) -> str:
        """Return the text of a file of the machine."""
        return (self.root / path.lstrip("/")).read_text()

    def command(self, name: str, script: str = "") -> None:
        """Give the machine a command, which notes each call and then runs the shell script."""
        program = self.commands / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self._calls}"\n{script}\n')
        program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """The calls of its commands, in order."""
        return self._calls.read_text().splitlines() if self._calls.exists() else []

    def forget_calls(self) -> None:
        """Start a new list of calls."""
        self._calls.unlink(missing_ok=True)


class TypingScreen(Screen):
    """A screen at which somebody types these lines, including secrets. `shown` keeps what it shows."""

    def __init__(self, *lines: str, is_guided: bool = True) -> None:
        super().__init__(english, is_guided)
        self._lines = list(lines)
        self.shown: list[str] = []

    def say(self, *lines: str) -> None:
        self.shown.extend(lines)

    def read(self, prompt: str) -> str:
        self.shown.append(prompt)
        if not self._lines:
            raise CommandError("The input ended before the last answer.")
        return self._lines.pop(0)

    def read_secret(self, prompt: str) -> str:
        return self.read(prompt)

    @property
    def left(self) -> list[str]:
        """The lines that have not been typed yet."""
        return self._lines
