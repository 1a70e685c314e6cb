"""A set's past in one picture: it shows what has happened, and pointer and keys read it and lead on."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from minipanel.database.evidence import put_agent_starts, put_panel_run
from minipanel.demo.nodes import racks
from minipanel.models.gap import AgentStart
from tests.e2e.access import violations
from tests.e2e.conftest import keep_screenshot
from tests.e2e.fleet import Fleet, running_fleet
from tests.e2e.month import DAY, put_records, record
from tests.e2e.test_page_history import touch
from tests.e2e.visits import PHONE, visit

RACKS, NODES = 3, 10
ALL = "r[01-03]n[01-10]"
HOT = range(10, 20)
"""The rows of the rack that heats up in the last quarter of the day."""
OFF = range(22, 30)
"""The rows of the nodes that are off in the second quarter."""


@dataclass(frozen=True)
class Story:
    """The end of the planted day, and the picture's own rows and columns."""

    fleet: Fleet
    end: int


def plant(database: Path, end: int) -> None:
    """A day of records of all nodes: a rack heats up by 40 °C within an hour, eight nodes are off for six hours."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for row in range(RACKS * NODES):
            times = [
                t for t in range(end - DAY + 300, end + 1, 300) if row not in OFF or not 0.25 < day_share(t, end) <= 0.5
            ]
            put_records(connection, [planted(row, t, end) for t in times])
        back, begin = end - DAY // 2, end - DAY
        starts = [AgentStart("1" * 8, begin, begin), AgentStart("2" * 8, back, back)]
        put_agent_starts(connection, [(row + 1, start) for row in OFF for start in starts])
        put_panel_run(connection, (begin - DAY, end))
        connection.commit()


def day_share(timestamp: int, end: int) -> float:
    return 1 - (end - timestamp) / DAY


def planted(row: int, timestamp: int, end: int) -> dict[str, object]:
    heat = min(40.0, max(0.0, (day_share(timestamp, end) - 0.75) * DAY / 3600 * 40)) if row in HOT else 0.0
    idle = 0.0 if row == 0 else 20.0
    temp = 40.0 + heat
    values = {"cpu_percent": idle, "cpu_percent_max": idle, "cpu_temp": temp, "cpu_temp_max": temp}
    return {**record(row + 1, timestamp), **values, "samples": 60, "cpu_temp_samples": 60, "seen": None}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    names = racks(RACKS, NODES)
    with running_fleet(tmp_path_factory.mktemp("raster"), names, minutes=0, silent=names) as fleet:
        end = int(time.time()) // 300 * 300
        plant(fleet.database, end)
        # What is known of a node from before a start is read from its records.
        fleet.stop_panel()
        fleet.start_panel()
        yield Story(fleet, end)


def path(story: Story, nodes: str = ALL, more: str = "&by=temperature") -> str:
    return f"/history/{nodes}?from={story.end - DAY}&to={story.end}{more}"


def wait_for_raster(page: Page) -> None:
    expect(page.locator(".raster-map canvas")).to_be_visible()
    page.wait_for_function(DRAWN)


DRAWN = """() => {
  const canvas = document.querySelector('.raster-map canvas')
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  context.drawImage(canvas, -canvas.width / 2, -2)
  return context.getImageData(0, 0, 1, 1).data[3] === 255
}"""
"""Whether there are cells at noon of the first row."""

CELLS = """(share, rows) => {
  const canvas = document.querySelector('.raster-map canvas')
  const labels = [...document.querySelectorAll('.raster-map span.label')]
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })
  context.drawImage(canvas, 0, 0)
  const scale = canvas.height / canvas.clientHeight
  const x = Math.round(share * canvas.width)
  return rows.map((row) => {
    const y = Math.round(parseFloat(labels[row].style.insetBlockStart) * scale)
    const { data } = context.getImageData(x - 4, y - 4, 8, 8)
    const pixels = [...Array(64).keys()].map((at) => data.slice(4 * at, 4 * at + 3).join(' '))
    return [...new Set(pixels)]
  })
}"""
"""The colours around a time (a share of the day) in each of these rows: one for a value, more if it is hatched."""


def colours(page: Page, share: float, rows: range) -> list[tuple[str, ...]]:
    return [tuple(each) for each in page.evaluate(f"([share, rows]) => ({CELLS})(share, rows)", [share, list(rows)])]


def lightness(colour: str) -> float:
    red, green, blue = (int(part) for part in colour.split())
    return 0.299 * red + 0.587 * green + 0.114 * blue


def point(page: Page, share: float, row: int) -> tuple[float, float]:
    """Return where a row's cell at a share of the day is on the screen."""
    field = page.locator(".raster-map .field").bounding_box()
    label = page.locator(".raster-map span.label").nth(row).bounding_box()
    assert field
    assert label
    return field["x"] + share * field["width"], label["y"] + label["height"] / 2


def test_a_rack_that_heats_up_is_seen_and_when_it_began(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story)) as page:
        wait_for_raster(page)
        everything = range(RACKS * NODES)
        (usual,) = set(colours(page, 0.7, everything))
        assert len(usual) == 1
        late = colours(page, 0.95, everything)
        assert {row for row in everything if late[row] != usual} == set(HOT)
        # On a light background higher values are darker.
        assert all(lightness(late[row][0]) < lightness(usual[0]) - 60 for row in HOT)
        keep_screenshot(page, "page-raster-rack")


def test_an_outage_empties_its_rows_which_is_not_zero(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story, more="")) as page:
        wait_for_raster(page)
        cells = colours(page, 0.4, range(RACKS * NODES))
        assert {row for row, found in enumerate(cells) if len(found) > 1} == set(OFF)
        assert len(cells[0]) == 1  # idle: zero has a colour
        page.mouse.move(*point(page, 0.4, OFF[0]))
        expect(page.locator(".raster-tip")).to_contain_text("r03n03")
        expect(page.locator(".raster-tip")).to_contain_text("the node was off")
        page.mouse.move(*point(page, 0.4, 0))
        expect(page.locator(".raster-tip b")).to_have_text("0%")
        expect(page.locator(".raster-legend")).to_contain_text("missing because of the node")


def test_a_stroke_marks_time_and_nodes_and_there_is_a_way_back(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story)) as page:
        wait_for_raster(page)
        page.mouse.move(*point(page, 0.7, 10))
        page.mouse.down()
        page.mouse.move(*point(page, 0.8, 19), steps=4)
        page.mouse.up()
        expect(page).to_have_url(re.compile(r"/history/(@|%40)r02\?"))
        wait_for_raster(page)
        expect(page.locator(".raster-map span.label")).to_have_count(10)
        found = re.search(r"from=(\d+)&to=(\d+)", page.url)
        assert found
        assert (int(found[2]) - int(found[1])) / DAY == pytest.approx(0.1, abs=0.02)
        assert int(found[1]) - (story.end - DAY) == pytest.approx(0.7 * DAY, abs=900)
        page.get_by_role("button", name="Reset").click()
        expect(page).to_have_url(re.compile(r"/history/r\[01-03\]n\[01-10\]\?.*by=temperature"))
        expect(page).not_to_have_url(re.compile("from=|within="))


def test_a_click_opens_the_node_at_that_time(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story)) as page:
        wait_for_raster(page)
        page.mouse.click(*point(page, 0.5, 12))
        expect(page).to_have_url(re.compile(rf"/history/r02n03\?.*from={story.end - DAY}&to={story.end}"))
        expect(page.locator(".metrics-chart canvas")).to_have_count(3)
        page.go_back()
        wait_for_raster(page)


def test_keys_read_the_picture_and_mark_a_part(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story)) as page:
        wait_for_raster(page)
        page.locator(".raster-map .field").focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator(".raster-map [role=status]")).to_contain_text("r01n01")
        for key in ("PageDown", "ArrowDown", "ArrowLeft"):
            page.keyboard.press(key)
        expect(page.locator(".raster-map [role=status]")).to_contain_text("r02n02")
        expect(page.locator(".raster-map [role=status]")).to_contain_text("80 °C")
        for _ in range(8):
            page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/history/r02n\[02-10\]"))


def test_without_a_node_history_is_the_whole_cluster(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story, "").replace("/history/", "/history")) as page:
        wait_for_raster(page)
        expect(page.locator(".cluster-charts .metrics-chart canvas")).to_have_count(3)
        shares = page.locator(".cluster-charts .swatch-list").first
        # Eight of thirty nodes were off for a quarter of the day; one is idle, the others are busy.
        expect(shares).to_have_text(re.compile(r"down\s*6\.7%\s*unknown\s*0\.0%\s*idle\s*3\.3%\s*busy\s*90\.0%"))
        page.mouse.move(*point(page, 0.4, 0))
        expect(shares).to_have_text(re.compile(r"down\s*8\s*unknown\s*0\s*idle\s*1\s*busy\s*21"))
        page.mouse.move(0, 0)
        assert violations(page) == []
        keep_screenshot(page, "page-cluster-past")
        hottest = page.locator(".cluster-charts .high")
        expect(hottest).to_contain_text("80.0 °C")
        hottest.get_by_role("button").click()
        expect(page).to_have_url(re.compile(r"/history/r02n\d\d\?"))
        page.keyboard.press("Escape")
        expect(page.locator(".cluster-charts")).to_be_visible()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        # Across two sheets, a grid would put what follows over the raster.
        for block in (".shown", ".history-raster"):
            expect(page.locator(block)).to_have_css("display", "block")
        expect(page.locator(".raster-map .label").first).to_have_text(re.compile(r"^[^…]+$"))


def test_a_finger_reads_with_a_tap_and_draws_a_time_sideways(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story), screen=PHONE) as page:
        wait_for_raster(page)
        page.locator(".raster-map .field").scroll_into_view_if_needed()
        box = page.locator(".raster-map .field").bounding_box()
        assert box
        spot = box["x"] + box["width"] / 2, box["y"] + 30
        page.touchscreen.tap(*spot)
        expect(page.locator(".raster-tip")).to_contain_text("40 °C")
        keep_screenshot(page, "page-raster-phone")
        box = page.locator(".raster-map .field").bounding_box()  # the cell's values may take one more line
        assert box
        touch(page, [(box["x"] + 40 + 12 * step, box["y"] + 30) for step in range(10)])
        expect(page).not_to_have_url(re.compile(f"from={story.end - DAY}&"))
        expect(page).to_have_url(re.compile("from="))
        wait_for_raster(page)


def test_up_to_eight_are_lines_and_either_can_be_switched(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story, "r01n[01-08]", "")) as page:
        expect(page.locator(".metrics-chart canvas")).to_have_count(3)
        expect(page.locator(".raster-map")).to_have_count(0)
        legend = page.locator(".curve-legend").first.get_by_role("button")
        legend.nth(2).click()
        pressed = page.locator('.curve-legend button[aria-pressed="true"]')
        expect(pressed).to_have_count(3)  # one in each of three charts
        legend.nth(4).press("Control+Enter")
        expect(pressed).to_have_count(6)
        page.get_by_role("button", name="Raster").click()
        wait_for_raster(page)
        expect(page).to_have_url(re.compile("as=raster"))
        page.reload()
        wait_for_raster(page)
    with visit(browser, story.fleet, path(story, more="")) as page:
        wait_for_raster(page)
        page.get_by_role("button", name="Lines").click()
        expect(page.locator(".metrics-chart canvas")).to_have_count(3)
        expect(page).to_have_url(re.compile("as=lines"))


def test_behind_the_picture_is_a_table_and_axe_finds_nothing_to_mend(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story), scheme="dark") as page:
        wait_for_raster(page)
        page.get_by_text("As a table").click()
        rows = page.locator(".raster-table tbody tr")
        expect(rows).to_have_count(RACKS * NODES)
        expect(rows.nth(0)).to_have_text(re.compile(r"r01n01\s*40 °C\s*40 °C\s*100%"))
        expect(rows.nth(HOT[0])).to_contain_text("80 °C")
        expect(rows.nth(OFF[0])).to_contain_text("75%")
        page.mouse.move(*point(page, 0.4, 0))
        assert violations(page) == []


def test_the_exported_picture_contains_the_raster(browser: Browser, story: Story) -> None:
    with visit(browser, story.fleet, path(story)) as page:
        wait_for_raster(page)
        page.evaluate("""() => {
          window.sizes = []
          const draw = CanvasRenderingContext2D.prototype.drawImage
          CanvasRenderingContext2D.prototype.drawImage = function (image, ...place) {
            window.sizes.push([image.width, image.height])
            return draw.call(this, image, ...place)
          }
        }""")
        size = page.locator(".raster-map canvas").evaluate("(canvas) => [canvas.width, canvas.height]")
        with page.expect_download() as picture:
            page.get_by_role("button", name="PNG").click()
        assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")
        assert size in page.evaluate("window.sizes")
