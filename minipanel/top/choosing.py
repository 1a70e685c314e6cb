"""Which nodes a typed text selects: parts of names, node sets, "!". The page (web/src/search) understands more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Protocol

from minipanel.errors import BadInput
from minipanel.models.nodeset import expand

_BETWEEN_PARTS = re.compile(r"[\s,]+(?![^\[\]]*\])")
_WHOLE_BRACKET = re.compile(r"\[[^\[\]]*\]")


class Named(Protocol):
    """A node by its names."""

    name: str
    hostname: str


Chosen = Callable[[Named], bool]
_Matches = Callable[[Set[str]], bool]


Groups = Mapping[str, Set[str]]
"""The hostnames of each group in lower case, by its name in lower case."""


def chooser(text: str, nodes: Iterable[Named], groups: Groups | None = None) -> Chosen:
    """Return a test that selects nodes: by a part of a name, a node set or @group; "!" excludes; "" selects all.

    Of a part whose bracket is still open, the text before the bracket counts, so that typing never empties the list.
    """
    parts = [part for part in _BETWEEN_PARTS.split(text.lower()) if part]
    known = {name for node in nodes for name in _names_of(node)} if any(part[0] == "!" for part in parts) else set()
    groups = groups or {}
    wanted = [_matcher(part, groups) for part in parts if part[0] != "!"]
    # If a node has exactly this name, only that one: "!node03" must not exclude node030.
    unwanted = [_matcher(part[1:], groups, part[1:] in known) for part in parts if part[0] == "!" and len(part) > 1]

    def is_chosen(node: Named) -> bool:
        names = _names_of(node)
        return (not wanted or any(is_it(names) for is_it in wanted)) and not any(is_it(names) for is_it in unwanted)

    return is_chosen


def _names_of(node: Named) -> set[str]:
    names = {node.name.lower(), node.hostname.lower()}
    return names | {name.partition(".")[0] for name in names}


def _matcher(part: str, groups: Groups, is_exact: bool = False) -> _Matches:
    if part.startswith("@"):
        members = groups.get(part[1:], frozenset())
        return lambda names: not members.isdisjoint(names)
    if _WHOLE_BRACKET.search(part):
        meant = _named_by(part)
        return lambda names: not meant.isdisjoint(names)
    if is_exact:
        return lambda names: part in names
    beginning = part.partition("[")[0]
    return lambda names: any(beginning in name for name in names)


def _named_by(part: str) -> frozenset[str]:
    try:
        return frozenset(expand(part))
    except BadInput:
        return frozenset()
