"""The docs have all commands, options, keys, routes and outcomes, and no others, in each language."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING
from pathlib import Path
from typing import Any, get_args

import pytest
from minipanel_agent.config import KEYS as AGENT_KEYS
from minipanel_agent.config import Config as AgentConfig
from typer.main import get_command

from minipanel.alerts.channel_config import CHANNEL
from minipanel.cli import cli
from minipanel.config import values
from minipanel.config.template import as_toml
from minipanel.models.gap import Reason
from minipanel.rollout.outcome import Word
from minipanel.sections import ROOMS
from minipanel.setup.look.machine import DISK_BYTES, MEMORY_BYTES
from minipanel.translations.catalogue import in_chinese
from tests.pages import CHINESE, ENGLISH, LANGUAGES, ROOT, blocks, code, rows, words
from tests.test_contract import AGENTS, ANYONE, USERS, without_names

OPTION_TABLES = {"docs/install.md": "setup", "docs/rollout.md": "rollout", "docs/reference.md": "try"}
"""On these pages an option without a command belongs to this command."""

EVERYWHERE = {"--help", "--config"}
"""Explained once for all commands."""

OPTION = re.compile(r"(?<!\S)--[a-z-]+")

SECTIONS = (
    values.SERVER,
    values.ADMIN,
    values.USERS,
    values.DATABASE,
    values.AGENTS,
    values.HOSTS,
    *ROOMS,
    CHANNEL,
    values.NODES,
    values.GROUPS,
)

in_each_language = pytest.mark.parametrize("pages", LANGUAGES.values(), ids=LANGUAGES.keys())


@pytest.mark.parametrize(("language", "pages"), list(enumerate(LANGUAGES.values())), ids=LANGUAGES.keys())
def test_the_panels_table_says_for_each_key_what_its_declaration_says(language: int, pages: list[Path]) -> None:
    told = [f"| {' | '.join(row)} |" for row in rows(pages, "key", "键") if row[0].startswith("`[")]
    assert "\n".join(told) == "\n".join(declared_rows(language))


def declared_rows(language: int) -> Iterator[str]:
    """The table, made from the declarations; keys with the same meaning share a row."""
    for section in SECTIONS:
        place = (
            f"[[{section.name}]]"
            if section in (values.NODES, values.USERS, values.GROUPS, CHANNEL)
            else f"[{section.name}]"
        )
        groups: list[tuple[str, list[str], list[str]]] = []
        for name, (key, default) in section.keys.items():
            meaning = (key.english, key.chinese)[language]
            if meaning:
                groups.append((meaning, [], []))
            groups[-1][1].append(f"`{place} {name}`")
            is_said = default in (None, "", MISSING)
            groups[-1][2].append(key.words[language] if is_said else f"`{as_toml(default, Path())}`")
        for meaning, names, defaults in groups:
            comma = (", ", "、")[language]
            yield f"| {comma.join(names)} | {comma.join(dict.fromkeys(defaults))} | {meaning} |"


def value(cell: str) -> object:
    """Return the value of a cell with TOML in `code`."""
    return tomllib.loads(f"told = {cell[1:-1]}")["told"]


@in_each_language
def test_the_agents_table_has_every_key_once_with_its_real_default(pages: list[Path]) -> None:
    told = {code(row[0])[0]: row[1] for row in rows(pages, "key", "键") if not row[0].startswith("`[")}
    assert list(told) == list(AGENT_KEYS)
    config = AgentConfig({"server_url": "http://10.0.0.1:8080", "node_id": "node001"})
    real = {key: getattr(config, key) for key in told if key not in ("server_url", "node_id")}
    assert {key: value(told[key]) if code(told[key]) else "" for key in real} == real


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the name of each command without subcommands: "status", "nodes add"; also of those that no help shows."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, below in inner.items():
        yield from commands(below, f"{name} {word}".lstrip())


CALLABLE = dict(commands(get_command(cli)))
COMMANDS = {name: command for name, command in CALLABLE.items() if not command.hidden}


@in_each_language
def test_a_command_that_is_named_is_there(pages: list[Path]) -> None:
    named = [word for word in words(*pages) if re.match(r"minipanel [a-z]", word)]
    assert [word for word in [*named, *shown_commands(pages)] if speaker_of(word) is None] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_its_usage(command: str) -> None:
    line = [sys.executable, "-m", "minipanel", *command.split(" "), "--help"]
    result = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "Usage" in result.stdout


@in_each_language
def test_a_command_in_a_block_has_real_options(pages: list[Path]) -> None:
    for line in shown_commands(pages):
        assert set(OPTION.findall(line)) <= options_of(speaker_of(line)), line


def shown_commands(pages: list[Path]) -> list[str]:
    """Return the calls of MiniPanel's own commands in shell blocks: minipanel status"""
    shell = [
        line.split("#")[0] for page in pages for block in blocks(page) if "```sh" in block for line in block.split("\n")
    ]
    calls = [call.strip() for line in shell for call in line.split("&&")]
    return [call for call in calls if re.match(r"minipanel |(sudo )?\./install\.sh", call)]


@in_each_language
def test_every_command_is_explained(pages: list[Path]) -> None:
    told = [word.removeprefix("minipanel ") for row in rows(pages, "command", "命令") for word in code(row[0])]
    assert {speaker_of(word) for word in told} >= set(COMMANDS)


@in_each_language
@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_explained_and_no_other(command: str, pages: list[Path]) -> None:
    told = {option for speaker, option in named_options(pages) if speaker == command}
    assert told - EVERYWHERE == options_of(command) - EVERYWHERE


def options_of(command: str | None) -> set[str]:
    parameters = CALLABLE[command].params if command else []
    return {option for parameter in parameters for option in parameter.opts if option.startswith("--")}


def named_options(pages: list[Path]) -> Iterator[tuple[str | None, str]]:
    """Yield (command, option) for each option in `code`: after its command, or without it on the command's page."""
    for page in pages:
        own = OPTION_TABLES.get(str(page.relative_to(ROOT)).replace(".zh-CN", ""))
        for word in words(page):
            for option in OPTION.findall(word):
                yield own if word.startswith("--") else speaker_of(word), option


def speaker_of(word: str) -> str | None:
    """install.sh --port 8081 -> setup, minipanel nodes add --name NAME -> nodes add"""
    said = re.sub(r"^(\S*/)?install\.sh", "setup", word.removeprefix("sudo ").removeprefix("minipanel "))
    return next((name for name in CALLABLE if f"{said} ".startswith(f"{name} ")), None)


@in_each_language
def test_every_variable_of_the_set_up_is_beside_its_option(pages: list[Path]) -> None:
    told = set()
    for option, variable, *_ in rows(pages, "option", "选项"):
        if code(variable) and code(variable)[0].startswith("MINIPANEL_"):
            options = list(dict.fromkeys(re.findall(r"--[a-z-]+", option)))
            told |= set(zip(options, code(variable), strict=True))
    parameters = COMMANDS["setup"].params
    assert told == {(parameter.opts[0], parameter.envvar) for parameter in parameters if parameter.envvar}


@in_each_language
def test_the_table_of_routes_has_every_route_and_no_other(pages: list[Path]) -> None:
    told = [word.split("?")[0].split(" ") for row in rows(pages, "route", "接口") for word in code(row[0])]
    assert {(method, without_names(path)) for method, path in told} == ANYONE | AGENTS | USERS


@in_each_language
def test_a_route_that_is_named_is_there(pages: list[Path]) -> None:
    named = [word.split("?")[0].split(" ") for word in words(*pages) if re.match("(GET|POST|DELETE) /", word)]
    assert {(method, without_names(path)) for method, path in named} <= ANYONE | AGENTS | USERS


def test_every_outcome_of_a_roll_out_is_explained_and_no_other() -> None:
    labels = [word.value.replace("_", " ") for word in Word]
    english = [label for row in rows(ENGLISH, "outcome") for label in row[0].split(", ")]
    chinese = [label for row in rows(CHINESE, "结果") for label in row[0].split("、")]
    assert sorted(english) == sorted(labels)
    assert sorted(chinese) == sorted(in_chinese(label) for label in labels)


@in_each_language
def test_every_reason_of_a_gap_is_explained_and_no_other(pages: list[Path]) -> None:
    assert [code(row[0])[0] for row in rows(pages, "reason", "原因")] == list(get_args(Reason))


@in_each_language
def test_the_pages_ask_for_the_memory_and_disk_that_the_set_up_looks_for(pages: list[Path]) -> None:
    needed = (MEMORY_BYTES // 10**6, DISK_BYTES // 10**9)
    told = re.compile(r"(\d+) MB\s(?:of memory|内存)(?:,| and|和|、)\s?(\d+) GB\s(?:of disk|磁盘)")
    found = {page.name: [tuple(map(int, pair)) for pair in told.findall(page.read_text())] for page in pages}
    assert [pairs for pairs in found.values() if pairs] == [[needed]] * 2, found  # README and the install page
