"""A part of a node set as a pattern: finds names in cn[00001-99999] without writing out each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

_BRACKET = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers from first to last, written with at least `width` digits: 08-12 -> 8, 12, 2."""

    first: int
    last: int
    width: int

    def has(self, digits: str) -> bool:
        """Return whether the digits write one of the numbers as the run does."""
        return self.first <= int(digits) <= self.last and digits == str(int(digits)).zfill(self.width)


@dataclass(frozen=True, slots=True)
class PartPattern:
    """One part of a node set. A name fits if the digits at each bracket are in one of its runs.

    `domain`: how all its names go on after their first label: ".cluster" of cn[1-2].cluster.
    """

    shape: re.Pattern[str]
    brackets: tuple[tuple[Run, ...], ...]
    domain: str = ""

    @property
    def count(self) -> int:
        """How many names the part has, written out."""
        return prod(sum(run.last - run.first + 1 for run in runs) for runs in self.brackets)

    def fits(self, name: str) -> bool:
        """Return whether the part, written out, has this name."""
        found = self.shape.fullmatch(name)
        return found is not None and all(
            any(run.has(digits) for run in runs) for runs, digits in zip(self.brackets, found.groups(), strict=True)
        )


def pattern_of(part: str) -> PartPattern | None:
    """Return the pattern of a part without a comma outside brackets: cn[01-40,55]x[1-2].

    None if that can't be done simply: for digits beside a bracket, which join its numbers, for steps, for nothing but
    digits, for brackets within a domain, and for whatever `nodeset.expand` would refuse.
    """
    plain, inside = _BRACKET.split(part)[::2], _BRACKET.split(part)[1::2]
    befores, afters = plain[:-1], plain[1:]
    if any(text[-1:].isdecimal() for text in befores) or any(text[:1].isdecimal() for text in afters):
        return None
    # Names of nothing but digits may be ids of nodes, with any number of zeros before them.
    if "" in plain[1:-1] or not any(plain) or "." in "".join(befores):
        return None
    brackets = [_runs(text) for text in inside]
    if not brackets or not all(brackets):
        return None
    shape = r"(\d+)".join(map(re.escape, plain))
    domain = plain[-1][plain[-1].find(".") :] if "." in plain[-1] else ""
    return PartPattern(re.compile(shape, re.ASCII), tuple(brackets), domain)


def _runs(text: str) -> tuple[Run, ...]:
    """Return the runs in a bracket: "01-40,55"; none if one of them is unusual."""
    runs = []
    for each in text.split(","):
        first, _, last = each.partition("-")
        last = last or first
        if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
            return ()
        is_padded = len(first) > 1 and first.startswith("0")
        if len(first) != len(last) and (is_padded or last.startswith("0")):
            return ()
        runs.append(Run(int(first), int(last), len(first) if is_padded else 1))
    return tuple(runs)
