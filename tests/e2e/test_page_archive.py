"""Years of history on the page: "2 years" if the archive reaches that far, and a sentence while it does not answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from minipanel.archive.config import StorageConfig
from minipanel.archive.engine import Engine
from minipanel.archive.points import lines_of
from minipanel.models.full_record import FullRecord
from minipanel.models.record import record_id
from tests.e2e.conftest import keep_screenshot
from tests.e2e.fleet import Fleet, numbered, running_fleet
from tests.e2e.month import fill_month
from tests.e2e.visits import visit
from tests.victoria import Victoria, running_victoria

DAY = 86_400
NOTICE = "The archive does not answer, so data from before"


@dataclass
class Site:
    fleet: Fleet
    victoria: Victoria


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("archive")
    with running_victoria(folder) as victoria, running_fleet(folder, numbered(2), minutes=0) as fleet:
        end = int(time.time()) // 300 * 300 - 300
        fill_month(fleet.database, 1, end)
        storage = StorageConfig("victoriametrics", victoria.url)
        Engine(storage).write("".join(lines_of([("node01", old(time)) for time in old_times(end)], storage.cluster)))
        victoria.show_all()
        fleet.stop_panel()
        with fleet.config.path.open("a") as file:
            file.write(f'\n[storage]\nengine = "victoriametrics"\nwrite_url = "{victoria.url}"\n')
        fleet.start_panel()
        yield Site(fleet, victoria)


def old_times(end: int) -> range:
    """Every second hour of three months, more than a year ago."""
    return range(end // DAY * DAY - 600 * DAY, end // DAY * DAY - 510 * DAY, 7200)


def old(timestamp: int) -> FullRecord:
    cpu = {"cpu_percent": 20.0 + timestamp // 7200 % 50, "cpu_percent_max": 90.0}
    memory = {"memory_total": 2**38, "memory_used": 2**37, "memory_used_max": 2**37, "memory_percent": 50.0}
    temperature = {"cpu_temp": 60.0, "cpu_temp_max": 61.0, "cpu_temp_samples": 60}
    return FullRecord(record_id(1, timestamp), 60, None, {**cpu, **memory, **temperature})


def test_two_years_are_shown_and_what_is_missing_while_the_archive_is_away(browser: Browser, site: Site) -> None:
    old = old_times(int(time.time()))
    with visit(browser, site.fleet, "/history/node01") as page:
        page.get_by_role("link", name="2 years").click()
        expect(page.get_by_text("one value every 1 h")).to_be_visible()
        expect(page.locator(".shown > .is-leaving")).to_have_count(0)
        expect(page.locator(".metrics-chart canvas")).to_have_count(3)
        expect(page.get_by_text(NOTICE)).to_have_count(0)
        keep_screenshot(page, "page-two-years")
        page.goto(f"{site.fleet.url}/history/node01?from={old.start}&to={old.start + 7 * DAY}")
        expect(page.locator(".metrics-chart canvas")).to_have_count(3)

        site.victoria.stop()
        page.goto(f"{site.fleet.url}/history/node01?period=2y")
        expect(page.get_by_text(NOTICE)).to_be_visible()
        expect(page.locator(".metrics-chart canvas")).to_have_count(3)
        keep_screenshot(page, "page-archive-away")
        page.get_by_role("button", name="CSV").click()
        expect(page.get_by_text("No CSV was saved")).to_be_visible()
    with visit(browser, site.fleet, "/history/node01?period=2y", locale="zh-CN") as page:
        expect(page.get_by_text("归档没有响应")).to_be_visible()
        expect(page.get_by_role("link", name="2 年")).to_have_attribute("aria-current", "true")
