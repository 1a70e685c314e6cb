"""The command line for a reader of Chinese: help and usage errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.exceptions import TyperException
from typer.main import get_command

from minipanel.cli import cli
from minipanel.cli.help import show_error
from minipanel.translations.cli import HELP
from minipanel.translations.columns import width, wrapped
from minipanel.translations.language import translator
from tests.panel.commands import run
from tests.punctuation import HALF_WIDTH


def commands(command: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for word, below in getattr(command, "commands", {}).items():
        yield from commands(below, *words, word)


COMMANDS = dict(commands(get_command(cli)))


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")


def test_all_that_help_says_has_its_chinese_and_none_is_left_over() -> None:
    """If it fails: minipanel/translations/cli.py has every command's help with its Chinese."""
    said = {text for command in COMMANDS.values() for text in helps(command)}
    say = translator()
    assert [text for text in sorted(said) if say(text) == text] == []
    found = {say(text) for text in said}
    assert [english for english, chinese in HELP.items() if "{" not in english and chinese not in found] == []


def helps(command: Any) -> set[str]:
    context = command.make_context("minipanel", [], resilient_parsing=True)
    parameters = [*command.params, command.get_help_option(context)]
    return {text for text in (command.help, *(getattr(each, "help", None) for each in parameters)) if text}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_is_chinese_and_fits_the_terminal(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    get_command(cli).main([*words, "--help"], prog_name="minipanel", standalone_mode=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"用法：{' '.join(['minipanel', *words])} [选项]")
    assert "选项：" in lines
    assert [line for line in lines if HALF_WIDTH.search(line) or width(line) > 80] == []
    for english in ("Usage", "Options:", "Arguments:", "Commands:", "default:", "env var:"):
        assert english not in "\n".join(lines)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("rolout", "没有命令 'rolout'。是否要用 'rollout'？"),
        ("xyz", "没有命令 'xyz'。"),
        ("nodes add", "缺少参数 'NODESET'。"),
        ("status --nope", "没有选项 --nope。"),
        ("status --jsn", "没有选项 --jsn。相近的选项：--json"),
        ("doctor x y", "多余的参数：x y"),
        ("rollout --fanout", "选项 '--fanout' 需要一个值。"),
        ("rollout --force=3", "选项 '--force' 不带值。"),
        ("rollout --fanout 2000", "'--fanout' 的值无效：须不大于 1024。"),
        ("rollout --fanout x", "'--fanout' 的值无效：须为整数。"),
        ("rollout --timeout 0", "'--timeout' 的值无效：须不小于 1。"),
        ("rollout --timeout x", "'--timeout' 的值无效：须为数字。"),
        ("try --auth foo", "'--auth' 的值无效：'foo' 不是可选值；可选 'munge', 'token'。"),
        (
            "setup --tls x",
            "'--tls'（环境变量 'MINIPANEL_TLS'）的值无效：'x' 不是可选值；可选 'no', 'own', 'self-made'。",
        ),
    ],
)
def test_a_line_that_can_not_be_parsed_is_reported_in_chinese(
    line: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TyperException) as refused:
        get_command(cli).main(line.split(), prog_name="minipanel", standalone_mode=False)
    show_error(refused.value)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == f"错误：{sentence}"
    assert [each for each in lines if HALF_WIDTH.search(each)] == []


def test_it_ends_as_for_any_other_reader() -> None:
    done = run("doctor", "--nope", LC_ALL="zh_CN.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "用法：minipanel doctor [选项]",
        "用 minipanel doctor --help 查看帮助。",
        "",
        "错误：没有选项 --nope。",
    ]
    done = run("nodes", LC_ALL="zh_CN.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[:3] == [
        "用法：minipanel nodes [选项] 命令 [参数]...",
        "",
        "  管理 config.toml 中的节点。",
    ]


def test_lines_are_broken_by_the_width_of_characters_on_the_terminal() -> None:
    assert wrapped("中文中文，abc def。", 9) == ["中文中", "文，abc", "def。"]
    assert wrapped("", 9) == [""]
    assert wrapped("abcdefghijkl", 5) == ["abcdefghijkl"]
    assert wrapped("down: a[1,3],b[2],c", 7) == ["down:", "a[1,3],", "b[2],c"]
