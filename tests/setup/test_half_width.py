"""Input from a Chinese keyboard where node sets, numbers and times are expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipanel.config import kinds
from minipanel.models.half_width import half_width
from minipanel.setup.ask.questions import ask_auth, ask_mail, ask_port, ask_retention
from minipanel.setup.request import Request
from tests.panel.commands import run, written_config
from tests.setup.machine import Machine, TypingScreen

GUIDED = Request(is_guided=True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("！node【０１-０３】、ｎ７，ｂ", "!node[01-03],n7,b"),
        ("１０。０。０。［１－２］", "10.0.0.[1-2]"),
        ("＠ｒａｃｋ３", "@rack3"),
        ("node[01-02]", "node[01-02]"),
        ("计算节点", "计算节点"),
    ],
)
def test_full_width_signs_mean_what_half_width_ones_mean(typed: str, meant: str) -> None:
    assert half_width(typed) == meant


def test_commands_take_node_sets_and_addresses_as_they_are_typed(tmp_path: Path) -> None:
    config = written_config(tmp_path).path
    done = run("nodes", "list", "node【００１】、node００３", "--config", config)
    assert [line.split()[1] for line in done.stdout.splitlines()[1:]] == ["node001", "node003"]
    assert run("nodes", "add", "ｎ【５-６】", "１０．0．0．【５-６】", "--config", config).returncode == 0
    assert 'hostname = "n6"' in config.read_text()
    assert run("nodes", "add", "n7", "10.0.0.7", "--name", "登录（一）", "--config", config).returncode == 0
    assert "登录（一）" in config.read_text()


def test_the_set_up_takes_answers_as_they_are_typed(machine: Machine) -> None:
    assert ask_port(TypingScreen("８０８１"), GUIDED, machine.system) == 8081
    assert ask_retention(TypingScreen("６４"), GUIDED, 32) == 64
    assert ask_auth(TypingScreen("ｔｏｋｅｎ"), GUIDED, "token") == "token"
    assert ask_mail(TypingScreen("a@b、c@d；e＠f"), GUIDED, ()) == ("a@b", "c@d", "e@f")
    assert TypingScreen("ｙ").confirm("?") is True
    assert TypingScreen("Ｎ").confirm("?") is False


def test_a_configuration_takes_times_and_node_sets_as_they_are_typed() -> None:
    assert kinds.duration(0, 3600).parse("３０ｍ", Path()) == 1800
    assert kinds.time_of_day().parse("０３：１５", Path()) == "03:15"
    assert kinds.node_set().parse("gpu【1-2】、n1", Path()) == ("gpu1", "gpu2", "n1")
