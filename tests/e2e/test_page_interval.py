"""Other intervals than 5 s, from samples through the panel to the browser: without missed samples there is no loss."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import keep_screenshot
from tests.e2e.fleet import Fleet, numbered, running_fleet
from tests.e2e.trial import running_trial, wait_for_sample
from tests.e2e.visits import visit

MINUTES = 70

DRAWN_SHARE = """(canvas) => {
    // Of the columns between the first and the last that bear the colour of the line: how many do.
    const name = getComputedStyle(document.documentElement).getPropertyValue('--cpu-percent').trim()
    const [red, green, blue] = [1, 3, 5].map((start) => parseInt(name.slice(start, start + 2), 16))
    const { width, height } = canvas
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
    const columns = []
    for (let x = 0; x < width; x++) {
        for (let y = 0; y < height; y++) {
            const at = 4 * (y * width + x)
            const far = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue)
            if (far < 120 && data[at + 3] > 100) { columns.push(x); break }
        }
    }
    return columns.length / (columns.at(-1) - columns[0] + 1)
}"""


@pytest.fixture(scope="module", params=[10, 60], ids=["10 s", "60 s"])
def fleet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Three nodes that have missed nothing for over an hour."""
    interval = request.param
    folder = tmp_path_factory.mktemp("interval")
    with running_fleet(folder, numbered(3), minutes=MINUTES, interval=interval) as fleet:
        yield fleet


def line_share(page: Page) -> float:
    """How much of the first chart's time its line covers: single points leave most of it empty."""
    share: float = page.locator(".metrics-chart canvas").first.evaluate(DRAWN_SHARE)
    return share


def test_the_last_hour_of_a_node_is_whole_and_a_line(browser: Browser, fleet: Fleet) -> None:
    interval = fleet.config.agents.interval
    with visit(browser, fleet, "/realtime/node01") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        facts = page.locator(".node-facts dd").first
        hour = 3600 // interval
        expect(facts).to_have_text(re.compile(f"^all ({hour}|{hour + 1}) received$"))
        expect(page.get_by_text(f"one sample every {interval} s")).to_be_visible()
        page.wait_for_timeout(300)
        assert line_share(page) > 0.95
        keep_screenshot(page, f"interval-{interval}-node")
        if interval == 10:
            # The next sample extends the hour, which is not read again.
            asked.clear()
            newest = page.locator(".newest-sample")
            title = newest.get_attribute("title")
            expect(newest).not_to_have_attribute("title", str(title), timeout=15_000)
            expect(facts).to_have_text(re.compile("^all "))
            assert [url for url in asked if url.endswith("/realtime/node01") and "/api/" in url] == []


def test_history_is_wholly_covered_without_a_gap(browser: Browser, fleet: Fleet) -> None:
    whole = 300 // fleet.config.agents.interval
    end = int(time.time()) // 300 * 300 - 300
    with visit(browser, fleet, f"/history/node01?from={end - 3000}&to={end}") as page:
        expect(page.locator(".history-readout")).to_contain_text("10 of 10 records")
        expect(page.locator(".coverage-lane .whole")).to_have_count(1)
        expect(page.locator(".coverage-lane .part, .coverage-lane .gap")).to_have_count(0)
        assert line_share(page) > 0.95
        page.locator(".u-over").first.hover()
        expect(page.locator(".history-readout")).to_contain_text(f"{whole} of {whole} samples")
        keep_screenshot(page, f"interval-{fleet.config.agents.interval}-history")


def test_all_nodes_are_up_and_the_clusters_lines_unbroken(browser: Browser, fleet: Fleet) -> None:
    with visit(browser, fleet, "/realtime") as page:
        expect(page.locator(".node-row .state-mark.up")).to_have_count(3)
        paths = page.locator(".spark-line path:last-child")
        expect(paths).to_have_count(3)
        expect(paths.first).to_have_attribute("d", re.compile("^M[^M]*L[^M]*$"))


def test_an_agent_measures_at_the_configured_interval_and_its_page_misses_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    options = ("--auth", "token")
    with running_trial(tmp_path, *options):
        pass
    config = tmp_path / "config.toml"
    text = config.read_text("utf-8")
    assert "interval = 5\n" in text
    config.write_text(text.replace("interval = 5\n", "interval = 10\n"), "utf-8")
    with running_trial(tmp_path, *options) as trial, trial.client() as client:
        first = wait_for_sample(client, seconds=25)
        second = wait_for_sample(client, after=int(str(first["timestamp"])), seconds=15)
        assert int(str(second["timestamp"])) - int(str(first["timestamp"])) == 10
        with visit(browser, trial, f"/realtime/{second['hostname']}") as page:
            expect(page.locator(".node-facts dd").first).to_have_text(re.compile(r"^\d+ since .*, none missed$"))
