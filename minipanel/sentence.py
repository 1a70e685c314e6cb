"""A sentence that is written once, in English, and keeps its values separate, so that it can be translated."""

from __future__ import annotations


class Sentence:
    """An English sentence with {names} for its values. A value may be a Sentence too.

    str() returns the English: Sentence("There is no node {node}.", node="'n1'") -> There is no node 'n1'.
    Without values the text is used unchanged, including any braces.
    """

    __slots__ = ("english", "values")

    def __init__(self, english: str, /, **values: object) -> None:
        self.english = english
        self.values = values

    def __str__(self) -> str:
        return self.english.format(**self.values) if self.values else self.english
