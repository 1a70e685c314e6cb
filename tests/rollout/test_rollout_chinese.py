"""Every sentence of the roll-out has its Chinese, and no Chinese is left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from minipanel.rollout.outcome import Word
from minipanel.translations.rollout import CHINESE

PACKAGE = Path(__file__).resolve().parent.parent.parent / "minipanel" / "rollout"
TITLES = {"Outcome", "Count", "Nodes", "Why"}


def said() -> set[str]:
    """Return every text that is given to say(), whether directly or by the name `template`."""
    sentences = {word.value.replace("_", " ") for word in Word} | TITLES
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _is_say(node.func) and isinstance(node.args[0], ast.Constant):
                sentences.add(str(node.args[0].value))
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "template":
                sentences.add(ast.literal_eval(node.value))
    return sentences


def _is_say(function: ast.expr) -> bool:
    return ast.unparse(function) in ("say", "self.say", "self._say")


def test_every_sentence_has_its_chinese() -> None:
    assert sorted(said() - set(CHINESE)) == []


def test_no_chinese_is_left_over() -> None:
    assert sorted(set(CHINESE) - said()) == []


def test_both_languages_have_the_same_gaps() -> None:
    gaps = re.compile(r"\{\w+\}")
    differing = [
        english
        for english, chinese in CHINESE.items()
        if sorted(gaps.findall(english)) != sorted(gaps.findall(chinese))
    ]
    assert differing == []
