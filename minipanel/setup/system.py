"""The machine to set up: its files below one root, its commands along one search path."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from minipanel.errors import CommandError

# sudo and cron may leave out the folders of system commands.
SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

NOT_FOUND = 127
TIMED_OUT = 124


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished command: its exit code (127: not found, 124: timed out) and its output."""

    code: int
    stdout: str = ""
    stderr: str = ""

    @property
    def is_done(self) -> bool:
        """True if the exit code is 0."""
        return self.code == 0

    @property
    def last_words(self) -> str:
        """The last line of stderr, or else of stdout: usually the reason for a failure."""
        lines = [line.strip() for text in (self.stdout, self.stderr) for line in text.splitlines() if line.strip()]
        return lines[-1] if lines else f"exit code {self.code}"


@dataclass(frozen=True, slots=True)
class System:
    """The machine. Tests use a folder of files as `root`, and a folder of commands as `search`.

    `deadline`, by time.monotonic(): no command runs beyond it.
    """

    root: Path = Path("/")
    search: str = SEARCH
    user_id: int = 0
    deadline: float = math.inf

    def path(self, absolute: str | Path) -> Path:
        """Return where a file of the machine is: /etc/hosts -> <root>/etc/hosts."""
        return self.root / str(absolute).lstrip("/")

    def read(self, absolute: str | Path) -> str:
        """Return a file's text, "" if it does not exist or can't be read."""
        try:
            return self.path(absolute).read_text("utf-8", "replace")
        except OSError:
            return ""

    def has(self, command: str) -> bool:
        """Return whether this command exists."""
        return shutil.which(command, path=self.search) is not None

    def run(self, command: str, *words: str, seconds: float = 60, stdin: str = "") -> Ended:
        """Run a command in English, without a terminal. Raises nothing: see Ended."""
        program = shutil.which(command, path=self.search)
        if program is None:
            return Ended(NOT_FOUND, stderr=f"{command}: command not found")
        environment = {**os.environ, "PATH": self.search, "LC_ALL": "C"}
        seconds = max(0.0, min(seconds, self.deadline - time.monotonic()))
        try:
            done = subprocess.run(
                [program, *words], input=stdin, capture_output=True, text=True, errors="replace", timeout=seconds,
                check=False, env=environment, cwd="/",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Ended(TIMED_OUT, stderr=f"{command} gave no answer within {seconds:.2g} seconds")
        except OSError as error:
            return Ended(NOT_FOUND, stderr=f"{command}: {error.strerror}")
        return Ended(done.returncode, done.stdout, done.stderr)

    def must_run(self, command: str, *words: str, seconds: float = 60) -> str:
        """Run a command that must succeed. Returns its stdout. Raises CommandError."""
        outcome = self.run(command, *words, seconds=seconds)
        if not outcome.is_done:
            raise CommandError("`{command}`: {reason}", command=" ".join([command, *words]), reason=outcome.last_words)
        return outcome.stdout
