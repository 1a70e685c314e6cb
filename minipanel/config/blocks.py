"""The [[nodes]] and [[users]] of config.toml as lines of text: cut out and put in without touching a line around them.

tomlkit takes the comments between two sections for the end of the first and loses them with it; here they stay.
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
    """Return whether the `count` items of a list stand in [[name]] sections, not in name = [{...}]."""
    lines = text.split("\n")
    # Below a header it is a key of that section: [[groups]] has nodes too.
    before_sections = takewhile(lambda line: not _HEADER.match(line), lines)
    is_inline = any(re.match(rf"\s*{name}\s*=", line) for line in before_sections)
    return len(_sections(lines, name)) == count and not is_inline


def with_sections(text: str, name: str, rendered: Iterable[str], after: str = "") -> str:
    """Return the text with these sections after the last [[name]]; where it has none, after [after] or at its end."""
    lines = text.split("\n")
    sections = _sections(lines, name) or (_sections(lines, after, is_list=False) if after else [])
    end = sections[-1].stop if sections else _after_last(lines, 0, len(lines), _BLANK)
    # A file with Windows' line ends gets them in its new lines too.
    mark = "\r" if "\r\n" in text else ""
    new = [line + mark for section in rendered for line in ("", *section.splitlines())]
    return "\n".join([*lines[:end], *new, *(lines[end:] or [""])])


def with_changed_nodes(text: str, changes: Mapping[int, Mapping[str, str]]) -> str:
    """Return the text with keys of nodes set, by the node's place in the list, from 0; comments in a section stay.

    A `name` that the section has not is not set: it is the hostname. Raises TOMLKitError.
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
    """Return the text without the sections whose place in the list, from 0, is gone. What stands before them stays."""
    lines = text.split("\n")
    for index, section in reversed(list(enumerate(_sections(lines, name)))):
        if is_gone(index):
            del lines[section.start : section.stop]
            if section.start and _BLANK.match(lines[section.start - 1]):
                del lines[section.start - 1]
    return "\n".join(lines)


def _sections(lines: list[str], name: str, is_list: bool = True) -> list[range]:
    """Return the lines of each [[name]]: from the header to its last key, without the comments that follow."""
    wanted = re.compile(rf"\s*\[\[\s*{name}\s*\]\]\s*(#|$)" if is_list else rf"\s*\[\s*{name}\s*\]\s*(#|$)")
    headers = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    ends = [*headers[1:], len(lines)]
    return [
        range(start, _after_last(lines, start + 1, end, _NO_KEY))
        for start, end in zip(headers, ends, strict=True)
        if wanted.match(lines[start])
    ]


def _after_last(lines: list[str], start: int, end: int, passed_over: re.Pattern[str]) -> int:
    """Return the place after the last line from start to end that is not to be skipped."""
    while end > start and passed_over.match(lines[end - 1]):
        end -= 1
    return end
