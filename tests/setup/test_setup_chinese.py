"""The catalogue of the set-up: every sentence that is said is in it, and it holds no other."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel import setup
from minipanel.translations.setup import CHINESE

FOLDER = Path(str(setup.__file__)).parent


def sentences() -> Iterator[str]:
    """Yield what stands in t("...") or self._t("...") anywhere in the folder."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and is_translation(node.func):
                (sentence,) = node.args
                assert isinstance(sentence, ast.Constant), f"{path.name}:{node.lineno} translates no plain text"
                yield str(sentence.value)


def is_translation(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in ("t", "_t")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_has_its_chinese_and_none_is_unused() -> None:
    said = set(sentences())
    assert sorted(said - set(CHINESE)) == []
    assert sorted(set(CHINESE) - said) == []


@pytest.mark.parametrize("english", CHINESE)
def test_both_languages_tell_the_same_values(english: str) -> None:
    assert placeholders(english) == placeholders(CHINESE[english])
