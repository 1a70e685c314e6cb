"""The page with less room, or without anything to press: on a phone, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.fleet import Fleet, numbered, running_fleet
from tests.e2e.visits import PHONE, Screen, visit

ROWS = 60
"""More than a screen holds."""

OVER_THE_EDGE = """() => [...document.querySelectorAll('.uplot canvas, .node-row, .heat-map canvas, .card')]
    .filter((each) => each.getBoundingClientRect().right > document.body.getBoundingClientRect().right + 1)
    .map((each) => each.className)"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("print"), numbered(ROWS), minutes=1) as fleet:
        yield fleet


def rows_at_rest(page: Page) -> int:
    """Return how many rows the table has once that is stable: content above it takes room from it."""
    counts = [0]
    while len(counts) < 50 and counts[-3:] != [counts[-1]] * 3:
        page.wait_for_timeout(300)
        counts.append(page.locator(".node-row").count())
    return counts[-1]


def test_a_sheet_has_all_rows_and_whole_charts_dark_on_white_and_the_screen_is_as_before(
    browser: Browser, fleet: Fleet
) -> None:
    with visit(browser, fleet, "/realtime", scheme="dark") as page:
        expect(page.locator(".node-row").first).to_be_visible()
        expect(page.locator(".heat-map canvas").first).to_be_visible()
        on_screen = rows_at_rest(page)
        assert on_screen < ROWS
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator(".node-row")).to_have_count(ROWS)
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        expect(page.locator(".app-header")).to_be_hidden()
        assert page.evaluate(OVER_THE_EDGE) == []
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(page.locator(".node-row")).to_have_count(on_screen)
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")

        page.goto(f"{fleet.url}/realtime/node01")
        expect(page.locator(".uplot canvas")).to_have_count(3)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.wait_for_function(f"() => ({OVER_THE_EDGE})().length === 0")
        assert page.pdf()[:5] == b"%PDF-"


def test_a_phone_has_the_map_on_its_first_screen_and_sorts_the_table(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime", screen=PHONE) as page:
        expect(page.locator(".node-row").first).to_be_visible()
        field = page.locator(".heat-map .field").bounding_box()
        assert field is not None
        assert field["y"] < PHONE.height / 2
        page.get_by_role("columnheader", name="Temperature").get_by_role("button").tap()
        expect(page).to_have_url(f"{fleet.url}/realtime?sort=-temperature")
        page.get_by_role("button", name="Table", exact=True).tap()
        expect(page.locator(".node-tools .metric")).to_have_count(0)


LINES_OF_COMMAND = """() => {
    const words = document.createTreeWalker(document.querySelector('.empty-state'), NodeFilter.SHOW_TEXT)
    const text = []
    while (words.nextNode()) for (const place of words.currentNode.data.matchAll(/./gu)) {
        const range = document.createRange()
        range.setStart(words.currentNode, place.index)
        range.setEnd(words.currentNode, place.index + place[0].length)
        text.push([place[0], Math.round(range.getBoundingClientRect().top)])
    }
    const begin = text.map(([letter]) => letter).join('').indexOf('minipanel nodes add')
    return [...new Set(text.slice(begin, begin + 'minipanel nodes add'.length).map(([, top]) => top))].length
}"""


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_no_line_breaks_inside_a_command(browser: Browser, tmp_path: Path, locale: str) -> None:
    with running_fleet(tmp_path, []) as fleet:
        for width in (320, 360, 390):
            for path in ("/realtime", "/history"):
                with visit(browser, fleet, path, screen=Screen("narrow", width, 740, True), locale=locale) as page:
                    expect(page.locator(".empty-state")).to_contain_text("minipanel nodes add")
                    assert page.evaluate(LINES_OF_COMMAND) == 1, (width, path)
                    assert page.evaluate("document.documentElement.scrollWidth") <= width


BROKEN_WORDS = """() => {
    const [text] = [...document.querySelectorAll('.empty-state')]
    const range = document.createRange()
    const words = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
    const letters = []
    while (words.nextNode()) for (let k = 0; k < words.currentNode.data.length; k++) {
        range.setStart(words.currentNode, k)
        range.setEnd(words.currentNode, k + 1)
        letters.push([words.currentNode.data[k], Math.round(range.getBoundingClientRect().top)])
    }
    return letters.filter(([letter, top], k) => k > 0 && top > letters[k - 1][1] + 4 && /[\\u4e00-\\u9fff]/.test(letter)
        && /[\\u4e00-\\u9fff]/.test(letters[k - 1][0])).map(([letter]) => letter)
}"""
"""The Chinese letters at which a line begins inside a word."""


def test_no_line_breaks_inside_a_chinese_word(browser: Browser, tmp_path: Path) -> None:
    with running_fleet(tmp_path, []) as fleet:
        for width in (320, 390):
            with visit(browser, fleet, "/realtime", screen=Screen("narrow", width, 740, True), locale="zh-CN") as page:
                expect(page.locator(".empty-state")).to_contain_text("minipanel nodes add")
                assert page.evaluate(BROKEN_WORDS) == [], width
                assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [768, 820, 1180])
def test_the_table_stays_inside_its_card_on_a_tablet(browser: Browser, fleet: Fleet, width: int) -> None:
    with visit(browser, fleet, "/realtime?view=table", screen=Screen("tablet", width, 900)) as page:
        expect(page.locator(".node-row").first).to_be_visible()
        card = page.locator(".node-table").bounding_box()
        last = page.locator(".node-row .clock").first.bounding_box()
        assert card is not None
        assert last is not None
        assert last["x"] + last["width"] <= card["x"] + card["width"]


def test_a_phone_breaks_no_line_between_what_belongs_together(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/history/node01", screen=Screen("narrow", 390, 844, True)) as page:
        records = page.locator(".history-readout span.soft").first
        expect(records).to_contain_text("288 records")
        assert records.evaluate("(each) => each.getClientRects().length") == 1
        tops = [page.get_by_role("button", name=name).bounding_box() for name in ("CSV", "PNG")]
        assert len({box and box["y"] for box in tops}) == 1
