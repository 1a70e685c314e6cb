"""The past of nodes: one, a few, a set; ranges drawn with the pointer; exports."""

from __future__ import annotations

import base64
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
from tests.e2e.month import explain_gaps, fill_month
from tests.e2e.visits import PHONE, visit

FILLED = 12
DEAD = "node12"
RETIRED = "node11"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("past"), numbered(FILLED), minutes=0, silent=[DEAD]) as fleet:
        end = int(time.time()) // 300 * 300 - 300
        for node_id in range(1, FILLED + 1):
            fill_month(fleet.database, node_id, end)
        for node_id in (1, 3):
            explain_gaps(fleet.database, node_id, end)
        # What is known of a node from before a start is read from its records.
        fleet.stop_panel()
        fleet.disable(RETIRED)
        fleet.start_panel()
        yield fleet


def test_where_the_samples_of_the_last_hour_are_gone_its_records_are_drawn(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime/node02") as page:
        wait_for_charts(page)
        expect(page.get_by_text("Dashed: means of 5 minutes.")).to_be_visible()
        over = page.locator(".metrics-chart .u-over").first
        box = over.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
        expect(page.locator(".at").first).to_contain_text("(mean of 5 min)")
        keep_screenshot(page, "page-hour-of-records")
    with visit(browser, fleet, f"/realtime/{DEAD}") as page:
        # It has sent nothing to this process, so its last record is shown.
        expect(page.locator(".big-value").first).to_contain_text("%")


def wait_for_charts(page: Page) -> None:
    expect(page.locator(".metrics-chart canvas")).to_have_count(3)


def range_of(page: Page) -> tuple[int, int] | None:
    found = re.search(r"from=(\d+)&to=(\d+)", page.url)
    return (int(found[1]), int(found[2])) if found else None


def draw(page: Page, begin: float, end: float) -> None:
    """Draw a range over the first chart. begin and end: shares of its width."""
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


def test_gaps_are_empty_in_the_strip_and_listed_with_their_reasons(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01?period=1m") as page:
        wait_for_charts(page)
        strip = page.locator(".coverage-strip")
        expect(strip.locator("rect.whole").first).to_be_attached()
        told = strip.locator(".gaps li")
        expect(told.first).to_contain_text("the panel was away")
        expect(told.nth(1)).to_contain_text("the node was off")
        keep_screenshot(page, "page-history-month")


def test_each_of_a_few_nodes_has_its_own_gaps_and_reasons(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node[01-08]?period=7d") as page:
        wait_for_charts(page)
        expect(page.locator(".coverage-lane")).to_have_count(8)
        told = page.locator(".coverage-strip .gaps li")
        expect(told.filter(has_text="node[01,03]")).to_contain_text("the node was off")
        expect(told.filter(has_text="node[02,04-08]")).to_contain_text("reason unknown")
        point_at_gap(page)
        labels = page.locator(".coverage-strip .label")
        expect(labels.nth(0)).to_have_text("node01 the node was off or rebooted")
        expect(labels.nth(1)).to_have_text("node02 reason unknown")
        keep_screenshot(page, "page-history-reasons")


def point_at_gap(page: Page) -> None:
    """Point at the first chart where the gap of 2 days ago is, in a week."""
    box = page.locator(".metrics-chart .u-over").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * (7 - 2.2) / 7, box["y"] + 50)


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
    with visit(browser, fleet, f"/history/node[01-{FILLED}]?period=1m&as=lines") as page:
        wait_for_charts(page)
        expect(page.get_by_text(f"Median of {FILLED} nodes, band 10th to 90th percentile")).to_be_visible()
        expect(page.locator(".mean-and-max").first).to_contain_text("10–90%")
        expect(page.locator(".coverage-strip")).to_contain_text("Reasons are shown for up to 8 nodes.")


def test_a_node_or_a_set_is_typed_into_the_head(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01") as page:
        wait_for_charts(page)
        page.keyboard.press("/")
        page.keyboard.type("node[02-04]")
        page.keyboard.press("Enter")
        expect(page.get_by_text("3 nodes")).to_be_visible()
        page.get_by_label("Node, node set").fill("node99")
        page.keyboard.press("Enter")
        expect(page.get_by_text("No node matches “node99”.")).to_be_visible()
        page.get_by_label("Node, node set").fill("node[1-")
        page.keyboard.press("Enter")
        expect(page.get_by_text("“node[1-” is not a node set.")).to_be_visible()


@pytest.mark.parametrize(("name", "state"), [(DEAD, "down"), (RETIRED, "disabled")])
def test_the_past_of_a_node_that_is_gone_is_there(browser: Browser, fleet: Fleet, name: str, state: str) -> None:
    with visit(browser, fleet, f"/history/{name}?period=7d") as page:
        wait_for_charts(page)
        expect(page.locator(".state-mark").first).to_have_text(state)


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


WRITTEN = """() => {
  window.written = []
  const write = CanvasRenderingContext2D.prototype.fillText
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.written.push(text)
    return write.call(this, text, ...place)
  }
}"""
"""Note every text that is drawn from now on."""

COLOUR_COUNTS = """async ([picture, colours]) => {
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext('2d')
  context.drawImage(bitmap, 0, 0)
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
  return colours.map(([red, green, blue]) => {
    let count = 0
    for (let at = 0; at < data.length; at += 4) {
      const apart = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue)
      if (apart <= 4) count += 1
    }
    return count
  })
}"""
"""How many pixels of a picture have each colour, or one that looks the same."""


@pytest.mark.parametrize("path", ["/history/node01?period=1m", "/history/node[01-08]?period=7d"])
def test_the_picture_contains_all_that_is_shown(browser: Browser, fleet: Fleet, path: str) -> None:
    with visit(browser, fleet, path) as page:
        wait_for_charts(page)
        expect(page.locator(".coverage-strip .gaps")).to_contain_text("the node was off")
        page.evaluate(WRITTEN)
        with page.expect_download() as picture:
            page.get_by_role("button", name="PNG").click()
        shown = " ".join(page.locator(".history-readout, .metric-stack").all_inner_texts()).split()
        assert {"Coverage", "off"} <= set(shown)
        assert set(shown) <= set(page.evaluate("window.written"))
        content = Path(picture.value.path()).read_bytes()
        empty = page.context.new_page()  # not of the panel, whose policy lets nobody read a picture
        lane = page.locator(".coverage-lane").first
        track, _ = lane.locator(".ground").evaluate(PAINT)
        parts = [lane.locator(part).first.evaluate(PAINT) for part in (".whole", ".gap.node_away")]
        colours = [mixed(numbers_of(colour), numbers_of(track), float(opacity)) for colour, opacity in parts]
        wholes, gaps = empty.evaluate(COLOUR_COUNTS, [base64.b64encode(content).decode(), colours])
        assert wholes > 2000
        assert gaps > 100


PAINT = "(part) => [getComputedStyle(part).fill, getComputedStyle(part).opacity]"


def numbers_of(colour: str) -> list[int]:
    """rgb(1, 2, 3) -> [1, 2, 3]"""
    return [int(number) for number in re.findall(r"\d+", colour)[:3]]


def mixed(above: list[int], below: list[int], opacity: float) -> list[int]:
    """The colour that results if one is drawn over another."""
    return [round(opacity * a + (1 - opacity) * b) for a, b in zip(above, below, strict=True)]


def touch(page: Page, stroke: list[tuple[float, float]]) -> None:
    """Put a finger down at the first point, move it over the others and lift it, as a touch screen would."""
    devtools = page.context.new_cdp_session(page)
    for place, (x, y) in enumerate(stroke):
        kind = "touchMove" if place else "touchStart"
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(20)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def middle_of_chart(page: Page) -> tuple[float, float]:
    """Scroll the first chart into sight and return its middle."""
    over = page.locator(".metrics-chart .u-over").first
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_finger_draws_a_range_sideways_and_scrolls_up_and_down(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01?period=7d", screen=PHONE) as page:
        wait_for_charts(page)
        x, y = middle_of_chart(page)
        before = page.evaluate("scrollY")
        touch(page, [(x, y - 15 * step) for step in range(12)])
        page.wait_for_timeout(300)
        assert page.evaluate("scrollY") > before + 60
        assert range_of(page) is None
        x, y = middle_of_chart(page)
        touch(page, [(x - 60 + 10 * step, y + step) for step in range(13)])
        expect(page).to_have_url(re.compile("from="))
        drawn = range_of(page)
        assert drawn
        assert 2 * 86_400 < drawn[1] - drawn[0] < 4 * 86_400


def test_a_tap_shows_the_values_under_the_finger(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01?period=7d", screen=PHONE) as page:
        wait_for_charts(page)
        expect(page.locator(".history-readout")).to_contain_text("of 2,016 records")
        page.touchscreen.tap(*middle_of_chart(page))
        expect(page.locator(".history-readout")).to_contain_text(re.compile("of 60 samples"))
        assert range_of(page) is None
