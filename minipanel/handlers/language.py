"""The language of a refusal: English or Chinese, whichever the request's Accept-Language prefers."""

from __future__ import annotations

from minipanel.sentence import Sentence
from minipanel.translations.catalogue import in_chinese

_MOST_CHARACTERS = 200


def spoken(sentence: Sentence, accept_language: str | None) -> str:
    """Return the sentence in the caller's language; in English without the header, as for agents and scripts."""
    return in_chinese(sentence) if accept_language and is_chinese(accept_language) else str(sentence)


def is_chinese(accept_language: str) -> bool:
    """Return whether Chinese is preferred to English (RFC 9110, 12.5.4): "zh-CN,zh;q=0.9,en;q=0.8"."""
    liking = {"zh": 0.0, "en": 0.0}
    for part in accept_language[:_MOST_CHARACTERS].split(","):
        tag, _, weight = part.strip().partition(";")
        name = tag.strip().partition("-")[0].lower()
        if name in liking:
            liking[name] = max(liking[name], _weight(weight))
    return liking["zh"] > liking["en"]


def _weight(text: str) -> float:
    """Return the number in "q=0.8"; 1 for an empty text, 0 if it can't be read."""
    name, _, value = text.replace(" ", "").partition("=")
    if not name:
        return 1.0
    digits = value.replace(".", "", 1)
    return float(value) if name == "q" and digits.isascii() and digits.isdecimal() else 0.0
