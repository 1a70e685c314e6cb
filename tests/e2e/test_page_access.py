"""Everybody can use the page: axe finds nothing (WCAG 2.2 AA) on any view, and nothing is cut off on a phone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.access import WIDTH, violations
from tests.e2e.conftest import keep_screenshot
from tests.e2e.fleet import Fleet, numbered, running_fleet
from tests.e2e.month import fill_month
from tests.e2e.visits import DESK, PHONE, TABLET, WALL, Screen, visit

VIEWS = {
    "realtime": ("/realtime", ".heat-map canvas"),
    "table": ("/realtime?view=table&sort=-cpu&state=up", ".node-row"),
    "kiosk": ("/realtime?kiosk=1&by=temperature", ".heat-map canvas"),
    "node": ("/realtime/node01", ".metrics-chart canvas"),
    "history": ("/history/node01?period=1m", ".coverage-strip"),
    "few": ("/history/node[01-08]?period=7d", ".curve-legend"),
    "set": ("/history/node[01-12]?period=1d", ".coverage-strip"),
    "unknown": ("/history/node99", ".empty-state"),
    "nowhere": ("/no/such/page", ".empty-state"),
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("access"), numbered(12), minutes=5, silent=["node11"]) as fleet:
        end = int(time.time()) // 300 * 300 - 300
        for node_id in range(1, 13):
            fill_month(fleet.database, node_id, end)
        yield fleet


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(browser: Browser, fleet: Fleet, view: str, scheme: Literal["light", "dark"]) -> None:
    path, sign = VIEWS[view]
    locale = "en-GB" if scheme == "light" else "zh-CN"
    with visit(browser, fleet, path, scheme=scheme, locale=locale) as page:
        expect(page.locator(sign).first).to_be_visible()
        assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_door_and_in_the_help(
    browser: Browser, fleet: Fleet, scheme: Literal["light", "dark"]
) -> None:
    with visit(browser, fleet, "/realtime", scheme=scheme) as page:
        expect(page.locator(".heat-map canvas")).to_be_visible()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Account").click()
        assert violations(page) == []
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Password")).to_be_visible()
        assert violations(page) == []


@pytest.mark.parametrize("screen", [PHONE, TABLET, WALL], ids=lambda screen: screen.name)
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_on_any_screen_in_any_language(
    browser: Browser, fleet: Fleet, view: str, screen: Screen
) -> None:
    path, sign = VIEWS[view]
    for locale in ("en-GB", "zh-CN"):
        with visit(browser, fleet, path, screen=screen, locale=locale) as page:
            expect(page.locator(sign).first).to_be_visible()
            assert page.evaluate(WIDTH) <= screen.width, locale
            keep_screenshot(page, f"page-{view}-{screen.name}-{locale}")


def test_axe_finds_nothing_on_a_phone(browser: Browser, fleet: Fleet) -> None:
    for path, sign in (VIEWS["realtime"], VIEWS["history"]):
        with visit(browser, fleet, path, screen=PHONE) as page:
            expect(page.locator(sign).first).to_be_visible()
            assert violations(page) == []


def test_the_whole_page_is_reached_with_the_keyboard_alone(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime", screen=DESK) as page:
        expect(page.locator(".heat-map canvas")).to_be_visible()
        reached = []
        for _ in range(30):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate("document.activeElement.getAttribute('role') ?? document.activeElement.tagName")
            )
        assert {"application", "A", "BUTTON", "INPUT", "SELECT"} <= set(reached)
