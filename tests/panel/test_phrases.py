"""Finished sentences in Chinese."""

from __future__ import annotations

import pytest

from minipanel.translations.phrases import phrases

CATALOGUE = {
    "{path} can't be read: {reason}.": "无法读取 {path}：{reason}。",
    "{path} can't be read: {reason}, again: {reason}.": "无法读取 {path}：两次均为 {reason}。",
    "{path}: {what} must be {allowed}.": "{path}：{what} 须为 {allowed}。",
    "a number from {low} to {high}": "{low} 到 {high} 的数",
    "Permission denied": "权限不足",
}
CHINESE = {"LANG": "zh_CN.UTF-8"}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("/a b can't be read: Is a directory.", "无法读取 /a b：Is a directory。"),
        ("/a can't be read: Permission denied.", "无法读取 /a：权限不足。"),
        ("/a can't be read: x, again: x.", "无法读取 /a：两次均为 x。"),
        ("/a can't be read: x, again: y.", "无法读取 /a：x, again: y。"),
        ("c.toml: port must be a number from 1 to 9.", "c.toml：port 须为 1 到 9 的数。"),
        ("a\nb can't be read: {x}.", "无法读取 a\nb：{x}。"),
        ("Something else.", "Something else."),
        ("Permission denied", "权限不足"),
    ],
)
def test_a_sentence_is_found_again_by_the_words_between_its_values(english: str, chinese: str) -> None:
    assert phrases(CATALOGUE, CHINESE)(english) == chinese


def test_for_other_readers_it_stays_as_it_is() -> None:
    assert phrases(CATALOGUE, {"LANG": "C"})("/a can't be read: x.") == "/a can't be read: x."
