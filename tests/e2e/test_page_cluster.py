"""All nodes on one page: the map, the table, searching, sorting, and the title of the tab."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from minipanel.demo.nodes import racks
from minipanel.demo.wire import SENSOR
from tests.e2e.conftest import keep_screenshot
from tests.e2e.fleet import WITHOUT_SENSOR, Fleet, numbered, running_fleet
from tests.e2e.visits import DESK, PHONE, WALL, Screen, visit

DOWN = "node17"

PLACES = """() => [...document.querySelectorAll(".node-row td")].slice(0, 140).map((cell) => {
  const { x, y, width, height } = cell.getBoundingClientRect()
  return [x, y, width, height]
})"""
"""Where the cells of the first rows are."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet"), numbered(64), minutes=2) as fleet:
        fleet.skews["node05"] = -12
        yield fleet


def rows(page: Page) -> list[str]:
    """The names in the table, in order."""
    return page.locator(".node-row .name").all_inner_texts()


def wait_for_nodes(page: Page, count: str) -> None:
    expect(page.get_by_text(f"of {count} nodes", exact=False)).to_be_visible()
    expect(page.locator(".heat-map canvas")).to_be_visible()


def test_the_map_and_the_table_show_all_nodes(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        wait_for_nodes(page, "64")
        expect(page.get_by_role("application")).to_have_attribute("aria-label", "Heat map of 64 nodes by CPU")
        expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "65")
        expect(page.locator(".node-row").filter(has_text="node05").locator(".clock")).to_have_text(
            "-12.0 s", timeout=15000
        )


def test_a_cell_shows_its_values_and_opens_its_node(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        wait_for_nodes(page, "64")
        field = page.get_by_role("application")
        box = field.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
        name = page.locator(".heat-tip strong").inner_text()
        expect(page.locator(".heat-tip")).to_contain_text("Temperature")
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
        expect(page).to_have_url(re.compile(f"/realtime/{name}$"))


def test_one_node_shows_its_sensor_its_agent_and_what_it_missed(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime/node02") as page:
        missed = re.compile(r"all \d+ there|\d+ (since|of \d+ missed)")
        for name, text in {"Samples in the last hour": missed, "Sensor": SENSOR, "Agent": "0.1.0"}.items():
            expect(fact(page, name)).to_have_text(text)
    with visit(browser, fleet, f"/realtime/node{WITHOUT_SENSOR:02}", locale="zh-CN") as page:
        expect(fact(page, "传感器")).to_have_text("无传感器")


def fact(page: Page, name: str) -> Locator:
    """What the summary shows under this name."""
    return page.locator(".node-facts > div").filter(has=page.get_by_text(name, exact=True)).locator("dd")


def test_the_map_is_walked_with_arrow_keys(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        wait_for_nodes(page, "64")
        page.get_by_role("application").focus()
        for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        expect(page.locator(".heat-tip strong")).to_have_text("node03")
        page.keyboard.press("Escape")
        expect(page.locator(".heat-tip")).to_have_count(0)
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/realtime/node64$"))


def test_on_a_phone_the_first_tap_shows_the_values_and_the_second_opens_the_node(
    browser: Browser, fleet: Fleet
) -> None:
    with visit(browser, fleet, "/realtime", screen=PHONE) as page:
        wait_for_nodes(page, "64")
        field = page.get_by_role("application")
        field.scroll_into_view_if_needed()
        page.wait_for_timeout(200)
        box = field.bounding_box()
        assert box
        page.touchscreen.tap(box["x"] + box["width"] - 60, box["y"] + 8)
        expect(page.locator(".heat-tip strong")).to_be_visible()
        expect(page).to_have_url(re.compile("/realtime$"))
        page.touchscreen.tap(box["x"] + box["width"] - 60, box["y"] + 8)
        expect(page).to_have_url(re.compile("/realtime/node"))


def test_a_search_takes_parts_of_names_and_node_sets_and_lives_in_the_address(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        wait_for_nodes(page, "64")
        page.keyboard.press("/")
        page.keyboard.type("node[01-08] !node03", delay=5)
        expect(page.get_by_text("7 of 64 nodes")).to_be_visible()
        assert rows(page) == ["node01", "node02", "node04", "node05", "node06", "node07", "node08"]
        page.keyboard.press("Escape")
        page.reload()
        expect(page.get_by_text("7 of 64 nodes")).to_be_visible()
        expect(page.get_by_role("searchbox")).to_have_value("node[01-08] !node03")
        page.get_by_role("searchbox").fill("nobody")
        expect(page.get_by_text("No node matches “nobody”.")).to_be_visible()


def test_groups_conditions_and_a_rectangle_are_searches_that_the_head_follows(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        wait_for_nodes(page, "64")
        search = page.get_by_role("searchbox")
        search.fill("＠node，clock > 5")
        expect(page.get_by_text("1 of 64 nodes")).to_be_visible(timeout=30_000)
        assert rows(page) == ["node05"]
        expect(page.get_by_label("The cluster", exact=True)).to_contain_text("Found: 1")
        search.fill("node01 tmp>85")
        expect(page.get_by_text("“tmp>85” is ignored: a condition begins with one of cpu, mem, temp")).to_be_visible()
        search.fill("@rack9 <b>" + "x" * 100)
        expect(page.get_by_text("There is no group “rack9”. Known groups: @node.")).to_be_visible()
        search.fill("x" * 10_000)
        expect(page.get_by_text("The search has 10,000 characters")).to_be_visible()
        search.fill("")
        expect(page.get_by_text("64 of 64 nodes")).to_be_visible()
        mark(page)
        expect(page).to_have_url(re.compile(r"\?q=node\[01-"))
        expect(search).to_have_value(re.compile(r"^node\[01-0\d(,\d\d-\d\d)?\]$"))
        search.fill("")
        expect(page.get_by_text("64 of 64 nodes")).to_be_visible()
        page.get_by_role("application").focus()
        for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
            page.keyboard.press(key)
        expect(search).to_have_value("node[01-03]")
        page.get_by_role("button", name="Clocks").click()
        expect(page).to_have_url(re.compile("sort=-clock"))


def mark(page: Page) -> None:
    """Draw a rectangle over the first cells of the map."""
    box = page.get_by_role("application").bounding_box()
    assert box
    first, few = box["x"] + box["width"] * 0.02, box["x"] + box["width"] * 0.3
    page.mouse.move(first, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(few, box["y"] + 12, steps=4)
    page.mouse.up()


def test_choices_are_kept_from_view_to_view(browser: Browser, fleet: Fleet) -> None:
    chosen = r"by=temperature&sort=-cpu&period=7d"
    with visit(browser, fleet, f"/realtime?{chosen}&q=node[01-03]") as page:
        page.locator(".node-row a", has_text="node02").click()
        expect(page).to_have_url(re.compile(rf"/realtime/node02\?{chosen}&q=node\[01-03\]$"))
        press_chord(page, "gh", re.compile(rf"/history/node02\?{chosen}&q="))
        page.get_by_role("link", name="This node now").click()
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile(rf"/realtime\?{chosen}&q=node\[01-03\]$"))
        press_chord(page, "gh", re.compile(rf"/history/node\[01-03\]\?{chosen}&q="))
        press_chord(page, "gh", re.compile(r"/history/node\[01-03\]\?"))
        page.get_by_role("link", name="These nodes now").click()
        expect(page.get_by_text("3 of 64 nodes")).to_be_visible()
        # A condition is resolved once; then the address names the nodes.
        page.get_by_role("searchbox").fill("@node clock>5")
        expect(page.get_by_text("1 of 64 nodes")).to_be_visible(timeout=30_000)
        page.keyboard.press("Escape")
        press_chord(page, "gh", re.compile(r"/history/node05\?"))
        press_chord(page, "gr", re.compile(r"/realtime/node05\?"))


def test_columns_sort_and_the_order_lives_in_the_address(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime?view=table") as page:
        expect(page.get_by_role("table")).to_be_visible()
        expect(page.locator(".heat-map")).to_have_count(0)
        page.get_by_role("button", name="CPU", exact=True).and_(page.locator("th button")).click()
        expect(page).to_have_url(re.compile("sort=-cpu"))
        expect(page.get_by_role("columnheader", name="CPU")).to_have_attribute("aria-sort", "descending")
        numbers = [float(text.rstrip("%")) for text in page.locator(".node-row .cpu_percent .number").all_inner_texts()]
        assert numbers[0] > numbers[-1]
        page.reload()
        expect(page.get_by_role("columnheader", name="CPU")).to_have_attribute("aria-sort", "descending")


def test_nothing_moves_when_values_change(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime?view=table") as page:
        expect(page.locator(".node-row").nth(20)).to_be_visible()
        before, text = page.evaluate(PLACES), page.locator(".node-row").first.inner_text()
        expect(page.locator(".node-row").first).not_to_have_text(text, timeout=15_000)
        page.wait_for_timeout(1000)
        assert page.evaluate(PLACES) == before


def test_keys_lead_from_view_to_view_and_help_lists_them(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        wait_for_nodes(page, "64")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Search nodes")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        press_chord(page, "gh", re.compile("/history$"))
        press_chord(page, "gr", re.compile("/realtime"))


def press_chord(page: Page, keys: str, url: re.Pattern[str]) -> None:
    """Press keys in sequence until they lead to an address: a busy machine may put too much time between them."""
    for _ in range(5):
        for key in keys:
            page.keyboard.press(key)
        with contextlib.suppress(AssertionError):
            expect(page).to_have_url(url, timeout=3_000)
            return
    expect(page).to_have_url(url)


def test_the_theme_is_chosen_and_remembered(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        theme = page.get_by_role("button", name=re.compile("^Theme"))
        for expected in ("light", "dark"):
            theme.click()
            assert page.locator("html").get_attribute("data-theme") == expected
        page.reload()
        expect(theme).to_have_accessible_name("Theme: dark")
        assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_node_that_dies_changes_the_map_the_tab_and_the_title_and_so_does_its_return(
    browser: Browser, fleet: Fleet
) -> None:
    with visit(browser, fleet, "/realtime") as page:
        wait_for_nodes(page, "64")
        icon = page.locator("link[rel=icon]")
        expect(page).to_have_title("Realtime · MiniPanel")
        fleet.silent.add(DOWN)
        expect(page).to_have_title("1 down · Realtime · MiniPanel", timeout=30_000)
        expect(icon).to_have_attribute("href", "/favicon-down.svg")
        expect(page.locator(".heat-legend")).to_contain_text("down")
        page.get_by_label("State").select_option("down")
        expect(page.get_by_text("1 of 64 nodes")).to_be_visible()
        assert rows(page) == [DOWN]
        keep_screenshot(page, "page-down")
        fleet.silent.discard(DOWN)
        expect(page).to_have_title("Realtime · MiniPanel", timeout=15_000)
        expect(icon).to_have_attribute("href", "/favicon.svg")
        expect(page.get_by_text("No node is in this state.")).to_be_visible()


def test_an_open_page_outlives_a_restart_of_the_panel(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime", may_complain=True) as page:
        wait_for_nodes(page, "64")
        fleet.stop_panel()
        expect(page.get_by_text("No data from the panel")).to_be_visible(timeout=15_000)
        expect(page).to_have_title("no data · Realtime · MiniPanel")
        keep_screenshot(page, "page-lost")
        fleet.start_panel()
        expect(page.get_by_text("No data from the panel")).to_be_hidden(timeout=30_000)
        expect(page.locator(".feed-mark")).to_have_text("live", timeout=30_000)


def test_a_wall_shows_nothing_but_the_cluster(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime?kiosk=1", screen=WALL, scheme="dark") as page:
        expect(page.locator(".heat-map canvas")).to_be_visible()
        expect(page.get_by_role("banner")).to_have_count(0)
        expect(page.get_by_role("table")).to_have_count(0)
        height = page.evaluate("document.documentElement.scrollHeight")
        assert height <= WALL.height
        keep_screenshot(page, "page-kiosk")


@pytest.mark.parametrize("screen", [DESK, WALL], ids=lambda screen: screen.name)
def test_a_thousand_nodes_fit_one_screen(browser: Browser, tmp_path: Path, screen: Screen) -> None:
    with (
        running_fleet(tmp_path, racks(25, 40), minutes=0) as fleet,
        visit(browser, fleet, "/realtime?view=map", screen=screen) as page,
    ):
        expect(page.get_by_text("1,000 of 1,000 nodes")).to_be_visible()
        expect(page.get_by_text("1,000 up")).to_be_visible(timeout=30_000)
        box = page.locator(".heat-map canvas").bounding_box()
        assert box
        assert box["y"] + box["height"] <= screen.height
        keep_screenshot(page, f"page-thousand-{screen.name}")
        rack = page.get_by_role(
            "button", name=re.compile("^@r03: 40 nodes, 40 up, CPU on average .* at most .* [(]r03n")
        )
        rack.click()
        expect(page).to_have_url(re.compile("q=@r03"))
        expect(page.get_by_text("40 of 1,000 nodes")).to_be_visible()
        expect(rack).to_have_attribute("aria-pressed", "true")
        rack.click()
        expect(page.get_by_text("1,000 of 1,000 nodes")).to_be_visible()
