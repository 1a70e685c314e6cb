"""Adds and removes [[nodes]] and [[users]] of config.toml as lines of text, without touching the lines around them.

tomlkit treats comments between two sections as the end of the first, and removes them with it. Here they stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from typing import Any

import tomlkit

_HEADER = re.compile(r"\s*\[")
_BLANK = re.compile(r"\s*$")
_NO_KEY = re.compile(r"\s*(#|$)")


def are_sections(text: str, name: str, count: int) -> bool:
    """Return whether the `count` items of a list are written as [[name]] sections, not as name = [{...}]."""
    lines = text.split("\n")
    # Below a header it is a key of that section: [[groups]] has a key nodes too.
    before_sections = takewhile(lambda line: not _HEADER.match(line), lines)
    is_inline = any(re.match(rf"\s*{name}\s*=", line) for line in before_sections)
    return len(_sections(lines, name)) == count and not is_inline


def with_sections(text: str, name: str, rendered: Iterable[str], after: str = "") -> str:
    """Return the text with these sections after the last [[name]]; if there is none, after [after] or at the end."""
    lines = text.split("\n")
    sections = _sections(lines, name) or (_sections(lines, after, is_list=False) if after else [])
    end = sections[-1].stop if sections else _after_last(lines, 0, len(lines), _BLANK)
    # A file with Windows line ends gets them in its new lines too.
    mark = "\r" if "\r\n" in text else ""
    new = [line + mark for section in rendered for line in ("", *section.splitlines())]
    return "\n".join([*lines[:end], *new, *(lines[end:] or [""])])


def with_changed_nodes(text: str, changes: Mapping[int, Mapping[str, str]]) -> str:
    """Return the text with keys of nodes set, by the node's place in the list, from 0. Comments in a section stay.

    `name` is set only in a section that has it; otherwise the name is the hostname. Raises TOMLKitError.
    """
    lines = text.split("\n")
    sections = _sections(lines, "nodes")
    for index, values in sorted(changes.items(), reverse=True):
        section = sections[index]
        document: Any = tomlkit.parse("\n".join(lines[section.start : section.stop]))
        node = document["nodes"][0]
        for key, value in values.items():
            if key != "name" or key in node:
                node[key] = value
        lines[section.start : section.stop] = document.as_string().split("\n")
    return "\n".join(lines)


def without_sections(text: str, name: str, is_gone: Callable[[int], bool]) -> str:
    """Return the text without the sections for whose place in the list, from 0, `is_gone` is true. Comments stay."""
    lines = text.split("\n")
    for index, section in reversed(list(enumerate(_sections(lines, name)))):
        if is_gone(index):
            del lines[section.start : section.stop]
            if section.start and _BLANK.match(lines[section.start - 1]):
                del lines[section.start - 1]
    return "\n".join(lines)


def _sections(lines: list[str], name: str, is_list: bool = True) -> list[range]:
    """Return the line numbers of each [[name]]: from its header to its last key, without the comments that follow."""
    wanted = re.compile(rf"\s*\[\[\s*{name}\s*\]\]\s*(#|$)" if is_list else rf"\s*\[\s*{name}\s*\]\s*(#|$)")
    headers = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    ends = [*headers[1:], len(lines)]
    return [
        range(start, _after_last(lines, start + 1, end, _NO_KEY))
        for start, end in zip(headers, ends, strict=True)
        if wanted.match(lines[start])
    ]


def _after_last(lines: list[str], start: int, end: int, skipped: re.Pattern[str]) -> int:
    """Return the line number after the last line from start to end that `skipped` does not match."""
    while end > start and skipped.match(lines[end - 1]):
        end -= 1
    return end
