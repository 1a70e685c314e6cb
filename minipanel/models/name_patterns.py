"""Names that are meant together: by a pattern (*-ib), by a node set (node[17-20]), or by the name itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

from minipanel.errors import BadInput
from minipanel.models.names import is_hostname
from minipanel.models.nodeset import expand

_GLOB = re.compile(r"[A-Za-z0-9._*?-]+")
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
        """Tell whether one of the names is meant."""
        return any(
            spelling in self._names or self._globs.fullmatch(spelling) is not None
            for name in names
            for spelling in dict.fromkeys((name.lower(), name.lower().partition(".")[0]))
        )


def is_name_pattern(text: str) -> bool:
    """Tell whether a text is a pattern, a node set or a name. One of wildcards alone would mean everything."""
    if _is_glob(text):
        return _GLOB.fullmatch(text) is not None and _SAYS_SOMETHING.search(text) is not None
    try:
        return all(is_hostname(name) for name in expand(text))
    except BadInput:
        return False


def _is_glob(text: str) -> bool:
    return "*" in text or "?" in text
