"""The command line accepts every command that the docs show: its name, its options, its values.

tests/cluster/test_docs_shown.py runs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from minipanel.cli import cli
from tests.pages import CHINESE, ENGLISH, words
from tests.shown import own_calls, shown_blocks

PLACEHOLDERS = {
    "ADDRESS": "10.0.1.65",
    "ADDRESSES": "10.0.1.[65-128]",
    "DAYS": "30",
    "DIR": "/srv/images/el9",
    "FILE": "/backup/data.db",
    "HOST": "127.0.0.1",
    "KEY": "cpu",
    "N": "32",
    "NAME": "node007",
    "NODE": "node007",
    "NODESET": "node[001-064]",
    "PASSWORD": "correct horse",
    "PORT": "8081",
    "SECONDS": "60",
    "URL": "http://10.0.0.1:8080",
}
"""What a reader puts in for a word in capitals."""

SHOWN = shown_blocks()
LINES = [(shown.name, line) for shown in SHOWN for line in shown.lines if own_calls(line)]


def parse(given: list[str]) -> tuple[str, list[str]]:
    """Return the command that these words name, and its missing arguments. Raises for anything else."""
    command: Any = get_command(cli)
    context = command.make_context("minipanel", list(given))
    name = ""
    while hasattr(command, "commands") and (rest := [*context._protected_args, *context.args]):
        word, command, rest = command.resolve_command(context, rest)
        name = f"{name} {word}".strip()
        if not rest and hasattr(command, "commands"):
            return name, []  # a group without a command shows its help
        try:
            context = command.make_context(word, list(rest), parent=context)
        except Exception as error:
            if type(error).__name__ in ("MissingParameter", "NoArgsIsHelpError"):
                return name, [str(error)]
            raise
    return name, []


@pytest.mark.parametrize(("shown", "line"), LINES, ids=[f"{name} | {line}" for name, line in LINES])
def test_a_command_in_a_block_is_accepted_as_written(shown: str, line: str) -> None:
    for call in own_calls(line):
        name, missing = parse(call)
        assert name, line
        assert not missing, f"{shown} shows {line}: {missing}"


def named_commands() -> Iterator[str]:
    """Yield each command that a page sets in `code` in its text, with real values in place of its capitals."""
    for word in dict.fromkeys(words(*ENGLISH, *CHINESE)):
        said = re.sub(r"\[([A-Z]+)\]", r"\1", word)
        if re.match(r"(sudo )?(minipanel |(\./)?install\.sh)", said) and "…" not in said:
            yield re.sub(r"(?<![\w-])[A-Z]+(?![\w-])", lambda found: PLACEHOLDERS.get(found[0], found[0]), said)


@pytest.mark.parametrize("line", sorted(set(named_commands())))
def test_a_command_that_is_named_is_taken_too(line: str) -> None:
    """Without all its arguments a command is only mentioned; unknown options and wrong values are still errors."""
    for call in own_calls(line):
        if call not in (["--version"], ["--help"]):
            name, _ = parse(call)
            assert name, line


@pytest.mark.parametrize("line", ["minipanel bogus", "minipanel rollout --forse", "minipanel rollout --fanout many",
                                  "minipanel doctor --json extra"])  # fmt: skip
def test_what_the_command_line_does_not_accept_is_found(line: str) -> None:
    (call,) = own_calls(line)
    with pytest.raises(Exception, match=r"No such|a valid integer|unexpected extra"):
        parse(call)
