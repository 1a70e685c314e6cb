"""Finds nodes' racks and kinds in their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_LAST_NUMBER = re.compile(r"^(.*?)(\d+)([^\d]*)$")
_IN_RACK = 2
"""Digits for the place within a rack, in names that join rack and place: cn1201 is place 01 of cn12."""


def rack_of(hostname: str) -> str:
    """Return a node's rack by its name: cn1201 -> cn12, r01n40 -> r01n, node7.a.example -> node, login -> login."""
    match = _LAST_NUMBER.match(hostname.partition(".")[0])
    if match is None:
        return hostname
    before, number, _ = match.groups()
    return before + number[:-_IN_RACK] if len(number) > _IN_RACK + 1 else before


def named_groups(names: Iterable[str]) -> dict[str, list[str]]:
    """Return racks and kinds with at least two nodes, by the nodes' names: r01n1, r01n2, login1 -> {r01: r01n1, r01n2}

    The numbers of one kind count nodes, not racks, if they continue past a hundred or are all within one. So n1099 and
    n1100 are both in n, but cn1201 is in cn12 and cn1301 in cn13.
    """
    names = list(names)
    kinds: dict[tuple[str, int], set[int]] = {}
    for name in names:
        before, number = _kind_of(name)
        kinds.setdefault((before, len(number)), set()).add(int(number or 0))
    counted = {kind for kind, numbers in kinds.items() if _is_counted(numbers)}
    groups: dict[str, list[str]] = {}
    for name in names:
        before, number = _kind_of(name)
        groups.setdefault(before if (before, len(number)) in counted else rack_of(name), []).append(name)
    groups = {key: members for key, members in groups.items() if len(members) > 1 and key}
    shorter = Counter(map(_shortened, groups))
    return {key if shorter[_shortened(key)] > 1 else _shortened(key): members for key, members in groups.items()}


def _kind_of(name: str) -> tuple[str, str]:
    match = _LAST_NUMBER.match(name.partition(".")[0])
    return (match[1], match[2]) if match else (name, "")


def _is_counted(numbers: set[int]) -> bool:
    """Return whether numbers of the same length count nodes: they continue past a hundred, or all are in one."""
    places = 10**_IN_RACK
    runs_on = any(number % places == places - 1 and number + 1 in numbers for number in numbers)
    return runs_on or len({number // places for number in numbers}) == 1


def _shortened(key: str) -> str:
    """Return the short name of a rack, for use if no other rack has it: r01n -> r01, gpu- -> gpu."""
    return re.sub(r"\D+$", "", key) or key.rstrip("-_") or key


def racks_of(names: Mapping[int, str]) -> dict[int, list[int]]:
    """Return the ids of each node's rack, by node id. Nodes of one rack share one list."""
    members: dict[str, list[int]] = {}
    for id, name in names.items():
        members.setdefault(rack_of(name), []).append(id)
    return {id: members[rack_of(name)] for id, name in names.items()}


def whole_racks(names: Iterable[str], racks: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the named_groups that these names make up exactly; [] if they don't."""
    chosen = set(names)
    whole = [rack for rack, members in racks.items() if chosen.issuperset(members)]
    return sorted(whole) if sum(len(racks[rack]) for rack in whole) == len(chosen) else []


def rack_around(names: Iterable[str], racks: Mapping[str, Sequence[str]]) -> tuple[str, int] | None:
    """Return the only one of named_groups that has these names, if it has others too, and its size; or None."""
    chosen = set(names)
    around = [rack for rack, members in racks.items() if not chosen.isdisjoint(members)]
    if len(around) != 1 or len(racks) == 1:
        return None
    (rack,) = around
    members = set(racks[rack])
    return (rack, len(members)) if chosen < members else None
