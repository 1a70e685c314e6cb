"""Patterns for names of hosts: a wildcard (*-ib), a node set (node[17-20]), or the name itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import translate

from minipanel.errors import BadInput
from minipanel.models.names import is_hostname
from minipanel.models.nodeset import expand, fold, parts

_GLOB = re.compile(r"[A-Za-z0-9._*?-]+")
_BEGINNING = re.compile(r"([a-z]{3,})(?![a-z])")
_SAYS_SOMETHING = re.compile(r"[A-Za-z0-9]")


class NamePatterns:
    """The patterns of `ignore` in [hosts]. Names match without regard to case, and also by their first label.

    NamePatterns(("*-ib", "node[17-20]")).matches(["node18.cluster"]) -> True
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._names: set[str] = set()
        globs = []
        for pattern in self.patterns:
            if _is_glob(pattern):
                globs.append(translate(pattern.lower()))
            else:
                self._names.update(name.lower() for name in expand(pattern))
        self._globs = re.compile("|".join(globs) or r"(?!)")

    def matches(self, names: Iterable[str]) -> bool:
        """Return whether any of the names matches."""
        return any(
            spelling in self._names or self._globs.fullmatch(spelling) is not None
            for name in names
            for spelling in dict.fromkeys((name.lower(), name.lower().partition(".")[0]))
        )


def patterns_for(left_out: Sequence[Sequence[str]], kept: Iterable[Sequence[str]]) -> list[str]:
    """Return patterns that match all hosts left out and no host that is kept. A host is given as its names.

    Only the first name of a host left out must match; no name of a host that is kept may. A wildcard for an ending or a
    beginning (*-ib, *.storage, switch*) matches at least two names; node sets list the other names. A name that no
    pattern can tell apart from a kept one is left out of the result.

        patterns_for([["n1-ib"], ["n2-ib"], ["n7"], ["n8"]], [["n1"], ["n2"]]) -> ["*-ib", "n[7-8]"]
    """
    kept = list(kept)
    names = [line[0] for line in left_out]
    times = Counter(candidate for name in names for candidate in _candidates(name.lower()))
    patterns: list[str] = []
    for candidate in (candidate for candidate, count in times.items() if count > 1):
        meant = NamePatterns([candidate])
        others = [name for name in names if not meant.matches([name])]
        if len(names) - len(others) > 1 and not any(map(meant.matches, kept)):
            patterns.append(candidate)
            names = others
    # A short name also matches the long name of a node that is kept.
    names = [name for name in names if not any(map(NamePatterns([name]).matches, kept))]
    return [*patterns, *(parts(fold(names)) if names else [])]


def _candidates(name: str) -> Iterator[str]:
    """Yield wildcards that a name may share with others of its kind: n1-ib -> *-ib; switch1.x -> *.x, switch*"""
    label, _, domain = name.partition(".")
    ending = label.rpartition("-")[2]
    if ending != label and ending[:1].isalpha():
        yield f"*-{ending}"
    if domain:
        yield f"*.{domain}"
    beginning = _BEGINNING.match(label)
    if beginning:
        yield f"{beginning[1]}*"


def is_name_pattern(text: str) -> bool:
    """Return whether a text is a pattern, a node set or a name. Wildcards alone are refused: they match everything."""
    if _is_glob(text):
        return _GLOB.fullmatch(text) is not None and _SAYS_SOMETHING.search(text) is not None
    try:
        return all(is_hostname(name) for name in expand(text))
    except BadInput:
        return False


def _is_glob(text: str) -> bool:
    return "*" in text or "?" in text
