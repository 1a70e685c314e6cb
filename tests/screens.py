"""The sample screens of README and docs: blocks that show what a program prints, in the language of the page.

A block is a screen if the line before it is `<!-- screen: NAME -->`. A test produces it and passes it to `compare`.
`MINIPANEL_SCREENS=write pytest …` writes what the programs print now into the pages.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from minipanel.translations.catalogue import CHINESE
from minipanel.translations.language import Translate, translator
from tests.pages import LANGUAGES

SCREEN = re.compile(r"(<!-- screen: (\S+) -->\n```\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
LOCALES = {"English": "en_US.UTF-8", "Chinese": "zh_CN.UTF-8"}
IS_WRITTEN = os.environ.get("MINIPANEL_SCREENS") == "write"


def compare(name: str, language: str, text: str) -> None:
    """Check that the pages of a language show this text under this name, or write it there."""
    text = "".join(f"{line}\n" for line in text.rstrip("\n").split("\n"))
    found = 0
    for page in LANGUAGES[language]:
        shown = page.read_text("utf-8")
        if IS_WRITTEN:
            written = SCREEN.sub(lambda block: block[1] + text if block[2] == name else block[0], shown)
            if written != shown:
                page.write_text(written, "utf-8")
        for _, there, screen in SCREEN.findall(page.read_text("utf-8")):
            if there == name:
                found += 1
                assert screen == text, f"{page.name} shows it otherwise; MINIPANEL_SCREENS=write pytest rewrites it"
    assert found, f"no page has <!-- screen: {name} -->"


@contextmanager
def in_locale(language: str) -> Iterator[None]:
    """Let the code in the block print in a language, with times in UTC."""
    told = {"LC_ALL": LOCALES[language], "TZ": "UTC", "TERM": "xterm", "LANGUAGE": "", "COLUMNS": "80"}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    time.tzset()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        time.tzset()


def strictly() -> Translate:
    """Return the reader's t(english, **values), which accepts only sentences that the panel has."""
    t = translator()

    def say(english: str, **values: object) -> str:
        assert english in CHINESE, f"nothing says: {english}"
        return t(english, **values)

    return say
