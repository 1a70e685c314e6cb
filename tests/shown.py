"""The commands that the docs show in blocks of shell, and what stands for their placeholders."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.pages import ENGLISH, ROOT, blocks


@dataclass(frozen=True)
class Shown:
    """One block of shell on one page: its lines, without the comments behind them."""

    page: str
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a test calls it: its page and its first line."""
        return f"{self.page}: {self.lines[0]}"


def shown_blocks(pages: list[Path] = ENGLISH) -> list[Shown]:
    """Return all blocks of shell, each once, however many pages show it. test_docs.py holds both languages alike."""
    found: dict[tuple[str, ...], Shown] = {}
    for page in pages:
        for block in blocks(page):
            if block.startswith("```sh\n"):
                lines = tuple(line for text in block.split("\n")[1:-1] if (line := without_comment(text)))
                found.setdefault(lines, Shown(str(page.relative_to(ROOT)), lines))
    return list(found.values())


def without_comment(line: str) -> str:
    """minipanel rollout   # all nodes -> minipanel rollout"""
    return re.sub(r"(^|\s+)# .*$", "", line).strip()


def own_calls(line: str) -> list[list[str]]:
    """Return the words of each call of MiniPanel's own command in a line of shell, install.sh as `setup`."""
    calls = []
    for part in re.split(r"&&|\|\||;|\|", re.sub(r"\d?>\S+", "", line)):
        words = shlex.split(part, comments=True)
        words = words[1:] if words[:1] == ["sudo"] else words
        if words[:1] == ["minipanel"]:
            calls.append(words[1:])
        elif words and words[0].endswith("install.sh"):
            calls.append(["setup", *words[1:]])
        elif words and words[0].endswith("distribute-agents.sh"):
            calls.append(["rollout", *words[1:]])
    return calls
