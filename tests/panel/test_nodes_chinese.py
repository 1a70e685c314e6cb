"""The catalogue of `minipanel nodes`: every sentence that is said is in it, and it holds no other."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel import commands, machine, services
from minipanel.translations import hosts, nodes

COMMANDS, MACHINE, SERVICES = (Path(str(room.__file__)).parent for room in (commands, machine, services))
FILES = {
    nodes: [
        *COMMANDS.glob("*node*.py"),
        COMMANDS / "sync_lines.py",
        COMMANDS / "question.py",
        COMMANDS / "agents_left.py",
        MACHINE / "program.py",
        MACHINE / "reload.py",
        SERVICES / "demo_config.py",
    ],
    hosts: [MACHINE / "hosts_faults.py"],
}
CATALOGUES = pytest.mark.parametrize("catalogue", FILES, ids=lambda module: module.__name__.rpartition(".")[2])


def sentences(files: list[Path]) -> Iterator[str]:
    """Yield what stands in t("...")."""
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
                (sentence,) = node.args
                assert isinstance(sentence, ast.Constant), f"{path.name}:{node.lineno} translates no plain text"
                yield str(sentence.value)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@CATALOGUES
def test_every_sentence_has_its_chinese_and_none_is_unused(catalogue: object) -> None:
    chinese = catalogue.CHINESE  # type: ignore[attr-defined]
    said = set(sentences(FILES[catalogue]))  # type: ignore[index]
    assert sorted(said - set(chinese)) == []
    assert sorted(set(chinese) - said) == []


@pytest.mark.parametrize("english", [*nodes.CHINESE, *hosts.CHINESE])
def test_both_languages_tell_the_same_values(english: str) -> None:
    assert placeholders(english) == placeholders((hosts.CHINESE | nodes.CHINESE)[english])
