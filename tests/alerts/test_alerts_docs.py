"""docs/alerts.md says what each rule's declaration says, in each language."""

from __future__ import annotations

import re

import pytest

from minipanel.alerts.rules.all import RULES
from minipanel.config.kinds import duration_text
from minipanel.config.section import Section
from tests.pages import ROOT

PAGES = ("docs/alerts.md", "docs/alerts.zh-CN.md")


def rows(page: str, columns: int) -> list[list[str]]:
    lines = (ROOT / page).read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return [row for row in cells if len(row) == columns]


@pytest.mark.parametrize("page", PAGES)
def test_the_table_has_every_rule_with_its_severity_and_its_time(page: str) -> None:
    said = [(name.strip("`"), severity, time) for name, severity, _, time in rows(page, 4)]
    assert said == [(rule.name, rule.severity, duration_text(rule.parameters().for_)) for rule in RULES]


@pytest.mark.parametrize("page", PAGES)
def test_the_table_of_keys_has_every_key_and_no_other(page: str) -> None:
    said = {name.strip("`"): re.findall(r"`(\w+)`", keys) for name, keys in rows(page, 2)}
    own = {
        rule.name: [key for key in Section("", rule.parameters).keys if key not in ("for", "hold")] for rule in RULES
    }
    assert said == {name: keys for name, keys in own.items() if keys}
