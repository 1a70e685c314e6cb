"""Node sets as people type and read them: ClusterShell's syntax, bounded, without groups."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet, NodeSetException

from minipanel.errors import BadInput
from minipanel.models.quote import quote

MAX_CHARACTERS = 10_000
MAX_NODES = 10_000

_RANGE = re.compile(r"(\d+)-(\d+)")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


def expand(text: str) -> list[str]:
    """Return the names in a node set: node[001-003,7] -> node001, node002, node003, node7. Raises BadInput.

    Groups (@name) are no part of it: they would run commands of the machine's configuration for whoever asks.
    """
    if not text or len(text) > MAX_CHARACTERS:
        raise BadInput(f"nodes has {len(text)} characters; 1 to {MAX_CHARACTERS} are allowed.")
    # ClusterShell expands every range in memory, so their size is looked at first.
    if _size(text) > MAX_NODES:
        raise BadInput(f"nodes is {quote(text)}; at most {MAX_NODES} nodes are allowed.")
    try:
        names = list(NodeSet(text, resolver=RESOLVER_NOGROUP))
    except (NodeSetException, ValueError) as error:
        raise BadInput(f"nodes is {quote(text)}; it must be a node set such as node[01-08,12].") from error
    if not names:
        raise BadInput(f"nodes is {quote(text)}; it names no node.")
    return names


def fold(names: Iterable[str]) -> str:
    """Return names as one node set: node001, node002, node007 -> node[001-002,007]."""
    return str(NodeSet.fromlist(list(names), resolver=RESOLVER_NOGROUP))


def _size(text: str) -> int:
    """Return an upper bound of how many names the text expands to."""
    total = 0
    for part in re.split(r",(?![^\[]*\])", text):
        names = 1
        for brackets in _BRACKETS.findall(part):
            ranges = _RANGE.findall(brackets)
            widths = [max(1, int(last[:12]) - int(first[:12]) + 1) for first, last in ranges if len(last) < 12]
            oversized = any(len(last) >= 12 for _, last in ranges)
            names *= MAX_NODES + 1 if oversized else sum(widths) + brackets.count(",") + 1
        total += names
    return total
