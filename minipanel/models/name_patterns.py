"""Names that are meant together: by a pattern (*-ib), by a node set (node[17-20]), or by the name itself."""

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
    """What `ignore` in [hosts] names. Names are compared without case, and by their first part too.

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
        """Return whether one of the names is meant."""
        return any(
            spelling in self._names or self._globs.fullmatch(spelling) is not None
            for name in names
            for spelling in dict.fromkeys((name.lower(), name.lower().partition(".")[0]))
        )


def patterns_for(left_out: Sequence[Sequence[str]], kept: Iterable[Sequence[str]]) -> list[str]:
    """Return patterns that mean all names left out and none that is kept. Each line: its names, the first one its own.

    A pattern of an ending or a beginning (*-ib, *.storage, switch*) stands for two names or more; what none of those
    means is named as it is, in node sets. A name that can't be told from one that is kept is left out.

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
    # A short name means the long one of a node that is kept, too.
    names = [name for name in names if not any(map(NamePatterns([name]).matches, kept))]
    return [*patterns, *(parts(fold(names)) if names else [])]


def _candidates(name: str) -> Iterator[str]:
    """Yield what a name may have in common with others of its kind: n1-ib -> *-ib; switch1.x -> *.x, switch*"""
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
    """Return whether a text is a pattern, a node set or a name. One of wildcards alone would mean everything."""
    if _is_glob(text):
        return _GLOB.fullmatch(text) is not None and _SAYS_SOMETHING.search(text) is not None
    try:
        return all(is_hostname(name) for name in expand(text))
    except BadInput:
        return False


def _is_glob(text: str) -> bool:
    return "*" in text or "?" in text
