"""The catalogue of the set-up: every sentence that is said is in it, and it holds no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipanel import setup
from minipanel.translations.setup import CHINESE
from tests.sentences import placeholders, sentences

FOLDER = Path(str(setup.__file__)).parent


def test_every_sentence_has_its_chinese_and_none_is_unused() -> None:
    said = set(sentences(FOLDER))
    assert sorted(said - set(CHINESE)) == []
    assert sorted(set(CHINESE) - said) == []


@pytest.mark.parametrize("english", CHINESE)
def test_both_languages_tell_the_same_values(english: str) -> None:
    assert placeholders(english) == placeholders(CHINESE[english])
