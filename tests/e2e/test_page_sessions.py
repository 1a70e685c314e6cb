"""Access on the page: sessions, API tokens, wall screens and the audit, each in its own browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.access import WIDTH, violations
from tests.e2e.conftest import keep_screenshot
from tests.e2e.fleet import Fleet, numbered, running_fleet
from tests.e2e.trial import PASSWORD
from tests.e2e.visits import DESK, PHONE, Screen, visit

LISTS = {"sessions": "tbody tr", "tokens": ".key-form", "kiosks": ".key-form", "audit": "tbody tr"}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("sessions"), numbered(4), viewers=["vera", "wim", "uma"]) as fleet:
        yield fleet


def make(page: Page, name: str) -> str:
    """Make a token or a link, and return the secret that is shown only once."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Name").press("Enter")
    secret = page.get_by_label(re.compile(f"“{name}”"))
    expect(secret).to_be_focused()
    return secret.input_value()


def remove(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Remove: {name}").click()
    page.get_by_role("button", name=f"Remove “{name}” for good").click()
    expect(page.get_by_role("cell", name=name, exact=True)).to_be_hidden()


def test_a_session_ended_on_one_browser_is_over_there_and_alive_on_the_other(browser: Browser, fleet: Fleet) -> None:
    with (
        visit(browser, fleet, "/realtime?view=table", user="vera") as here,
        visit(browser, fleet, "/history/node01?period=7d", user="vera") as there,
    ):
        expect(there.get_by_role("link", name="7 days")).to_be_visible()
        here.get_by_role("button", name="Account: vera").click()
        here.get_by_role("link", name="Sessions").click()
        rows = here.get_by_role("row")
        expect(rows).to_have_count(3)
        expect(rows.nth(1)).to_contain_text("this browser")
        here.get_by_role("button", name="End").click()
        expect(rows).to_have_count(2)

        expect(there.get_by_text("Your session was ended elsewhere; log in again.")).to_be_visible()
        keep_screenshot(there, "sessions-ended")
        here.reload()
        expect(rows).to_have_count(2)
        here.get_by_role("link", name="Realtime").click()
        expect(here.get_by_text("live", exact=True)).to_be_visible()

        there.get_by_label("Username").fill("vera")
        there.get_by_label("Password").fill(PASSWORD)
        there.keyboard.press("Enter")
        expect(there).to_have_url(re.compile("/history/node01.period=7d"))
        here.goto(f"{fleet.url}/sessions")
        here.get_by_role("button", name="Log out").click()
        expect(here.get_by_label("Password")).to_be_visible()
        expect(here.get_by_text("ended elsewhere")).to_be_hidden()


def test_a_viewer_sees_only_own_sessions_and_an_admin_ends_any(browser: Browser, fleet: Fleet) -> None:
    with (
        visit(browser, fleet, "/sessions?list=tokens", user="wim") as viewer,
        visit(browser, fleet, "/sessions") as admin,
    ):
        expect(viewer.get_by_role("row")).to_have_count(2)
        expect(viewer.get_by_role("button", name="API tokens")).to_be_hidden()
        assert "miniadmin" not in viewer.locator("main").inner_text()
        admin.get_by_role("row").filter(has_text="wim").get_by_role("button", name="End").click()
        expect(admin.get_by_role("row").filter(has_text="wim")).to_be_hidden()
        # Keyboard users are still at the list.
        expect(admin.locator(".plain-table")).to_be_focused()
        expect(viewer.get_by_label("Password")).to_be_visible()


def test_a_token_is_shown_once_works_and_is_removed(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/sessions?list=tokens") as page:
        expect(page.get_by_text("No API tokens yet.")).to_be_visible()
        page.get_by_role("button", name="Create token").click()
        expect(page.get_by_text("Enter a name.")).to_be_visible()
        token = make(page, "grafana")
        assert re.fullmatch("mpt_[0-9A-Za-z]{49}", token)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == token
        expect(page.get_by_role("row").filter(has_text="grafana")).to_contain_text("never")
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{fleet.url}/metrics", headers=headers).status_code == 200
        assert httpx.get(f"{fleet.url}/api/nodes", headers=headers).status_code == 403
        page.get_by_label("Name").fill("grafana")
        page.get_by_role("button", name="Create token").click()
        expect(page.get_by_text("There is already an API token “grafana”;")).to_be_visible()
        page.reload()
        expect(page.get_by_role("row").filter(has_text="grafana")).to_contain_text("now, from 127.0.0.1")
        assert token not in page.content()
        remove(page, "grafana")
        assert httpx.get(f"{fleet.url}/metrics", headers=headers).status_code == 401


def test_a_page_without_https_copies_in_the_older_way(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/sessions?list=kiosks") as page:
        page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
        link = make(page, "lobby")
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        page.get_by_label("Name").fill("")
        page.get_by_label("Name").press("Control+v")
        expect(page.get_by_label("Name")).to_have_value(link)
        remove(page, "lobby")


def test_a_wall_screen_shows_the_cluster_without_a_login_until_its_link_is_removed(
    browser: Browser, fleet: Fleet
) -> None:
    with visit(browser, fleet, "/sessions?list=kiosks") as page:
        link = make(page, "hall")
        wall = browser.new_context(locale="en-GB").new_page()
        wall.goto(link.replace("/kiosk", "/kiosk?view=both"))
        expect(wall.locator(".heat-map canvas")).to_be_visible()
        # Passers-by can't read the secret in the address.
        expect(wall).to_have_url(f"{fleet.url}/kiosk?view=both")
        keep_screenshot(wall, "kiosk-link")
        assert violations(wall) == []
        expect(wall.locator("header, main a, main button, main input, dialog[open]")).to_have_count(
            wall.locator(".node-table thead button").count()
        )
        wall.get_by_role("cell", name="node01", exact=True).click()
        wall.locator(".heat-map .field").click()
        for key in ("g", "h", "?", "Escape"):
            wall.keyboard.press(key)
        expect(wall).to_have_url(f"{fleet.url}/kiosk?view=both")
        wall.reload()
        expect(wall.locator(".node-row").first).to_contain_text("GB")
        # Outside its view it is not logged in.
        wall.goto(f"{fleet.url}/history")
        expect(wall.get_by_label("Password")).to_be_visible()
        wall.goto(f"{fleet.url}/kiosk")
        expect(wall.locator(".heat-map canvas")).to_be_visible()

        remove(page, "hall")
        closed = wall.get_by_text("The link of this wall screen was removed, has expired or is incomplete")
        expect(closed).to_be_visible()
        expect(wall.locator(".heat-map")).to_be_hidden()
        for address in (f"{fleet.url}/kiosk", link, f"{fleet.url}/kiosk#mpk_mistyped"):
            wall.goto("about:blank")
            wall.goto(address)
            expect(closed).to_be_visible()
            expect(wall.get_by_label("Password")).to_be_hidden()
        assert violations(wall) == []
        wall.context.close()


def test_the_audit_shows_who_did_what(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/sessions?list=tokens", user="miniadmin") as page:
        make(page, "audited")
        page.get_by_role("button", name="Audit", exact=True).click()
        row = page.get_by_role("row").filter(has_text="created the API token audited")
        expect(row).to_contain_text("miniadmin")
        expect(row).to_contain_text("127.0.0.1")
        page.get_by_role("button", name="400 d").click()
        expect(page).to_have_url(re.compile("days=400"))
        expect(row).to_be_visible()


@pytest.mark.parametrize(("scheme", "locale", "screen"), [("light", "en-GB", PHONE), ("dark", "zh-CN", DESK)])
def test_everybody_can_use_the_lists_on_any_screen(
    browser: Browser, fleet: Fleet, scheme: Literal["light", "dark"], locale: str, screen: Screen
) -> None:
    with visit(browser, fleet, "/sessions", user="uma", scheme=scheme, locale=locale, screen=screen) as page:
        expect(page.locator("tbody tr").first).to_be_visible()
        assert page.evaluate(WIDTH) <= screen.width
        assert violations(page) == []
    with visit(browser, fleet, "/sessions", scheme=scheme, locale=locale, screen=screen) as page:
        for name, sign in LISTS.items():
            page.goto(f"{fleet.url}/sessions?list={name}")
            expect(page.locator(sign).first).to_be_visible()
            if sign == ".key-form":
                page.locator(".key-form .name").fill(f"{scheme}-{screen.name}-{'x' * 50}")
                page.locator(".key-form button").click()
                expect(page.locator(".secret-once")).to_be_visible()
                page.locator(".key-form button").click()
                page.locator("td.action button").last.click()
                expect(page.locator(".fault, .sure")).to_have_count(2)
            assert page.evaluate(WIDTH) <= screen.width, name
            assert violations(page) == [], name
            keep_screenshot(page, f"page-{name}-{screen.name}-{locale}")
