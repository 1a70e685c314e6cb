"""The catalogue of the doctor: every sentence that is said is in it or in the set-up's, and it holds no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipanel import doctor
from minipanel.translations.archive import LINE
from minipanel.translations.doctor import CHINESE
from minipanel.translations.setup import CHINESE as CHINESE_OF_SETUP
from tests.sentences import placeholders, sentences

FOLDER = Path(str(doctor.__file__)).parent


def test_every_sentence_has_its_chinese_and_none_is_unused_or_there_twice() -> None:
    said = set(sentences(FOLDER))
    assert sorted(said - set(CHINESE) - set(CHINESE_OF_SETUP)) == []
    assert sorted(set(CHINESE) - said - set(LINE)) == []
    assert sorted(set(CHINESE) & set(CHINESE_OF_SETUP)) == []


@pytest.mark.parametrize("english", CHINESE)
def test_both_languages_tell_the_same_values(english: str) -> None:
    assert placeholders(english) == placeholders(CHINESE[english])
