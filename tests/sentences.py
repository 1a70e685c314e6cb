"""The sentences that a room says to people, as they stand in its code."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path


def sentences(folder: Path) -> Iterator[str]:
    """Yield what stands in t("...") or self._t("...") anywhere in the folder."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and is_translation(node.func):
                sentence = node.args[0]
                assert isinstance(sentence, ast.Constant), f"{path.name}:{node.lineno} translates no plain text"
                yield str(sentence.value)


def is_translation(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in ("t", "_t")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
