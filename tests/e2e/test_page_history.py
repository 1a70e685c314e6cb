"""The past of nodes: one, a few, a set; ranges drawn with the pointer; what is exported."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import keep_screenshot
from tests.e2e.fleet import Fleet, numbered, running_fleet
from tests.e2e.month import fill_month
from tests.e2e.visits import visit

FILLED = 12
DEAD = "node12"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("past"), numbered(FILLED), minutes=0, silent=[DEAD]) as fleet:
        end = int(time.time()) // 300 * 300 - 300
        for node_id in range(1, FILLED + 1):
            fill_month(fleet.database, node_id, end)
        # What was seen of a node before a start is read from its records.
        fleet.stop_panel()
        fleet.start_panel()
        yield fleet


def wait_for_charts(page: Page) -> None:
    expect(page.locator(".metrics-chart canvas")).to_have_count(3)


def range_of(page: Page) -> tuple[int, int] | None:
    found = re.search(r"from=(\d+)&to=(\d+)", page.url)
    return (int(found[1]), int(found[2])) if found else None


def draw(page: Page, begin: float, end: float) -> None:
    """Draw a range over the first chart, from and to in shares of its width."""
    box = page.locator(".metrics-chart .u-over").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + begin * box["width"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], box["y"] + 60, steps=5)
    page.mouse.up()


def test_a_range_is_drawn_moved_and_taken_back_and_lives_in_the_address(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01?period=7d") as page:
        wait_for_charts(page)
        draw(page, 0.25, 0.5)
        expect(page).to_have_url(re.compile("from="))
        first = range_of(page)
        assert first
        assert first[1] - first[0] == pytest.approx(7 * 86_400 / 4, rel=0.05)
        wait_for_charts(page)
        page.keyboard.press("ArrowLeft")
        expect(page).to_have_url(re.compile(f"to={first[0]}"))
        page.reload()
        wait_for_charts(page)
        assert range_of(page) == (2 * first[0] - first[1], first[0])
        page.locator(".metrics-chart .u-over").first.dblclick()
        expect(page).to_have_url(re.compile("period="))
        page.go_back()
        assert range_of(page)


def test_gaps_are_empty_in_the_strip_and_told_with_what_is_known(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01?period=1m") as page:
        wait_for_charts(page)
        strip = page.locator(".coverage-strip")
        expect(strip.locator("rect.whole").first).to_be_attached()
        expect(strip.locator(".gaps li").first).to_contain_text("reason not known")
        keep_screenshot(page, "page-history-month")


def test_a_few_nodes_are_drawn_together_each_with_its_values(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node[01-03]?period=1d") as page:
        wait_for_charts(page)
        expect(page.locator(".curve-legend").first.locator("li")).to_have_count(3)
        box = page.locator(".metrics-chart .u-over").first.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
        expect(page.locator(".history-readout")).to_contain_text("180 of 180 samples")
        keep_screenshot(page, "page-history-few")


def test_a_set_is_drawn_as_its_median_and_band(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, f"/history/node[01-{FILLED}]?period=1m") as page:
        wait_for_charts(page)
        expect(page.get_by_text(f"Median of {FILLED} nodes, band from the 10th to the 90th percentile")).to_be_visible()
        expect(page.locator(".mean-and-max").first).to_contain_text("10–90 %")


def test_a_node_or_a_set_is_typed_into_the_head(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01") as page:
        wait_for_charts(page)
        page.keyboard.press("/")
        page.keyboard.type("node[02-04]")
        page.keyboard.press("Enter")
        expect(page.get_by_text("3 nodes")).to_be_visible()
        page.get_by_label("Node or node set").fill("node99")
        page.keyboard.press("Enter")
        expect(page.get_by_text("There is no node named “node99”.")).to_be_visible()
        page.get_by_label("Node or node set").fill("node[1-")
        page.keyboard.press("Enter")
        expect(page.get_by_text("“node[1-” is no node set.")).to_be_visible()


def test_a_dead_nodes_past_is_there(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, f"/history/{DEAD}?period=7d") as page:
        wait_for_charts(page)
        expect(page.locator(".state-mark").first).to_have_text("down")


def test_what_is_shown_is_exported_with_units(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01?period=1d") as page:
        wait_for_charts(page)
        with page.expect_download() as csv_file:
            page.get_by_role("button", name="CSV").click()
        head, *rows = csv.reader(io.StringIO(Path(csv_file.value.path()).read_text("utf-8-sig")))
        assert head[2:4] == ["CPU mean (%)", "CPU max (%)"]
        shown = page.locator(".history-readout").inner_text()
        assert f"{len(rows)} of 288 records" in shown
        with page.expect_download() as picture:
            page.get_by_role("button", name="PNG").click()
        assert picture.value.suggested_filename.startswith("minipanel-node01-")
        content = Path(picture.value.path()).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 20_000
