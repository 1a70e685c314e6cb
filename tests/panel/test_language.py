"""The reader's language: Chinese if the locale says so, otherwise English."""

from __future__ import annotations

import pytest

from minipanel.sentence import Sentence
from minipanel.translations.catalogue import in_chinese
from minipanel.translations.language import is_chinese, say, translator
from tests.locales import LOCALES


@pytest.mark.parametrize(("environ", "expected"), LOCALES)
def test_the_first_locale_variable_that_is_set_decides(environ: dict[str, str], expected: bool) -> None:
    assert is_chinese(environ) is expected


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.usefixtures("chinese")
def test_a_sentence_is_given_in_the_readers_language_with_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    assert say("{count} nodes", count=3) == "3 个节点"
    assert say(Sentence("agent {version}", version=Sentence("never"))) == "Agent 未上报"
    monkeypatch.setenv("LC_ALL", "C")
    assert say("{count} nodes", count=3) == "3 nodes"
    assert say(Sentence("agent {version}", version=Sentence("never"))) == "agent never"


def test_a_sentence_that_is_not_known_stays_english() -> None:
    assert in_chinese("Bye {name}", name="node001") == "Bye node001"


def test_one_word_is_a_name_that_somebody_gave_and_several_are_a_sentence() -> None:
    said = "{path} can't be read: {reason}."
    assert in_chinese(said, path="login", reason="Permission denied") == "无法读取 login：权限不足。"


@pytest.mark.parametrize("t", [translator({"LANG": "C"}), in_chinese], ids=["English", "Chinese"])
def test_braces_in_values_and_in_finished_sentences_are_shown_as_they_are(t: type) -> None:
    assert "{x}" in t("agent {version}", version="{x}")
    assert t("{") == "{"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("/a b can't be read: Is a directory.", "无法读取 /a b：是目录。"),
        ("/a can't be read: x, again: y.", "无法读取 /a：x, again: y。"),
        ("a\nb can't be read: {x}.", "无法读取 a\nb：{x}。"),
        ("The disk of /a is full: 3 MB are free.", "/a 所在磁盘已满：可用空间 3 MB。"),
        ("/c.toml: port in [server] is 0; it must be a whole number from 1 to 65535.",
         "/c.toml：[server] 中的 port 为 0；须为 1 到 65535 的整数。"),
        ("There is no login node.", "There is no login node."),
        ("a: b.", "a: b."),
        ("Permission denied", "权限不足"),
    ],
)  # fmt: skip
def test_a_finished_sentence_is_found_again_by_the_words_between_its_values(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese
