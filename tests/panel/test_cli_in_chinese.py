"""Every command, option and error path of the parser, run for a reader of Chinese: no English sentence is printed.

The parser decides what is run, so future commands and options are run too. Commands that change the machine (DANGEROUS)
are only refused here; tests/setup and tests/rollout compare what they print with their catalogue.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import pytest

from minipanel.cli import root
from minipanel.rollout.engine import Engine
from tests.panel.commands import running_panel, written_config
from tests.panel.test_cli_chinese import COMMANDS

LEAVES = {" ".join(words): command for words, command in COMMANDS.items() if not hasattr(command, "commands")}

DANGEROUS = {"setup", "rollback", "restore", "panel serve", "serve", "try"}

SAMPLES = {
    "NODESET": "node[001-002]", "NODE": "node001", "ADDRESSES": "10.0.9.[1-2]", "ADDRESS": "ops@example.org", "ID": "7",
    "TIME": "2h", "TEXT": "why", "RULE": "down", "RULES": "down", "NAME": "hall", "ROLE": "viewer", "SCOPE": "read",
    "DAYS": "5", "N": "5", "KEY": "name", "SECONDS": "5", "CHANNEL": "mail", "FILE": "{folder}/file",
    "DIR": "{folder}/dir",
}  # fmt: skip
"""A value that each kind of argument may have, by its metavar."""

LEFT_OUT = {"--yes": "rolls out, and removes, without a question"}


def lines() -> Iterator[str]:
    """Yield command lines: each command with what it needs, also with each option, and ones that are refused."""
    yield from usual_lines()
    for name, command in LEAVES.items():
        line = with_what_it_needs(name, command)
        yield f"{name} --nope"
        yield f"{name} {'x ' * 9}"
        if line != name:
            yield name
        for option in options(command):
            if option.opts[0] in LEFT_OUT:
                continue
            if name not in DANGEROUS and not option.required:
                yield f"{line} {option.opts[0]} {'' if option.is_flag else sample(option)}"
            if not option.is_flag:
                yield f"{line} {option.opts[0]}"
            if not option.is_flag and not kinds(option) & {str, Path}:
                yield f"{line} {option.opts[0]} ？"


def usual_lines() -> Iterator[str]:
    """Yield each command with what it needs."""
    yield from (with_what_it_needs(name, each) for name, each in LEAVES.items() if name not in DANGEROUS)


def with_what_it_needs(name: str, command: Any) -> str:
    needed = [sample(each) for each in command.params if each.param_type_name == "argument" and each.required]
    needed += [word for each in options(command) if each.required for word in (each.opts[0], sample(each))]
    return " ".join([name, *needed])


def options(command: Any) -> list[Any]:
    return [each for each in command.params if each.param_type_name == "option" and each.opts[0] != "--config"]


def sample(parameter: Any) -> str:
    choices = sorted(each for each in kinds(parameter) if isinstance(each, str))
    return choices[0] if choices else SAMPLES.get(parameter.metavar or "", "5")


def kinds(parameter: Any) -> set[Any]:
    """Return what a parameter may be: types, and words to choose from."""
    annotation = parameter.type_descriptor.annotation
    parts = [part for each in get_args(annotation) or (annotation,) for part in get_args(each) or (each,)]
    return set(parts) - {NoneType}


COMMANDS_NAMED = re.compile(
    r"(?:minipanel|scripts/run|systemctl|journalctl|ssh-copy-id|ssh-keygen|sudo|dnf|apt-get|chown|umask|curl|"
    r"Defaults:|firewall-cmd|timedatectl|chronyc|munge|restorecon|install\.sh)(?: +[\w./@:=+*<>\[\],-]+)*"
)
ENGLISH = re.compile(r"\b[A-Za-z]{2,}[;:]?(?: [A-Za-z]+[;:]?){2,}")
"""Three words in a row that are neither a command nor a list of names."""


def english_in(text: str) -> list[str]:
    """Return the lines with English sentences in them."""
    return [line for line in text.splitlines() if ENGLISH.search(COMMANDS_NAMED.sub("", line))]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Return what a command line prints, with this config.toml."""
    for name in ("LC_ALL", "LANGUAGE", "LC_MESSAGES", "LC_CTYPE", "TERM", "MINIPANEL_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    # Made once: it takes longer than the command.
    monkeypatch.setattr(root, "cli", COMMANDS[()])
    # No node is visited: each is reported as interrupted.
    monkeypatch.setattr(Engine, "run", lambda *_: None)

    def said(line: str, config: Path) -> tuple[str, str]:
        words = line.format(folder=tmp_path).replace("node[ ", "node[").split()
        takes_config = any(each.opts[0] == "--config" for each in command_of(words).params)
        monkeypatch.setattr(sys, "argv", ["minipanel", *words, *(["--config", str(config)] if takes_config else [])])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit):
            root.main()
        captured = capsys.readouterr()
        return captured.out, captured.err

    return said


def command_of(words: list[str]) -> Any:
    return next(LEAVES[name] for name in sorted(LEAVES, key=len, reverse=True) if " ".join(words).startswith(name))


def findings(say: Any, config: Path, lines: Iterable[str]) -> list[str]:
    bad = []
    for line in lines:
        out, err = say(line, config)
        if "--json" in line.split() and out.strip():
            json.loads(out)
            out = ""
        bad += [f"{line}: {each}" for each in english_in(out + err)]
    return bad


def test_without_a_configuration_nothing_is_printed_in_english(say: Any, tmp_path: Path) -> None:
    assert findings(say, tmp_path / "none.toml", usual_lines()) == []


def test_without_a_panel_nothing_is_printed_in_english(say: Any, tmp_path: Path) -> None:
    assert findings(say, written_config(tmp_path).path, lines()) == []


def test_with_a_panel_nothing_is_printed_in_english(say: Any, tmp_path: Path) -> None:
    config = written_config(tmp_path)
    with running_panel(config):
        assert findings(say, config.path, usual_lines()) == []
