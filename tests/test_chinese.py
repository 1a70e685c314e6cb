"""The Chinese of all that people read in a terminal: none is missing, and none has English punctuation."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel import translations
from minipanel.commands import status
from minipanel.translations.phrases import phrases
from minipanel.translations.status import CHINESE as STATUS
from minipanel.translations.troubles import CHINESE as TROUBLES
from tests.punctuation import HALF_WIDTH

ROOT = Path(__file__).resolve().parent.parent
ROOMS_OF_TROUBLE = (
    "commands/overview.py",
    "commands/forecast.py",
    "commands/backup_overview.py",
    "machine/health.py",
    "database/connection.py",
    "database/newest.py",
    "database/schema.py",
    "database/copy.py",
    "services/backups.py",
)
"""Where the sentences about what may be wrong are made."""


def catalogues() -> dict[str, dict[str, str]]:
    names = [module.name for module in pkgutil.iter_modules(translations.__path__)]
    modules = {name: importlib.import_module(f"{translations.__name__}.{name}") for name in names}
    return {name: module.CHINESE for name, module in modules.items() if hasattr(module, "CHINESE")}


@pytest.mark.parametrize("name", catalogues())
def test_chinese_has_chinese_punctuation(name: str) -> None:
    assert [chinese for chinese in catalogues()[name].values() if HALF_WIDTH.search(chinese)] == []


@pytest.mark.parametrize("name", catalogues())
def test_both_languages_hold_the_same_values(name: str) -> None:
    assert [
        english for english, chinese in catalogues()[name].items() if values_in(english) != values_in(chinese)
    ] == []


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_line_of_status_has_its_chinese_and_none_is_left_over() -> None:
    states = {"up", "down", "never", "disabled"}
    assert translated(Path(str(status.__file__))) | states == set(STATUS)


def translated(path: Path) -> set[str]:
    """Return what a file gives to t()."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("t", "self._t")
        if isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("path", ROOMS_OF_TROUBLE)
def test_every_trouble_that_status_may_tell_has_its_chinese(path: str) -> None:
    say = phrases(TROUBLES, {"LANG": "zh_CN.UTF-8"})
    assert [sentence for sentence in sentences(ROOT / "minipanel" / path) if say(sentence) == sentence] == []


def sentences(path: Path) -> Iterator[str]:
    """Yield each sentence that stands in a file, with an X1 where it has a value. Docstrings and log lines are none."""
    tree = ast.parse(path.read_text("utf-8"))
    passed_over = {id(inner) for node in ast.walk(tree) if is_passed_over(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in passed_over or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X1" for part in parts_of(node))
        text = re.sub(r"{\w+}", "X1", text)
        if re.fullmatch(r"([A-Z\[]|munged ).* .*\.", text, re.DOTALL):
            yield text


def parts_of(node: ast.Constant | ast.JoinedStr) -> list[ast.expr]:
    return node.values if isinstance(node, ast.JoinedStr) else [node]


def is_passed_over(node: ast.AST) -> bool:
    """True for what is read by nobody at a terminal; the parts of a text are looked at with the whole."""
    if isinstance(node, ast.JoinedStr):
        return False
    is_text_alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text_alone or (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."))
