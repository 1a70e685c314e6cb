"""docs/api.md: each example runs exactly as written, except for addresses, against a real panel."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from minipanel.config import Config, NodeConfig
from minipanel.config.template import render_config
from tests.pages import ROOT
from tests.panel.commands import ENVIRONMENT, running_panel, written_config
from tests.panel.example import bearer, body_of, sample

PAGE = ROOT / "docs/api.md"
ADDRESS = "http://10.0.0.1:8080"
MINUTES = 40

TOOLS = ("bash", "curl", "jq", "sed", "Rscript")
"""In scripts/packages.sh, so that CI has them."""

RUN_BY = {"sh": ["bash", "-eu", "-o", "pipefail"], "python": [sys.executable, "-W", "error"], "r": ["Rscript"]}

EXPECTED = {
    "A token": r"",
    "The newest values": r"(node00[1-8]\t[\d.]+\t50\.?0?\t65\.5\n){7}node008\t[\d.]+\t50\.?0?\t\n",
    "History of one node": r"(\d{10}\t45\.2\t45\.2\t\d+\n){8,9}",
    "History in fewer bytes": r"(\d{10} 45\.2 45\.2\n){8,9}",
    "History of a node set, as CSV": r"hostname,timestamp,cpu_percent,[^\n]+\r?\nnode001,\d{10},45\.2,[^\n]+\n",
    "CSV in pandas": r"\s+cpu_percent\s+cpu_percent_max\s+samples\s*\nhostname\s+time\s*\n"
    r"node001\s+20\S+ \S+\+00:00\s+45\.2\s+45\.2\s+\d+\n(?s:.*)",
    "CSV in R": r"\s+hostname\s+day\s+cpu_percent\s+memory_percent\n1\s+node001\s+20\S+\s+45\.2\s+50\n(?s:.*)",
    "Gaps": r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  \d+ s  unknown\n",
    "Values as they come": r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  node002  97\.?5?%\n",
    "Errors": r"404\nThere is no node 'node017'\.\n",
    "Python without packages": r"node001 [89] records, highest CPU 45\.2\nnode002 [89] records, highest CPU 97\.5\n"
    r"(node00\d \d records, highest CPU 45\.2\n){6}",
    "A whole cluster in one picture": r"\[1\] [89] of 28[789] cells, highest 45\.2\n"
    r"(\[\d\] \d of 28\d cells, [^\n]+\n){7}",
    "The whole cluster over time": r"busy [\d.]+ node-hours\nidle [\d.]+ node-hours\n"
    r"down [\d.]+ node-hours\nunknown [\d.]+ node-hours\nhottest 65\.5\n",
    "Months of history": r"",
}
"""What each example prints, by its heading."""

ENDLESS = {"Values as they come"}
"""These are ended once they have printed a line."""


@dataclass(frozen=True)
class Example:
    """A block of the page. `heading`: the one above it."""

    heading: str
    language: str
    text: str


def examples() -> list[Example]:
    parts = re.split(r"^## (.+)\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return [
        Example(heading, language, block)
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
        for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]


@dataclass(frozen=True)
class Outcome:
    """How an example ended, and what it printed."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the examples run, one after another, as a reader of the page would run them."""
    return tmp_path_factory.mktemp("examples")


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> Iterator[Mapping[str, Outcome]]:
    """Run all examples beside a panel of eight nodes: one has a gap, one is busy and one has no sensor."""
    config = written_config(folder)
    names = [f"node{number:03}" for number in range(1, 9)]
    nodes = tuple(NodeConfig(name, f"10.0.0.{place}", name) for place, name in enumerate(names, start=2))
    config = replace(config, nodes=nodes)
    config.path.write_text(render_config(config))
    environment = prepared(folder, config)
    with running_panel(config):
        for name in names:
            report(config, name)
        yield {each.heading: outcome_of(each, folder, config, environment) for each in examples()}


def prepared(folder: Path, config: Config) -> dict[str, str]:
    """Return an environment in which `minipanel` is this checkout's and `sudo` changes no user."""
    tools = folder / "bin"
    tools.mkdir()
    for name, line in (("minipanel", f'exec "{sys.executable}" -m minipanel "$@"'), ("sudo", 'exec "$@"')):
        (tools / name).write_text(f"#!/bin/sh\n{line}\n")
        (tools / name).chmod(0o755)
    own = {"PATH": f"{tools}:{os.environ['PATH']}", "MINIPANEL_CONFIG": str(config.path), "NO_PROXY": "127.0.0.1"}
    return {**ENVIRONMENT, **own, "no_proxy": "127.0.0.1", "LC_ALL": "C.UTF-8"}


def report(config: Config, name: str) -> None:
    """Report the last minutes of a node."""
    now = int(time.time()) // 5 * 5
    times = [time for time in range(now - MINUTES * 60, now + 1, 5) if name != "node003" or not is_gap(now, time)]
    values = {"cpu_percent": 97.5} if name == "node002" else {"cpu_temp": None} if name == "node008" else {}
    samples = [sample(node_id=name, timestamp=timestamp, **values) for timestamp in times]
    answer = httpx.post(f"{config.server.url}/api/metrics", content=body_of(*samples), headers=bearer(name), timeout=20)
    assert answer.status_code == 200, answer.text


def is_gap(now: int, timestamp: int) -> bool:
    return now - 1500 < timestamp <= now - 600


def outcome_of(example: Example, folder: Path, config: Config, environment: Mapping[str, str]) -> Outcome:
    text = example.text.replace(ADDRESS, config.server.url).replace("time.sleep(1)", "time.sleep(0)")
    script = folder / "example"
    script.write_text(text)
    process = subprocess.Popen(
        [*RUN_BY[example.language], str(script)],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if example.heading in ENDLESS:
        assert process.stdout is not None
        line = process.stdout.readline()
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Outcome(0, line, "")
    stdout, stderr = process.communicate(timeout=120)
    if example.heading == "A token":
        wait_until_known(config, (folder / "token").read_text().strip())
    return Outcome(process.returncode, stdout, stderr)


def wait_until_known(config: Config, token: str) -> None:
    """Return once the running panel has read the token: a person is slower than that."""
    headers = {"Authorization": f"Bearer {token}"}
    end = time.monotonic() + 10
    while httpx.get(f"{config.server.url}/api/nodes", headers=headers).status_code != 200:
        assert time.monotonic() < end, "the panel does not know the new token"
        time.sleep(0.05)


def test_every_tool_of_the_examples_is_here() -> None:
    assert [tool for tool in TOOLS if shutil.which(tool) is None] == []


def test_each_section_has_one_example_and_this_test_knows_what_it_prints() -> None:
    assert [each.heading for each in examples()] == list(EXPECTED)


@pytest.mark.parametrize("heading", EXPECTED)
def test_an_example_of_the_page_does_what_the_page_says(heading: str, outcomes: Mapping[str, Outcome]) -> None:
    outcome = outcomes[heading]
    assert outcome.code == 0, outcome
    assert re.fullmatch(EXPECTED[heading], outcome.stdout), outcome.stdout


def test_the_token_is_for_its_owner_alone(outcomes: Mapping[str, Outcome], folder: Path) -> None:
    assert outcomes["A token"].code == 0
    assert (folder / "token").read_text().startswith("mpt_")
    assert {(folder / name).stat().st_mode & 0o777 for name in ("token", "header")} == {0o600}


def test_the_months_are_whole_and_have_one_head(outcomes: Mapping[str, Outcome], folder: Path) -> None:
    assert outcomes["Months of history"].code == 0
    head, *rows = (folder / "months.csv").read_text().splitlines()
    assert head.startswith("hostname,timestamp,cpu_percent,")
    week = (folder / "week.csv").read_text().splitlines()
    assert sorted(rows) == sorted(set(rows))
    assert set(week[1:]) <= set(rows)
