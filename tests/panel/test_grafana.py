"""The dashboard in deploy/grafana: a real Prometheus, which scrapes a panel, answers each of its expressions."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.panel.commands import run, running_panel, written_config
from tests.panel.example import bearer, body_of, sample
from tests.prometheus import MISSING, Prometheus, running_prometheus

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/minipanel.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}

TARGETS = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]
VARIABLES = [variable for variable in DASHBOARD["templating"]["list"] if variable["type"] == "query"]

BUILT_IN = {"$__rate_interval": "10s", "$__range": "20s"}
"""What Grafana sets itself. For its own variables, `.*` means all."""

SCRAPES = 4


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has scraped a panel several times: one node is up, one has never reported, one is disabled."""
    if shutil.which("prometheus") is None:
        assert not os.environ.get("CI"), MISSING
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("grafana")
    config = written_config(folder)
    with config.path.open("a") as file:  # open at the first look, because it is about the panel itself
        file.write('[[alerts.rule]]\nname = "disk"\nfree_below = 100\nfor = "0s"\n')
    with running_panel(config):
        now = int(time.time()) // 5 * 5
        headers = {**bearer(), "X-MiniPanel-Sent": f"{time.time():.3f}", "User-Agent": "minipanel-agent/0.1.0"}
        samples = body_of(sample(timestamp=now - 5, cpu_percent=10), sample(timestamp=now))
        assert httpx.post(f"{config.server.url}/api/metrics", content=samples, headers=headers).status_code == 200
        made = run("access", "tokens", "add", "prometheus", "--scope", "metrics", "--config", config.path)
        assert made.returncode == 0, made.stderr
        token = made.stdout
        with running_prometheus(config, token, folder, 1) as prometheus:
            end = time.monotonic() + 30
            while len(prometheus.samples("minipanel_database_bytes", 60).get((), {})) < SCRAPES or not prometheus.query(
                "minipanel_alert_open"
            ):
                assert time.monotonic() < end, "Prometheus has not scraped the panel several times in 30 s."
                time.sleep(0.2)
            yield prometheus


def filled(expression: str) -> str:
    """Return an expression as Grafana sends it when all panels and nodes are chosen."""
    for name, value in BUILT_IN.items():
        expression = expression.replace(name, value)
    for variable in VARIABLES:
        expression = expression.replace(f"${variable['name']}", variable["allValue"])
    assert "$" not in expression, "a variable that this test does not know"
    return expression


@pytest.mark.parametrize(("title", "target"), TARGETS, ids=[f"{title}-{target['refId']}" for title, target in TARGETS])
def test_each_expression_has_an_answer(prometheus: Prometheus, title: str, target: dict[str, Any]) -> None:
    expression = filled(target["expr"])
    found = prometheus.query(expression) if target["instant"] else prometheus.query_range(expression, 10)
    assert found, f"{title}: {target['expr']}"


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable["name"])
def test_each_variable_has_values(prometheus: Prometheus, variable: dict[str, Any]) -> None:
    query = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
    assert query is not None
    assert {series["metric"][query[2]] for series in prometheus.query(filled(query[1]))}


def test_the_table_shows_the_state_of_each_node(prometheus: Prometheus) -> None:
    (table,) = [panel for panel in PANELS if panel["title"] == "One row per node"]
    found = {
        target["refId"]: {
            series["metric"]["node"]: (float(series["value"][1]), series["metric"])
            for series in prometheus.query(filled(target["expr"]))
        }
        for target in table["targets"]
    }
    renamed = table["transformations"][1]["options"]["renameByName"]
    columns = {renamed[f"Value #{name}"]: values for name, values in found.items() if f"Value #{name}" in renamed}
    assert {node: value for node, (value, _) in columns["State"].items()} == {
        "node001": 1,
        "node002.cluster.example": 0,
    }
    assert columns["CPU use"]["node001"][0] == 0.452
    assert columns["Memory use"]["node001"][0] == 0.5
    assert columns["CPU temperature"]["node001"][0] == 65.5
    assert -1 < columns["Newest sample"]["node001"][0] < 60
    assert found["G"]["node001"][1]["version"] == "0.1.0"


def test_every_panel_asks_the_chosen_data_source() -> None:
    asked = [panel["datasource"] for panel in PANELS] + [target["datasource"] for _, target in TARGETS]
    assert all(source == SOURCE for source in [*asked, *(variable["datasource"] for variable in VARIABLES)])
    (source,) = [variable for variable in DASHBOARD["templating"]["list"] if variable["type"] == "datasource"]
    assert (source["name"], source["query"]) == ("datasource", "prometheus")


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    assert DASHBOARD["id"] is None, "an id is one installation's own"
    assert (DASHBOARD["uid"], DASHBOARD["title"]) == ("minipanel", "MiniPanel")
    assert DASHBOARD["schemaVersion"] >= 39
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in PANELS:
        names = [target["refId"] for target in panel["targets"]]
        assert len(set(names)) == len(names), panel["title"]


def test_no_panel_covers_another_and_none_stands_out() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        across, down = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        assert across.stop <= 24, panel["title"]
        for cell in itertools.product(across, down):
            assert cell not in taken, f"{panel['title']} covers {taken[cell]}"
            taken[cell] = panel["title"]


def test_the_dashboard_shows_what_was_asked_for() -> None:
    kinds = [panel["type"] for panel in PANELS]
    assert (kinds.count("state-timeline"), kinds.count("table")) == (1, 2)
    assert kinds.count("heatmap") == kinds.count("bargauge") == 3


def test_every_scraped_series_of_nodes_is_on_the_dashboard(prometheus: Prometheus) -> None:
    expressions = " ".join(target["expr"] for _, target in TARGETS)
    scraped = {series["metric"]["__name__"] for series in prometheus.query('{__name__=~"minipanel_.+"}')}
    assert {name for name in scraped if name not in expressions} == {
        "minipanel_build_info",
        "minipanel_commit_duration_seconds_count",
        "minipanel_commit_duration_seconds_sum",
    }


def test_open_alerts_are_a_table(prometheus: Prometheus) -> None:
    (table,) = [panel for panel in PANELS if panel["title"] == "Open alerts"]
    (series,) = prometheus.query(filled(table["targets"][0]["expr"]))
    shown = table["transformations"][0]["options"]["indexByName"]
    assert {name: series["metric"].get(name, "") for name in shown} == {
        "severity": "critical",
        "rule": "disk",
        "node": "",
    }
