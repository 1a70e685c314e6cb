"""Which nodes are shown together: consecutive nodes of one rack or kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from minipanel.models.rack import named_groups

Group = tuple[int, int]
"""Consecutive nodes: the first index, and the index after the last."""

_PARTS = re.compile(r"([^.]*?)(\d+)([^\d.]*(?:\..*)?)")


def parts_of(name: str) -> tuple[str, str, str]:
    """Split a name around the last number of its first label: r1n07.hpc -> r1n, 07, .hpc; without one: name, "", ""."""
    found = _PARTS.fullmatch(name)
    return (found[1], found[2], found[3]) if found else (name, "", "")


def groups_of(names: Sequence[str]) -> list[Group]:
    """Return ordered names in groups, by the racks and kinds in the names: r1n1, r1n2, r2n1 -> (0, 2), (2, 3).

    Consecutive lone names share a group.
    """
    homes: dict[str, str | int] = {name: home for home, members in named_groups(names).items() for name in members}
    groups: list[tuple[int, int, bool]] = []
    start = 0
    for _, same in groupby(enumerate(names), lambda each: homes.get(each[1], each[0])):
        count = sum(1 for _ in same)
        if count == 1 and groups and groups[-1][2]:
            groups[-1] = (groups[-1][0], start + 1, True)
        else:
            groups.append((start, start + count, count == 1))
        start += count
    return [(first, end) for first, end, _ in groups]


def label_of(first: str, last: str) -> str:
    """Return the label for the names from one to another: r1n01, r1n16 -> r1n[01-16]."""
    before, number, after = parts_of(first)
    other_before, other_number, other_after = parts_of(last)
    if first == last:
        return first
    if (before, after) == (other_before, other_after) and number:
        return f"{before}[{number}-{other_number}]{after}"
    return f"{first} .. {last}"
