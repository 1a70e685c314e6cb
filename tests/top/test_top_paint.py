"""Styles as control sequences, for terminals with many colours, with sixteen and with none."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from minipanel.top.choice import Choice
from minipanel.top.paint import painter_for, palette
from minipanel.top.screen import draw
from minipanel.top.words import words_of
from tests.top.pictures import ENGLISH, fleet, looked_at, picture_of

STYLES = set(palette(None))


def painted(style: str, **environment: str) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, _environ=environment)
    return painter_for(console).painted([("x", style)])


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
        {"TERM": "xterm-256color"},
        {"TERM": "linux"},
        {"TERM": "xterm-256color", "NO_COLOR": "1"},
        {"TERM": "dumb"},
    ],
    ids=["truecolor", "256", "16", "no-color", "dumb"],
)
def test_each_style_has_a_look_in_each_terminal_and_ends_behind_its_text(environment: dict[str, str]) -> None:
    for style in STYLES:
        assert re.fullmatch(r"(?:\x1b\[[0-9;]+mx\x1b\[0m|x)", painted(style, **environment)), style


def test_colours_are_as_many_as_the_terminal_has() -> None:
    assert "48;2;252;228;128" in painted("heat9", TERM="xterm-256color", COLORTERM="truecolor")
    assert "48;2;186;220;252" in painted("load9", TERM="xterm-256color", COLORTERM="truecolor")
    assert "48;5;" in painted("heat9", TERM="xterm-256color")
    assert re.search(r"\[3[07];4[0-7]m", painted("heat9", TERM="linux"))
    assert painted("heat9", TERM="xterm", NO_COLOR="1") == "\x1b[1mx\x1b[0m"
    assert painted("heat1", TERM="xterm", NO_COLOR="1") == "x"


def test_every_style_that_is_used_is_known() -> None:
    nodes = fleet(200)
    pictures = [picture_of(nodes), picture_of(nodes, Choice(mode="help")), picture_of(nodes, lost_seconds=3.0)]
    pictures += [picture_of(nodes, Choice(mode="typing", text="x")), looked_at(nodes, nodes[9].name)]
    frames = [draw(picture, words_of(ENGLISH), 120, 40) for picture in pictures]
    assert {style for frame in frames for line in frame.lines for _, style in line} <= STYLES
