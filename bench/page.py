"""What the realtime page costs a browser: script per stream event, memory that must not grow, and a first visit.

    python bench/page.py                           1,000 nodes, map and table, 3 minutes; writes results/page.md
    python bench/page.py --nodes 5000              the same with more nodes; writes results/page-5000.md
    python bench/page.py --minutes 60              one view for an hour; writes results/page-hour.md
    python bench/page.py --cold 7                  first visits on a slow line and CPU; writes results/page-cold.md
    python bench/page.py --nodes 20 --seconds 10   a look, written nowhere

Simulated nodes report to a real panel on loopback, and Chromium shows its page. The figures are Chromium's own, from
its DevTools protocol.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright
from processes import machine

from minipanel.demo.nodes import racks

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT))
from tests.e2e.conftest import QUIET  # noqa: E402
from tests.e2e.fleet import Fleet, running_fleet  # noqa: E402
from tests.e2e.trial import PASSWORD  # noqa: E402

RESULT = ROOT / "bench" / "results" / "page.md"
RESULT_OF_AN_HOUR = RESULT.with_name("page-hour.md")
RESULT_OF_COLD = RESULT.with_name("page-cold.md")
FAST_3G = {"offline": False, "latency": 562.5, "downloadThroughput": 1.44e6 / 8, "uploadThroughput": 0.675e6 / 8}
"""As in Chromium's DevTools: milliseconds, and bytes per second."""

CPU_SLOWDOWN = 4
LOOK_SECONDS = 300
"""Between two looks at the memory in a long run."""
NODES_IN_RACK = 40
SETTLE_SECONDS = 12
"""The page loads its code and the nodes send for the first time."""


@dataclass
class Cost:
    """What one view used: milliseconds of script per stream event in each second, and memory after collections."""

    view: str
    script: list[float] = field(default_factory=list)
    task: list[float] = field(default_factory=list)
    events: int = 0
    heap_mb: list[float] = field(default_factory=list)
    elements: list[int] = field(default_factory=list)

    def row(self) -> str:
        """Return the figures as a row of a table."""
        ordered = sorted(self.script)
        p95 = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
        return (
            f"| {self.view} | {self.events} | {median(ordered):.1f} ms | {p95:.1f} ms | {ordered[-1]:.1f} ms "
            f"| {median(self.task):.1f} ms | {', '.join(f'{mb:.1f}' for mb in self.heap_mb)} MB "
            f"| {self.elements[0]} to {self.elements[-1]} |"
        )


def main() -> None:
    """Measure, print, keep the result of a whole run."""
    options = read_arguments()
    whole_racks, rest = divmod(options.nodes, NODES_IN_RACK)
    names = racks(whole_racks + bool(rest), NODES_IN_RACK)[: options.nodes]
    with (
        tempfile.TemporaryDirectory(prefix="minipanel-page-") as folder,
        running_fleet(Path(folder), names, minutes=0) as fleet,
    ):
        text = report_cold(options, cold(fleet, options)) if options.cold else report(options, measure(fleet, options))
    print(text)
    if options.cold:
        if options.nodes >= 1000:
            RESULT_OF_COLD.write_text(text)
    elif options.nodes >= 1000 and options.seconds >= 60:
        of_views = RESULT if options.nodes == 1000 else RESULT.with_name(f"page-{options.nodes}.md")
        (RESULT_OF_AN_HOUR if options.minutes else of_views).write_text(text)


def read_arguments() -> argparse.Namespace:
    """Return the options; their defaults are those of the result that is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=60, help="for each view")
    parser.add_argument("--minutes", type=int, default=0, help="one view for this long, instead of --seconds")
    parser.add_argument("--views", default="both,map,table")
    parser.add_argument("--cold", type=int, default=0, metavar="TIMES", help="first visits instead of views")
    options = parser.parse_args()
    if options.minutes:
        options.seconds, options.views = 60 * options.minutes, options.views.partition(",")[0]
    options.look_seconds = LOOK_SECONDS if options.minutes else max(1, options.seconds // 3)
    return options


@contextlib.contextmanager
def browser_to_measure() -> Iterator[Browser]:
    """Run a browser without Chromium's background work."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("chromium is missing; install it to measure the page.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


def visitor(browser: Browser, fleet: Fleet) -> BrowserContext:
    """Return a browser window that is logged in and has an empty cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.request.post(f"{fleet.url}/api/auth/login", data={"username": "miniadmin", "password": PASSWORD})
    return context


def measure(fleet: Fleet, options: argparse.Namespace) -> list[Cost]:
    """Return the cost of each view, one after another in one browser."""
    with browser_to_measure() as browser:
        context = visitor(browser, fleet)
        return [watch(context.new_page(), fleet, view, options) for view in options.views.split(",")]


def cold(fleet: Fleet, options: argparse.Namespace) -> list[float]:
    """Return the seconds of each first visit, from entering the address until the page shows values."""
    time.sleep(SETTLE_SECONDS)
    with browser_to_measure() as browser:
        return [first_values(visitor(browser, fleet), fleet) for _ in range(options.cold)]


def first_values(context: BrowserContext, fleet: Fleet) -> float:
    """Return the seconds of one visit, as slow as the constants above say."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", FAST_3G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    begin = time.monotonic()
    page.goto(f"{fleet.url}/realtime", wait_until="commit")
    page.locator(".node-row .number").first.wait_for(timeout=60_000)
    seconds = time.monotonic() - begin
    context.close()
    return seconds


def watch(page: Page, fleet: Fleet, view: str, options: argparse.Namespace) -> Cost:
    """Return what a view costs. Memory is read now and then, each time after a garbage collection."""
    cost = Cost(view)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    devtools.send("Network.enable")
    arrived: list[float] = []
    devtools.on("Network.eventSourceMessageReceived", lambda _: arrived.append(time.monotonic()))
    page.goto(f"{fleet.url}/realtime?view={view}")
    page.wait_for_timeout(SETTLE_SECONDS * 1000)
    look_at_memory(devtools, cost)
    for second in range(options.seconds):
        before, heard = metrics(devtools), len(arrived)
        page.wait_for_timeout(1000)
        after, events = metrics(devtools), len(arrived) - heard
        if events:
            cost.events += events
            cost.script.append(1000 * (after["ScriptDuration"] - before["ScriptDuration"]) / events)
            cost.task.append(1000 * (after["TaskDuration"] - before["TaskDuration"]) / events)
        if (second + 1) % options.look_seconds == 0:
            look_at_memory(devtools, cost)
            print(
                f"{view}: after {second + 1} s {cost.heap_mb[-1]:.2f} MB, {cost.elements[-1]} DOM nodes, "
                f"{cost.events} events",
                flush=True,
            )
    page.close()
    return cost


def look_at_memory(devtools: CDPSession, cost: Cost) -> None:
    """Note how much memory JavaScript holds, and how many elements there are."""
    devtools.send("HeapProfiler.collectGarbage")
    found = metrics(devtools)
    cost.heap_mb.append(found["JSHeapUsedSize"] / 1e6)
    cost.elements.append(int(found["Nodes"]))


def metrics(devtools: CDPSession) -> dict[str, float]:
    """Return Chromium's counters since the page was opened (DevTools protocol, Performance.getMetrics)."""
    return {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}


def report_cold(options: argparse.Namespace, seconds: list[float]) -> str:
    """Return the result of first visits as a page."""
    each = ", ".join(f"{second:.2f}" for second in seconds)
    lines = [
        "# A first visit",
        "",
        f"{time.strftime('%Y-%m-%d')}, on {machine()}; {options.nodes:,} nodes at 5 s. An empty cache, a session, "
        f"Fast 3G (562 ms, 1.44 Mbit/s), a CPU {CPU_SLOWDOWN} times slower.",
        "",
        f"From the address to the first values: median {median(seconds):.2f} s of {each}.",
    ]
    return "\n".join(lines) + "\n"


def report(options: argparse.Namespace, costs: list[Cost]) -> str:
    """Return the result as a page."""
    lines = [
        "# The page's cost to a browser",
        "",
        f"{time.strftime('%Y-%m-%d')}, on {machine()}; {options.nodes:,} nodes at 5 s, {options.seconds} s a view.",
        "An event of the stream brings the samples of up to half a second. Task is script, style, layout and paint.",
        "",
        "| view | events | script an event, median | p95 | worst second | task an event | heap | DOM nodes |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(cost.row() for cost in costs),
        "",
        f"The JavaScript heap after a garbage collection: after the start, then every {options.look_seconds} s.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
