"""A sentence that is written once, in English, and keeps its values apart, so that it can be said in Chinese."""

from __future__ import annotations


class Sentence:
    """English with {names} for its values. A value may be a sentence too.

    str() is the English: Sentence("There is no node {node}.", node="'n1'") -> There is no node 'n1'.
    Without values it is taken as it is, braces and all.
    """

    __slots__ = ("english", "values")

    def __init__(self, english: str, /, **values: object) -> None:
        self.english = english
        self.values = values

    def __str__(self) -> str:
        return self.english.format(**self.values) if self.values else self.english
