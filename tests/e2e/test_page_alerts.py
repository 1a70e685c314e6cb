"""Alerts on the page: nothing while all is well, otherwise a line, a bell, a drawer, marks and a list."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import keep_screenshot
from tests.e2e.fleet import Fleet, running_fleet
from tests.e2e.month import fill_month
from tests.e2e.test_page_access import WIDTH, violations
from tests.e2e.test_page_history import COLOUR_COUNTS, PAINT, WRITTEN, numbers_of
from tests.e2e.troubles import have, trouble
from tests.e2e.visits import DESK, PHONE, Screen, visit

NAMES = [f"cn{rack}{place:02}" for rack in (12, 13) for place in range(1, 13)]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("alerts"), NAMES, minutes=2) as fleet:
        fill_month(fleet.database, 1, int(time.time()) // 300 * 300 - 300)
        yield fleet


@pytest.fixture(scope="module")
def hot(fleet: Fleet) -> list[int]:
    """The ids of alerts: a third of a rack is hot, one node's memory is full, a disk was."""
    return have(
        fleet,
        [
            *trouble("hot", range(1, 5), worst=97.4, limit=95, minutes=40),
            *trouble("memory", [14], "warning", worst=98.2, limit=97),
            *trouble("clock", [1], "warning", worst=12, limit=10, minutes=600, lasted=90),
        ],
    )


def row(page: Page, nodes: str) -> Page:
    """The line about a node set."""
    return page.locator(".needs-attention .row").filter(has_text=nodes)  # type: ignore[return-value]


def test_without_any_trouble_yet_the_page_shows_nothing_about_alerts(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        expect(page.get_by_text("All 24 nodes are fine")).to_be_visible()
        assert page.locator(".needs-attention, .alert-bell, a[href^='/alerts']").count() == 0
        page.keyboard.press("g")
        page.keyboard.press("a")
        assert page.url.endswith("/realtime")
        page.goto(f"{fleet.url}/history/cn1201")
        expect(page.locator(".coverage-strip")).to_be_visible()
        assert page.locator(".alert-lane, .alert-bell").count() == 0


def test_a_line_shows_its_nodes_in_the_map_and_leads_to_before_it_began(
    browser: Browser, fleet: Fleet, hot: list[int]
) -> None:
    with visit(browser, fleet, "/realtime") as page:
        line = row(page, "cn[1201-1204]")
        expect(line).to_contain_text("hot: 97.4 °C, limit 95 °C")
        expect(line).to_contain_text("4 of the 12 nodes of cn12")
        expect(page).to_have_title(re.compile(r"^cn\[1201-1204\] hot: 97.4 °C, limit 95 °C.* · Realtime · MiniPanel$"))
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/favicon-down.svg")
        assert page.locator(".heat-outline").count() == 0
        line.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".heat-outline path").first).to_be_attached()
        assert f"mark={hot[0]}" in page.url
        keep_screenshot(page, "page-attention")
        page.reload()
        expect(page.locator(".heat-outline path").first).to_be_attached()
        page.get_by_role("link", name="History around it").click()
        expect(page.locator(".alert-lane")).to_be_visible()
        start = int(re.search(r"from=(\d+)", page.url)[1])  # type: ignore[index]
        assert start < time.time() - 3600 - 2300


def test_the_list_comes_first_on_the_phone(browser: Browser, fleet: Fleet, hot: list[int]) -> None:
    with visit(browser, fleet, "/realtime", screen=PHONE, locale="zh-CN") as page:
        first = page.locator("main > :not(h1)").first
        expect(first).to_contain_text("需要关注")
        expect(first).to_contain_text("过热：97.4 °C，限值 95 °C")
        assert page.locator(".needs-attention .row").count() == 2


def test_a_wall_fits_its_screen_below_what_needs_attention(browser: Browser, fleet: Fleet, hot: list[int]) -> None:
    # Nobody scrolls a wall. The list appears after the map has been laid out.
    with visit(browser, fleet, "/realtime?kiosk=1", screen=Screen("small wall", 1280, 720)) as page:
        expect(page.locator(".heat-map canvas")).to_be_visible()
        expect(page.locator(".needs-attention .row")).to_have_count(2)
        page.wait_for_function("() => document.documentElement.scrollHeight <= innerHeight", timeout=10_000)


VIEWS = {
    "line": "/realtime?mark={}",
    "node": "/realtime/cn1201?mark={}",
    "list": "/alerts/{}",
    "marks": "/history/cn1201",
}


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=lambda screen: screen.name)
@pytest.mark.parametrize(("scheme", "locale"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_axe_finds_nothing_and_nothing_is_cut(
    browser: Browser, fleet: Fleet, hot: list[int], screen: Screen, scheme: Literal["light", "dark"], locale: str
) -> None:
    with visit(browser, fleet, "/realtime", screen=screen, scheme=scheme, locale=locale) as page:
        for name, path in VIEWS.items():
            page.goto(fleet.url + path.format(hot[0]))
            expect(page.locator(".alert-actions, .alert-lane").first).to_be_visible()
            assert violations(page) == [], name
            assert page.evaluate(WIDTH) <= screen.width, name
            keep_screenshot(page, f"page-alerts-{name}-{screen.name}-{locale}")
        page.locator(".alert-bell").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.get_by_role("dialog").locator(".alert-actions button").nth(1).click()
        expect(page.locator(".silence-form")).to_be_visible()
        assert violations(page) == []
        keep_screenshot(page, f"page-alerts-drawer-{screen.name}-{locale}")


def test_nothing_is_shown_by_colours_alone(browser: Browser, fleet: Fleet, hot: list[int]) -> None:
    with visit(browser, fleet, f"/realtime?mark={hot[0]}") as page:
        page.emulate_media(forced_colors="active")
        shapes = page.locator(".needs-attention .severity-mark path:first-child")
        expect(shapes).to_have_count(2)
        assert shapes.nth(0).get_attribute("d") != shapes.nth(1).get_attribute("d")
        assert page.locator(".needs-attention .row").nth(1).inner_text().startswith("warning")
        line = page.locator(".heat-outline .line")
        assert line.evaluate("(path) => getComputedStyle(path).stroke") != "none"


def test_a_message_leads_to_its_alert_whatever_is_filtered(browser: Browser, fleet: Fleet, hot: list[int]) -> None:
    with visit(browser, fleet, f"/alerts/{hot[-1]}") as page:
        chosen = page.locator(".alert-line.chosen")
        expect(chosen).to_contain_text("clock")
        expect(chosen.locator(".alert-facts")).to_contain_text("Ended")
        expect(page.locator(".alert-line")).to_have_count(3)
        page.get_by_label("Rule").select_option("hot")
        expect(page).to_have_url(re.compile(rf"/alerts/{hot[-1]}\?rule=hot$"))
        expect(page.locator("section .alert-line")).to_have_count(1)
        expect(chosen).to_contain_text("clock")
        page.get_by_label("Node set").fill("cn13[")
        page.keyboard.press("Enter")
        expect(page.get_by_text("“cn13[” is not a node set.")).to_be_visible()
        page.goto(f"{fleet.url}/alerts?nodes=cn1201&state=closed")
        expect(page.locator(".alert-line")).to_have_count(1)
    with visit(browser, fleet, "/alerts/4711?period=1d", may_complain=True) as page:
        expect(page.get_by_text("There is no alert 4711.")).to_be_visible()


def test_the_marks_have_sentences_and_are_in_the_picture(browser: Browser, fleet: Fleet, hot: list[int]) -> None:
    with visit(browser, fleet, "/history/cn1201?period=1d") as page:
        expect(page.locator(".alert-lane a")).to_have_count(2)
        page.locator(".alert-lane a").first.focus()
        expect(page.locator(".alert-lane li")).to_have_count(1)
        expect(page.locator(".alert-lane li")).to_contain_text("clock 12 s off")
        page.locator("h1").evaluate("() => document.activeElement.blur()")
        expect(page.locator(".alert-lane li")).to_have_count(2)
        page.evaluate(WRITTEN)
        with page.expect_download() as picture:
            page.get_by_role("button", name="PNG").click()
        assert {"hot:", "97.4"} <= set(page.evaluate("window.written"))
        colours = [
            numbers_of(page.locator(f".alert-lane a .{name}").evaluate(PAINT)[0]) for name in ("critical", "warning")
        ]
        content = base64.b64encode(Path(picture.value.path()).read_bytes()).decode()
        counts = page.context.new_page().evaluate(COLOUR_COUNTS, [content, colours])
        assert min(counts) > 200
        page.locator(".alert-lane a").first.press("Enter")
        expect(page).to_have_url(re.compile(rf"/alerts/{hot[-1]}$"))


IS_LIMIT_WRITTEN = "window.written.includes('limit 100 °C')"


@pytest.mark.parametrize("path", ["/realtime/cn1201", "/history/cn1201?period=1d"])
def test_the_limit_of_the_kernel_is_a_line_in_the_chart(browser: Browser, fleet: Fleet, path: str) -> None:
    with visit(browser, fleet, path) as page:
        page.add_init_script(f"({WRITTEN})()")
        page.reload()
        for _ in range(100):
            if page.evaluate(IS_LIMIT_WRITTEN):
                break
            page.wait_for_timeout(100)
        else:
            raise AssertionError("no limit was drawn")
        keep_screenshot(page, f"page-limit-{path.split('/')[1]}")
        page.goto(f"{fleet.url}/realtime/cn1209")  # it has no sensor
        expect(page.locator(".metrics-chart canvas").first).to_be_visible()
        assert not page.evaluate(IS_LIMIT_WRITTEN)


def test_an_admin_silences_and_takes_on_and_every_open_page_sees_it(
    browser: Browser, fleet: Fleet, hot: list[int]
) -> None:
    with visit(browser, fleet, "/realtime") as page, visit(browser, fleet, "/realtime") as other:
        expect(row(other, "cn1302")).to_be_visible()
        expect(other.locator(".alert-bell")).to_have_accessible_name("Alerts: 2 (1 critical, 1 warning)")
        page.locator(".alert-bell").click()
        drawer = page.get_by_role("dialog")
        memory = drawer.locator(".inner > ul > li").filter(has_text="cn1302")
        memory.get_by_role("button", name="Silence …").click()
        memory.get_by_role("button", name="8 h").click()
        memory.get_by_label("Why").fill("<b>new</b> memory")
        memory.get_by_role("button", name="Silence", exact=True).click()
        expect(memory).to_contain_text("silenced until")
        expect(drawer.locator(".silence-list")).to_contain_text("<b>new</b> memory · miniadmin, until")
        drawer.locator("li").filter(has_text="cn[1201-1204]").get_by_role("button", name="Acknowledge").click()
        expect(drawer).to_contain_text("acknowledged by miniadmin")
        expect(other.locator(".alert-bell")).to_have_accessible_name("Alerts: nothing open")
        expect(other.get_by_text("Nothing new needs attention.")).to_be_visible()
        expect(other.locator("link[rel=icon]")).to_have_attribute("href", "/favicon.svg")
        drawer.get_by_role("button", name="End: cn1302").click()
        expect(drawer.locator(".silence-list")).to_have_count(0)
        expect(row(other, "cn1302")).to_be_visible()
        expect(other.locator("link[rel=icon]")).to_have_attribute("href", "/favicon-warned.svg")
        page.keyboard.press("Escape")
        expect(drawer).not_to_be_visible()
        expect(page.locator(".alert-bell")).to_be_focused()
