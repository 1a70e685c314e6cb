"""Node sets as people type and read them: ClusterShell's, without groups, limited in size. As web/src/nodeset.ts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import prod

from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet, NodeSetException
from ClusterShell.RangeSet import RangeSet, RangeSetException

from minipanel.errors import BadInput
from minipanel.models.quote import quote

MAX_CHARACTERS = 10_000
MAX_NODES = 100_000

_NUMBER = r"\s*\d{1,15}\s*"
_RANGE = rf"{_NUMBER}(?:-{_NUMBER}(?:/{_NUMBER})?)?"
_PART = rf"\s*(?:[\w.-]|\[{_RANGE}(?:,{_RANGE})*\])+\s*"
_NODE_SET = re.compile(rf"{_PART}(?:,{_PART})*", re.ASCII)
_ONE_PART = re.compile(r"(?:[^,\[]|\[[^\]]*\])+")
_BRACKETS = re.compile(r"(\d*)\[([^\]]*)\](\d*)")


def expand(text: str) -> list[str]:
    """Return the names in a node set: node[001-003,7] -> node001, node002, node003, node7. Raises BadInput.

    A node set is names of letters, digits and .-_ separated by commas, with numbers or ranges in brackets. A range may
    have a step (n[1-9/2]). Digits before a bracket belong to its numbers: n1[10-12] is n110 to n112. ClusterShell's
    other operators, wildcards and groups (@name) are refused: its groups run commands from the machine's configuration.
    """
    compact = checked(text)
    try:
        return list(NodeSet(compact, resolver=RESOLVER_NOGROUP))
    except (NodeSetException, RangeSetException, ValueError) as error:
        raise no_node_set(text) from error


def checked(text: str) -> str:
    """Return a node set without spaces. Raises BadInput for what `expand` refuses, as far as it shows before that."""
    if not text or len(text) > MAX_CHARACTERS:
        raise BadInput("nodes has {count} characters; 1 to {most} are allowed.", count=len(text), most=MAX_CHARACTERS)
    if not _NODE_SET.fullmatch(text):
        raise no_node_set(text)
    compact = re.sub(r"\s", "", text)
    try:
        # Counted before expanding: ClusterShell holds every number of a range in memory.
        if not _is_bounded(compact):
            raise BadInput("nodes is {text}; at most {most} nodes are allowed.", text=quote(text), most=MAX_NODES)
    except (RangeSetException, ValueError) as error:
        raise no_node_set(text) from error
    return compact


def expand_in_order(text: str) -> list[str]:
    """Return the names in a node set in the order typed: b,a -> b, a. A name may come twice. Raises BadInput."""
    expand(text)
    return [name for part in parts(re.sub(r"\s", "", text)) for name in NodeSet(part, resolver=RESOLVER_NOGROUP)]


def parts(text: str) -> list[str]:
    """Return the parts between the commas outside brackets: a,b[1,3] -> a, b[1,3]"""
    return _ONE_PART.findall(text)


def fold(names: Iterable[str]) -> str:
    """Return names as one node set: node001, node002, node007 -> node[001-002,007]."""
    return str(NodeSet.fromlist(list(names), resolver=RESOLVER_NOGROUP))


def unfold(text: str) -> list[str]:
    """Return the names in a node set made by `fold`, of any length."""
    return list(NodeSet(text, resolver=RESOLVER_NOGROUP))


def no_node_set(text: str) -> BadInput:
    """Return the error for a text that is not a node set."""
    return BadInput(
        "nodes is {text}; it must be a node set such as node[01-08,12]: names of letters, digits, "
        "dots, hyphens and underscores, with numbers from lower to higher in brackets.",
        text=quote(text),
    )


def _is_bounded(text: str) -> bool:
    """Return whether a set names at most MAX_NODES nodes. Raises ValueError or RangeSetException for a bad range."""
    parts = [_BRACKETS.findall(part) for part in _ONE_PART.findall(text)]
    # First without the digits before brackets, which can only add numbers: to count those expands the ranges.
    return all(
        sum(prod(size(*bracket) for bracket in brackets) for brackets in parts) <= MAX_NODES
        for size in (_size, _size_with_digits)
    )


def _size(_before: str, inside: str, _after: str) -> int:
    """Return how many numbers a bracket lists: "1-9/4,20" -> 4."""
    total = 0
    for each in inside.split(","):
        bounds, _, step = each.partition("/")
        first, _, last = bounds.partition("-")
        total += len(range(int(first), int(last or first) + 1, int(step or 1)))
    return total


def _size_with_digits(before: str, inside: str, after: str) -> int:
    """Return how many numbers ClusterShell makes of a bracket between digits: n1[9,10] is n1[9-10], so n[19-110]."""
    if not before or after:
        return _size(before, inside, after)
    ranges = ([before + bound for bound in str(run).split("-")] for run in RangeSet(inside).contiguous())
    return sum(int(bounds[-1]) - int(bounds[0]) + 1 for bounds in ranges)
