"""The demo as a newcomer sees it: a picture shows each planted story at a glance, and every page says "demo"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from minipanel.demo.stories import HEAT, HOARDER, LEAK, LEAK_DAYS, SWITCH
from tests.e2e.conftest import keep_screenshot
from tests.e2e.demo import Demo, running_demo
from tests.e2e.test_page_raster import DAY, colours, lightness, wait_for_raster
from tests.e2e.visits import PHONE, visit

NODES = 30
MONTH = 30 * DAY
ROWS = range(NODES)

MUCH_DARKER = 60
"""Of 255: on a light background higher values are darker, and a difference of this much is visible at a glance."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo"), NODES, recent=0) as demo:
        yield demo


def raster(demo: Demo, seconds: int, metric: str) -> str:
    end = demo.nodes.since
    return f"/history/r[01-10]n[01-03]?from={end - seconds}&to={end}&by={metric}"


def darkness(page: Page, share: float) -> list[float]:
    """Return how dark each row is at a time, given as a share of the picture."""
    return [255 - lightness(found[0]) for found in colours(page, share, ROWS)]


def darkest(page: Page, share: float) -> set[int]:
    """Return the rows that stand out at a time: darker than all others by more than rows usually differ."""
    found = darkness(page, share)
    order = sorted(ROWS, key=found.__getitem__, reverse=True)
    steps = [found[order[k - 1]] - found[order[k]] for k in range(1, NODES // 3)]
    return set(order[: steps.index(max(steps)) + 1])


def hatched(page: Page, share: float) -> set[int]:
    """Return the rows without a value at a time: stripes on white, which no value has."""
    return {row for row, found in enumerate(colours(page, share, ROWS)) if len(found) > 1 and "255 255 255" in found}


def test_the_rack_that_heats_up_and_the_switch_that_died_stand_out_in_the_day(browser: Browser, demo: Demo) -> None:
    with visit(browser, demo.fleet, raster(demo, DAY, "temperature")) as page:
        wait_for_raster(page)
        assert darkest(page, 0.95) == demo.places(HEAT)
        assert darkest(page, 0.6) != demo.places(HEAT)  # it has not begun
        assert hatched(page, 0.985) == demo.places(SWITCH)
        keep_screenshot(page, "page-demo-day")


def test_the_leak_and_the_node_that_keeps_memory_stand_out_in_the_month(browser: Browser, demo: Demo) -> None:
    with visit(browser, demo.fleet, raster(demo, MONTH, "memory")) as page:
        wait_for_raster(page)
        assert darkest(page, 0.995) == demo.places(LEAK, HOARDER)
        (leaking,) = demo.places(LEAK)
        killed = 1 - LEAK_DAYS / 30
        before, after = (darkness(page, killed + step)[leaking] for step in (-0.01, 0.01))
        assert before > after + MUCH_DARKER
        keep_screenshot(page, "page-demo-month")


def test_every_page_says_that_it_is_a_demo(browser: Browser, demo: Demo) -> None:
    for user, path in ((None, "/login"), ("miniadmin", "/history/r01n01"), ("miniadmin", "/realtime?kiosk=1")):
        with visit(browser, demo.fleet, path, user=user, screen=PHONE, locale="zh-CN") as page:
            expect(page.locator(".demo-mark")).to_be_in_viewport()
            expect(page.locator(".demo-mark")).to_have_text("演示")
            expect(page).to_have_title(re.compile("MiniPanel（演示）"))
