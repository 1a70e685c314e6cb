"""The arrays of answers about history: JSON that is joined without being parsed, and times as runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from minipanel.models.record import RECORD_SECONDS

Run = tuple[int, int]
"""A time, and how many follow each other from it on, each a step later."""

Drawn = tuple[list[Run], list[bytes]]
"""Records as charts draw them: the runs of their times, and a JSON array for each column."""


def join_arrays(*arrays: bytes) -> bytes:
    """Return JSON arrays as one: b"[1,2]", b"[]", b"[3]" -> b"[1,2,3]"."""
    if len(arrays) == 1:
        return arrays[0]
    return b"[%s]" % b",".join(array[1:-1] for array in arrays if array != b"[]")


def join_drawn(parts: Sequence[Drawn]) -> Drawn:
    """Return ascending parts as one."""
    if len(parts) == 1:
        return parts[0]
    runs, arrays = zip(*parts, strict=True)
    return joined_runs(chain(*runs), RECORD_SECONDS), list(map(join_arrays, *arrays))


def runs_of(times: Sequence[int], step: int) -> list[Run]:
    """Return ascending times as runs: [300, 600, 1200], 300 -> [(300, 2), (1200, 1)]."""
    return joined_runs(((time, 1) for time in times), step)


def joined_runs(runs: Iterable[Run], step: int) -> list[Run]:
    """Return ascending runs with those joined that follow each other: [(300, 2), (900, 1)], 300 -> [(300, 3)]."""
    joined: list[Run] = []
    for first, count in runs:
        if joined and joined[-1][0] + joined[-1][1] * step == first:
            joined[-1] = (joined[-1][0], joined[-1][1] + count)
        else:
            joined.append((first, count))
    return joined


def json_of_runs(runs: Iterable[Run]) -> bytes:
    """Return runs as JSON: [(300, 2)] -> b"[[300,2]]"."""
    return b"[%s]" % b",".join([b"[%d,%d]" % run for run in runs])
