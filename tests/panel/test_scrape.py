"""GET /metrics, as Prometheus reads it."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_string_to_metric_families,
)
from prometheus_client.parser import text_string_to_metric_families

from minipanel.alerts.watch import Watch
from minipanel.app import create_app
from minipanel.config import Config
from minipanel.models.alert import Alert, Bad
from minipanel.services.exposition import exposition, wanted_format
from minipanel.services.live import Seen
from minipanel.services.panel import Panel
from minipanel.services.series import node_families
from tests.pages import LANGUAGES, code, rows
from tests.panel.example import PASSWORD, bearer, body_of, caller, config_in, sample

pytestmark = pytest.mark.anyio

LONG = "node002.cluster.example"
OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"


class Clocks:
    """The panel's clock and its machine's uptime, moved by hand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def clock(self) -> float:
        return time.time() + self.ahead

    def uptime(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
async def app(tmp_path: Path, clocks: Clocks) -> AsyncIterator[FastAPI]:
    def panel(config: Config) -> Panel:
        return Panel(config, clocks.clock, clocks.uptime)

    app = create_app(config_in(tmp_path), tmp_path, panel)
    async with app.router.lifespan_context(app):
        yield app


async def send(client: httpx.AsyncClient, *samples: dict[str, object], node_id: str = "node001") -> None:
    headers = {**bearer(node_id), "User-Agent": "minipanel-agent/0.1.0", "X-MiniPanel-Sensor": "coretemp Package id 0"}
    answer = await client.post("/api/metrics", content=body_of(*samples), headers=headers)
    assert answer.status_code == 200, answer.text


def series_of(text: str) -> dict[str, str]:
    """Every sample of an answer: its name with labels, and its value as text."""
    samples = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    found = {name: value for name, _, value in samples}
    assert len(found) == len(samples), "a series is there twice"
    return found


async def scraped(client: httpx.AsyncClient, accept: str = "") -> dict[str, str]:
    answer = await client.get("/metrics", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    return series_of(answer.text)


async def test_a_node_that_is_up_has_all_its_values_in_base_units(client: httpx.AsyncClient) -> None:
    now = sample()["timestamp"]
    await send(client, sample(cpu_percent=45.2))
    series = await scraped(client)
    own = {name: value for name, value in series.items() if 'node="node001"' in name}
    assert own == {
        'minipanel_node_up{node="node001"}': "1",
        'minipanel_node_cpu_usage_ratio{node="node001"}': "0.452",
        'minipanel_node_memory_total_bytes{node="node001"}': "16777216000",
        'minipanel_node_memory_used_bytes{node="node001"}': "8388608000",
        'minipanel_node_cpu_temperature_celsius{node="node001"}': "65.5",
        'minipanel_node_last_sample_timestamp_seconds{node="node001"}': str(now),
        'minipanel_node_info{node="node001",name="node001",version="0.1.0",sensor="coretemp Package id 0"}': "1",
    }
    assert series[f'minipanel_node_up{{node="{LONG}"}}'] == "0"
    assert not [name for name in series if "node003" in name], "a disabled node has no series"
    states = {name: value for name, value in series.items() if name.startswith("minipanel_nodes{")}
    assert list(states.values()) == ["1", "0", "1", "1"]
    assert states['minipanel_nodes{state="never"}'] == "1"


async def test_the_skew_of_a_clock_is_reported_and_a_missing_temperature_is_absent(client: httpx.AsyncClient) -> None:
    headers = {**bearer(), "X-MiniPanel-Sent": f"{time.time() - 12:.3f}"}
    await client.post("/api/metrics", content=body_of(sample(cpu_temp=None)), headers=headers)
    series = await scraped(client)
    assert float(series['minipanel_node_clock_skew_seconds{node="node001"}']) == pytest.approx(-12, abs=2)
    assert not [name for name in series if name.startswith("minipanel_node_cpu_temperature")]
    assert 'minipanel_node_info{node="node001",name="node001",version="",sensor=""}' in series


async def test_values_of_a_node_that_went_down_are_absent(client: httpx.AsyncClient, clocks: Clocks) -> None:
    now = sample()["timestamp"]
    await send(client, sample())
    assert 'minipanel_node_cpu_usage_ratio{node="node001"}' in await scraped(client)
    clocks.ahead = 21
    own = {name: value for name, value in (await scraped(client)).items() if 'node="node001"' in name}
    assert own == {
        'minipanel_node_up{node="node001"}': "0",
        'minipanel_node_last_sample_timestamp_seconds{node="node001"}': str(now),
    }
    await send(client, sample(timestamp=int(clocks.clock()) // 5 * 5))
    clocks.ahead += 5
    assert (await scraped(client))['minipanel_node_up{node="node001"}'] == "1"


async def test_the_panel_counts_its_own_work(client: httpx.AsyncClient) -> None:
    now = int(sample()["timestamp"])
    await send(client, *(sample(timestamp=now - 5 * k) for k in range(3)))
    await send(client, sample())
    assert (await client.post("/api/metrics", content=b"{}", headers=bearer())).status_code == 400
    for _ in range(2):
        assert (await client.post("/api/metrics", content=body_of(sample()))).status_code == 401
    series = await scraped(client)
    assert series["minipanel_samples_stored_total"] == "3"
    refused = {name[:-2].partition('="')[2]: value for name, value in series.items() if "_refused_total" in name}
    assert {reason: count for reason, count in refused.items() if count != "0"} == {
        "bad_input": "1",
        "not_authenticated": "2",
    }
    assert "busy" in refused, "a reason is there before it first occurs"
    buckets = [int(value) for name, value in series.items() if "_commit_duration_seconds_bucket" in name]
    assert buckets == sorted(buckets)
    assert buckets[-1] == int(series["minipanel_commit_duration_seconds_count"]) >= 2
    assert 0 < float(series["minipanel_commit_duration_seconds_sum"]) < 60
    assert series["minipanel_queue_samples"] == "0"
    assert series["minipanel_alert_messages_waiting"] == "0"
    assert int(series["minipanel_database_bytes"]) > 10_000
    assert series['minipanel_build_info{version="0.1.0"}'] == "1"


async def test_scrapers_at_about_the_same_time_share_one_answer(
    app: FastAPI, client: httpx.AsyncClient, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    scrape = app.state.panel.scrape
    make = scrape.make

    def slowly(form: str, more: object) -> bytes:
        made.append(form)
        time.sleep(0.05)
        answer: bytes = make(form, more)
        return answer

    monkeypatch.setattr(scrape, "make", slowly)
    clocks.ahead += 5 - time.time() % 5  # the begin of a slot
    answers = await asyncio.gather(*(client.get("/metrics") for _ in range(20)))
    assert len({answer.text for answer in answers}) == 1
    assert made == ["text"]
    clocks.ahead += 5
    await client.get("/metrics")
    assert made == ["text"] * 2


async def test_a_scraper_every_5_seconds_gets_a_new_answer_even_if_a_little_early(
    client: httpx.AsyncClient, clocks: Clocks
) -> None:
    clocks.ahead += 6 - time.time() % 5
    for k in range(3):
        now = int(clocks.clock()) // 5 * 5
        await send(client, sample(timestamp=now, cpu_percent=k))
        assert (await scraped(client))['minipanel_node_cpu_usage_ratio{node="node001"}'] == str(k / 100)
        clocks.ahead += 4.99


async def test_an_answer_that_could_not_be_made_is_made_again(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.services.scrape.file_bytes", lambda path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await client.get("/metrics")
    monkeypatch.undo()
    assert await scraped(client)


async def test_a_scraper_that_leaves_takes_the_answer_from_nobody(app: FastAPI, client: httpx.AsyncClient) -> None:
    scrape = app.state.panel.scrape
    first, second = (asyncio.create_task(scrape.answer("text")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert b"minipanel_nodes" in await second


async def test_both_formats_have_the_same_series(client: httpx.AsyncClient) -> None:
    await send(client, sample())
    text = await client.get("/metrics")
    assert text.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    opened = await client.get("/metrics", headers={"Accept": OPENMETRICS})
    assert opened.headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert "# TYPE minipanel_samples_stored counter\n" in opened.text
    assert "# TYPE minipanel_samples_stored_total counter\n" in text.text
    assert "# TYPE minipanel_node info\n" in opened.text
    assert "# TYPE minipanel_node_info gauge\n" in text.text
    assert "# UNIT minipanel_node_memory_used_bytes bytes\n" in opened.text
    assert opened.text.endswith("\n# EOF\n")
    assert "EOF" not in text.text
    assert "UNIT" not in text.text
    assert {text.headers["Vary"], opened.headers["Vary"]} == {"Accept, Accept-Encoding"}
    assert series_of(text.text).keys() == series_of(opened.text).keys()


@pytest.mark.parametrize(
    ("encoding", "is_gzipped"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("br;q=1, GZIP;q=0.2", True),
    ],
)
async def test_an_answer_is_compressed_for_clients_that_accept_it(
    client: httpx.AsyncClient, encoding: str, is_gzipped: bool
) -> None:
    plain = await client.get("/metrics", headers={"Accept-Encoding": "identity"})
    answer = await client.get("/metrics", headers={"Accept-Encoding": encoding})
    assert answer.headers.get("Content-Encoding") == ("gzip" if is_gzipped else None)
    assert (int(answer.headers["Content-Length"]) < len(plain.content)) == is_gzipped
    assert series_of(answer.text).keys() == series_of(plain.text).keys()


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "text"),
        ("*/*", "text"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "text"),
        ("application/openmetrics-text", "openmetrics"),
        ("application/openmetrics-text; version=1.0.0, text/plain", "openmetrics"),
        (OPENMETRICS, "openmetrics"),
        ("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.5", "text"),
        ("application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5", "text"),
        ("application/openmetrics-text;q=0,*/*;q=0.1", "text"),
        ('Application/OpenMetrics-Text; Version="1.0.0"', "openmetrics"),
        ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.2", "openmetrics"),
        ("application/openmetrics-text;q=nan, text/plain;q=much", "text"),
        (",;=,;;q=,", "text"),
    ],
)
def test_the_format_is_the_one_that_accept_prefers(accept: str, form: str) -> None:
    assert wanted_format(accept) == form


def test_a_label_is_escaped_by_the_rules_of_both_formats() -> None:
    odd = Seen('a"b\\c\nd', "名", "up", None, 5, None, None, None)
    for form in ("text", "openmetrics"):
        text = exposition(node_families([odd]), form).decode()  # type: ignore[arg-type]
        assert 'minipanel_node_up{node="a\\"b\\\\c\\nd"} 1\n' in text
        assert ',name="名",version=' in text


async def test_readers_of_both_formats_take_an_answer_apart(client: httpx.AsyncClient) -> None:
    await send(client, sample())
    read = {"text/plain": text_string_to_metric_families, OPENMETRICS: openmetrics_string_to_metric_families}
    found = []
    for accept, families in read.items():
        text = (await client.get("/metrics", headers={"Accept": accept})).text
        samples = [
            (each.name, tuple(sorted(each.labels.items()))) for family in families(text) for each in family.samples
        ]
        found.append({name for name, _ in samples})
        assert len(set(samples)) == len(samples)
    assert found[0] == found[1]


async def test_each_family_is_described_and_its_lines_are_together(client: httpx.AsyncClient) -> None:
    await send(client, sample())
    for accept in ("text/plain", OPENMETRICS):
        lines = (await client.get("/metrics", headers={"Accept": accept})).text.splitlines()
        heads = [line.split()[1:3] for line in lines if line.startswith("# ")]
        for kind in ("HELP", "TYPE"):
            names = [name for each, name in (head for head in heads if len(head) == 2) if each == kind]
            assert len(names) == len(set(names)) >= 15
        units = dict(line.split()[2:] for line in lines if line.startswith("# UNIT"))
        assert all(name.endswith(f"_{unit}") for name, unit in units.items())
        for line in lines:
            assert re.fullmatch(r'# .+|[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [-+.e0-9]+', line), line


HOT = Alert("hot", 1, "critical", 0, 0, 300, Bad(99.0, 95.0))


@pytest.mark.parametrize("pages", LANGUAGES.values(), ids=LANGUAGES.keys())
async def test_the_page_about_prometheus_names_every_series_and_label(
    app: FastAPI, client: httpx.AsyncClient, pages: list[Path]
) -> None:
    app.state.alerts.watch = Watch([], [HOT])
    await client.post("/api/metrics", content=body_of(sample()), headers={**bearer(), "X-MiniPanel-Sent": "1"})
    series: dict[str, set[str]] = {}
    for name in await scraped(client):
        family, _, labels = name.partition("{")
        family = re.sub("_(bucket|sum|count)$", "", family)
        series.setdefault(family, set()).update(re.findall(r'(\w+)="', labels))
    told = {code(row[0])[0]: set(code(row[1])) for row in rows(pages, "series", "序列")}
    assert told == series


async def test_promtool_has_no_complaints(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.alerts.watch = Watch([], [HOT])
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing; Debian has it in the package prometheus."
    await send(client, sample())
    text = (await client.get("/metrics")).content
    process = await asyncio.create_subprocess_exec(promtool, "check", "metrics", stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert (await process.communicate(text), process.returncode) == ((b"", b""), 0)


async def test_a_node_whose_values_are_not_known_since_the_start_has_none(tmp_path: Path) -> None:
    config = replace(config_in(tmp_path))
    for is_first in (True, False):
        # This keeps the last hour over a restart.
        config.database.path.with_name("data.db.hours").unlink(missing_ok=True)
        app = create_app(config, tmp_path)
        async with app.router.lifespan_context(app), caller(app) as client:
            await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
            if is_first:
                await send(client, sample())
            series = await scraped(client)
            assert series['minipanel_node_up{node="node001"}'] == "1"
            assert ('minipanel_node_cpu_usage_ratio{node="node001"}' in series) == is_first
            assert 'minipanel_node_last_sample_timestamp_seconds{node="node001"}' in series
