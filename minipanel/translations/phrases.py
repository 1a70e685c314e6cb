"""Finished English sentences in Chinese.

What goes wrong far below comes up as a sentence with its values in it, and goes into JSON and logs as it is. For a
reader of Chinese it is found again by the words between its values.
"""

from __future__ import annotations

import os
import re
import string
from collections.abc import Callable, Mapping
from functools import cache

from minipanel.sentence import Sentence
from minipanel.translations.language import is_chinese

Say = Callable[[str | Sentence], str]


def phrases(catalogue: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> Say:
    """Return say(sentence): the sentence in the reader's language; one that the catalogue lacks stays English.

    The catalogue maps English with {names} for its values to Chinese with the same. A value may be a sentence too.

        say = phrases({"{path} can't be read: {reason}.": "无法读取 {path}：{reason}。"}, {"LANG": "zh_CN.UTF-8"})
        say("/a can't be read: Is a directory.") -> "无法读取 /a：Is a directory。"
    """
    if not is_chinese(environ):
        return str

    @cache
    def patterns() -> list[tuple[re.Pattern[str], str]]:
        # Of two that fit, the one with more words of its own says more.
        order = sorted(catalogue, key=_own_length, reverse=True)
        return [(_pattern(english), catalogue[english]) for english in order]

    def say(sentence: str | Sentence) -> str:
        if isinstance(sentence, Sentence):
            known = catalogue.get(sentence.english)
            if known is None:
                return say(str(sentence))
            values = {name: say(_text(value)) for name, value in sentence.values.items()}
            return known.format(**values) if values else known
        if sentence in catalogue and "{" not in sentence:
            return catalogue[sentence]
        for pattern, chinese in patterns():
            found = pattern.fullmatch(sentence)
            if found and found.groupdict():
                return chinese.format(**{name: say(value) for name, value in found.groupdict().items()})
        return sentence

    return say


def _text(value: object) -> str | Sentence:
    return value if isinstance(value, Sentence) else str(value)


def _pattern(english: str) -> re.Pattern[str]:
    """Return what finds a sentence again. A value that stands there twice is the same at both places."""
    pattern = ""
    seen: set[str] = set()
    for words, name, _, _ in string.Formatter().parse(english):
        pattern += re.escape(words)
        if name is not None:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
    return re.compile(pattern, re.DOTALL)


def _own_length(english: str) -> int:
    return sum(len(words) for words, *_ in string.Formatter().parse(english))
