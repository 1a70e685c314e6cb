"""Every sentence of the panel with its Chinese, and the translation of a sentence.

A sentence is here once, in the module of the command that says it; words of several commands are in words.py.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from functools import cache

from minipanel.sentence import Sentence
from minipanel.translations import (
    access,
    alert_troubles,
    alerts,
    answers,
    archive,
    backup,
    cli,
    doctor,
    hosts,
    keeping,
    nodes,
    prometheus,
    rollout,
    setup,
    status,
    system,
    top,
    trial,
    troubles,
    words,
)

CHINESE = {
    **access.CHINESE,
    **alert_troubles.CHINESE,
    **alerts.CHINESE,
    **answers.CHINESE,
    **archive.CHINESE,
    **backup.CHINESE,
    **cli.CHINESE,
    **doctor.CHINESE,
    **hosts.CHINESE,
    **keeping.CHINESE,
    **nodes.CHINESE,
    **prometheus.CHINESE,
    **rollout.CHINESE,
    **setup.CHINESE,
    **status.CHINESE,
    **system.CHINESE,
    **top.CHINESE,
    **trial.CHINESE,
    **troubles.CHINESE,
    **words.CHINESE,
}
"""English -> Chinese; both have {names} for values."""

_FEWEST_CHARACTERS = 6
"""A template must have this many characters of its own. With fewer, it would match texts that are not the panel's."""

_STOP = re.compile(r"[,:;.] ")

_WITHIN_CHINESE = re.compile(r"[\u3400-\u9fff] ?\n ?[\u3400-\u9fff]")
_CHINESE_BESIDE_OTHER = re.compile(
    r"""[\u3400-\u9fff]\n[\w"'/\[](?<![\u3400-\u9fff])|[\w"'\]](?<![\u3400-\u9fff])\n[\u3400-\u9fff]"""
)

_LONGEST_VALUE = 1000
"""In characters. Longer values are not the panel's own words."""


def in_chinese(sentence: str | Sentence, /, **values: object) -> str:
    """Return a sentence in Chinese, with those of its values that are sentences. An unknown sentence stays English.

    in_chinese("{path} can't be read: {reason}.", path="/a", reason="Is a directory") -> "无法读取 /a：是目录。"

    An error from a lower layer arrives as finished text, with its values in it, as JSON and logs need it. It is
    recognised by the words between its values: "/a can't be read: Is a directory." gives the same.
    """
    whole = sentence if isinstance(sentence, Sentence) else Sentence(sentence, **values)
    known = CHINESE.get(whole.english)
    if known is not None and (whole.values or "{" not in known):
        return _filled(known, whole.values) if whole.values else known
    return _found_again(str(whole))


def _filled(chinese: str, values: Mapping[str, object]) -> str:
    """Return Chinese with its values: a space between Chinese and what is not, and none within Chinese.

    A value may be either: "{place} 中的 port" of "[server]" and of "文件", "须为{allowed}" of "整数" and of '"munge"'.
    """
    said, text, may_join = _said(values), "", False
    for own, name, form, conversion in string.Formatter().parse(chinese):
        text = _beside(text, own, may_join)
        if name is not None:
            # What somebody called a node stays apart, in Chinese letters too.
            may_join = said[name] is not values[name]
            field = f"{{0{f'!{conversion}' if conversion else ''}:{form}}}"
            text = _beside(text, field.format(said[name]), may_join)
    return text


def _beside(before: str, after: str, may_join: bool) -> str:
    """Return both, with a space between Chinese and what is not; `may_join`: and none between Chinese and Chinese."""
    if may_join and _WITHIN_CHINESE.search(f"{before[-2:]}\n{after[:2]}"):
        return before.rstrip(" ") + after.lstrip(" ")
    is_needed = _CHINESE_BESIDE_OTHER.search(f"{before[-1:]}\n{after[:1]}")
    return f"{before} {after}" if is_needed else before + after


def _said(values: Mapping[str, object]) -> dict[str, object]:
    """Return values in Chinese. A single word is not translated: it may be a name, such as a node called login."""
    return {
        name: in_chinese(value)
        if isinstance(value, Sentence) or (isinstance(value, str) and " " in value and len(value) <= _LONGEST_VALUE)
        else value
        for name, value in values.items()
    }


def _found_again(finished: str) -> str:
    """Return the Chinese of a finished sentence. Of several templates that match, the one whose values have the
    fewest stops wins.
    """
    found = [(each, values) for each in _templates() if (values := each.values_in(finished)) is not None]
    if not found:
        return finished
    template, values = min(found, key=lambda each: len(_STOP.findall("\n".join(each[1].values()))))
    return _filled(CHINESE[template.english], values)


class _Template:
    """An English sentence with {names}, split at the names."""

    def __init__(self, english: str) -> None:
        self.english = english
        parts = list(string.Formatter().parse(english))
        self._names = [name for _, name, _, _ in parts if name is not None]
        own = [text for text, *_ in parts]
        self._first, *self._others = own if len(own) > len(self._names) else [*own, ""]
        self.length = len("".join(own))

    def values_in(self, finished: str) -> dict[str, str] | None:
        """Return the values in a finished sentence that was made from this template, None if it was not."""
        *between, last = self._others
        if not (finished.startswith(self._first) and finished.endswith(last)):
            return None
        rest = finished[len(self._first) : len(finished) - len(last)]
        values: dict[str, str] = {}
        for name, text in zip(self._names, [*between, ""], strict=True):
            value, found, rest = rest.partition(text) if text else (rest, "", "")
            if not value or found != text or values.setdefault(name, value) != value:
                return None
        return values


@cache
def _templates() -> list[_Template]:
    """Return the templates of sentences, longest first: one with more words of its own says more."""
    templates = [_Template(english) for english in CHINESE if "{" in english]
    worded = (template for template in templates if template.length >= _FEWEST_CHARACTERS)
    return sorted(worded, key=lambda template: template.length, reverse=True)
