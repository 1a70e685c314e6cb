"""Accessibility of a page: what axe finds (WCAG 2.2 AA), and what is cut off."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.e2e.conftest import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

WIDTH = """() => Math.max(document.documentElement.scrollWidth,
  ...[...document.querySelectorAll("main *")].map((e) => e.checkVisibility() ? e.getBoundingClientRect().right : 0))"""
"""How far content reaches to the right, whether scrolled into view or not."""


def violations(page: Page) -> list[str]:
    """What axe finds: each rule and where it is broken."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("(tags) => axe.run({ runOnly: tags })", RULES)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
