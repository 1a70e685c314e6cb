"""The commands in the docs' shell blocks, and the values of their placeholders."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.pages import ENGLISH, ROOT, blocks


@dataclass(frozen=True)
class Shown:
    """One shell block on one page: its lines, without trailing comments."""

    page: str
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in tests: its page and its first line."""
        return f"{self.page}: {self.lines[0]}"


def shown_blocks(pages: list[Path] = ENGLISH) -> list[Shown]:
    """Return all shell blocks, each once, however many pages show it. test_docs.py keeps both languages the same."""
    found: dict[tuple[str, ...], Shown] = {}
    for page in pages:
        for block in blocks(page):
            if block.startswith("```sh\n"):
                text = "\n".join(block.split("\n")[1:-1])
                lines = tuple(line for line in whole_commands(text) if line)
                found.setdefault(lines, Shown(str(page.relative_to(ROOT)), lines))
    return list(found.values())


def without_comment(line: str) -> str:
    """minipanel rollout   # all nodes -> minipanel rollout"""
    return re.sub(r"(^|\s+)# .*$", "", line).strip()


def whole_commands(text: str) -> Iterator[str]:
    """Yield the commands of a block, each on one line: joins lines continued by a backslash, a pipe or a quotation."""
    command = ""
    for line in text.split("\n"):
        command += line.strip()
        if command.endswith("\\"):
            command = command[:-1]
        elif not command.endswith("|") and is_closed(command):
            yield without_comment(command)
            command = ""
        else:
            command += " "


def is_closed(command: str) -> bool:
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return False
    return True


def own_calls(line: str) -> list[list[str]]:
    """Return the words of each call of MiniPanel's own commands in a shell line; install.sh counts as `setup`."""
    tokens = shlex.shlex(line, posix=True, punctuation_chars=True)
    tokens.whitespace_split = True
    calls: list[list[str]] = [[]]
    is_target = False
    for token in tokens:
        if set(token) <= set("|&;()"):
            calls.append([])
        elif set(token) <= set("<>"):
            is_target = True
        elif is_target:
            is_target = False
        else:
            calls[-1].append(token)
    return [found for call in calls if (found := own_call(call)) is not None]


def own_call(words: list[str]) -> list[str] | None:
    words = words[1:] if words[:1] == ["sudo"] else words
    if words[:1] == ["minipanel"]:
        return words[1:]
    if words and words[0].endswith("install.sh"):
        return ["setup", *words[1:]]
    if words and words[0].endswith("distribute-agents.sh"):
        return ["rollout", *words[1:]]
    return None
