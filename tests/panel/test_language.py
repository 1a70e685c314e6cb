"""The reader's language: Chinese where the locale says so, English elsewhere."""

from __future__ import annotations

import pytest

from minipanel.translations.language import is_chinese, translator
from tests.locales import LOCALES

CATALOGUE = {"Hello {name}": "你好 {name}", "done": "完成"}


@pytest.mark.parametrize(("environ", "expected"), LOCALES)
def test_the_first_locale_variable_that_is_set_decides(environ: dict[str, str], expected: bool) -> None:
    assert is_chinese(environ) is expected


def test_a_sentence_is_given_in_the_readers_language_with_its_values() -> None:
    assert translator(CATALOGUE, {"LANG": "zh_CN.UTF-8"})("Hello {name}", name="node001") == "你好 node001"
    assert translator(CATALOGUE, {"LANG": "C"})("Hello {name}", name="node001") == "Hello node001"


def test_a_sentence_that_the_catalogue_lacks_stays_english() -> None:
    assert translator(CATALOGUE, {"LANG": "zh_CN.UTF-8"})("Bye {name}", name="node001") == "Bye node001"


def test_braces_in_values_are_shown_as_they_are() -> None:
    assert translator(CATALOGUE, {})("Hello {name}", name="{x}") == "Hello {x}"
    assert translator(CATALOGUE, {})("{") == "{"
