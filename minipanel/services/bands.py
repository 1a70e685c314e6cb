"""Which nodes share a row of a picture that has fewer rows than nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minipanel.models.group import Group


def bands_of(hostnames: Sequence[str], homes: Mapping[str, Group], rows: int) -> list[list[int]]:
    """Return the nodes of each row, by their places in `hostnames`: at most `rows` rows, of as few nodes as possible.

    Nodes are in the order of their groups. No row holds nodes of two groups, unless there are more groups than rows.
    """
    if len(hostnames) <= rows:
        return [[place] for place in range(len(hostnames))]
    groups = arranged(hostnames, homes)
    if len(groups) > rows:
        groups = [[place for group in groups for place in group]]
    size = -(-len(hostnames) // rows)
    while sum(-(-len(group) // size) for group in groups) > rows:
        size += 1
    return [group[first : first + size] for group in groups for first in range(0, len(group), size)]


def arranged(hostnames: Sequence[str], homes: Mapping[str, Group]) -> list[list[int]]:
    """Return the places of nodes by groups. Consecutive nodes without a group form one (web/src/heatmap/groups.ts)."""
    members: dict[int, list[int]] = {}
    for place, hostname in enumerate(hostnames):
        home = homes.get(hostname.lower())
        members.setdefault(-1 - place if home is None else id(home), []).append(place)
    groups: list[list[int]] = []
    is_lone = False
    for places in members.values():
        home = homes.get(hostnames[places[0]].lower())
        was_lone, is_lone = is_lone, home is None or (len(places) == 1 and home.source != "config")
        if was_lone and is_lone:
            groups[-1] += places
        else:
            groups.append(places)
    return groups
