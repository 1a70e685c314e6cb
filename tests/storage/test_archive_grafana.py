"""The archive's dashboard in deploy/grafana: a real engine with real records answers each of its expressions."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from minipanel.archive.engine import Engine
from minipanel.archive.points import SAMPLES, SERIES, lines_of
from minipanel.database.full_records import full_records
from minipanel.database.merge import merge_sealed
from minipanel.database.schema import migrate
from minipanel.models.full_record import FullRecord
from minipanel.models.record import record_id
from tests.storage.example import samples_of, storage_of
from tests.victoria import Victoria, running_victoria

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/minipanel-history.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
VARIABLES = {each["name"]: each for each in DASHBOARD["templating"]["list"] if each["type"] == "query"}
STEP_SECONDS = 3600
HOURS = 6


@dataclass
class Filled:
    """An engine with some hours of two nodes, with two revisions of each record."""

    victoria: Victoria
    end: int
    records: dict[str, list[FullRecord]]

    def query(self, expression: str, step: int = STEP_SECONDS) -> list[dict[str, Any]]:
        """Return what Grafana gets for the hours, with all clusters and nodes chosen."""
        expression = expression.replace("$cluster", ".*").replace("$node", ".*").replace("$__interval", f"{step}s")
        assert "$" not in expression, "a variable that this test does not know"
        start = self.end - HOURS * 3600 + step
        asked = {"query": expression, "start": start, "end": self.end, "step": step, "nocache": 1}
        answer = httpx.get(f"{self.victoria.url}/api/v1/query_range", params=asked, timeout=30)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    dice, end = random.Random(4), int(time.time()) // 3600 * 3600 - 3600
    with running_victoria(tmp_path_factory.mktemp("engine")) as victoria:
        engine = Engine(storage_of(victoria.url))
        with sqlite3.connect(":memory:", isolation_level=None) as connection:
            migrate(connection, Path(":memory:"))
            records: dict[str, list[FullRecord]] = {}
            ids = {}
            for part in range(2):
                for node, name in ((1, "n1.example"), (2, "n2.example")):
                    times = range(end - HOURS * 3600 + 300, end + 1, 300)
                    ids[node] = [record_id(node, at) for at in times]
                    for at in times:
                        own = [at - 5 * slot for slot in range(60) if slot % 2 == part]
                        for sample in samples_of(name, own, dice):
                            merge_sealed(connection, node, sample)
                    records[name] = full_records(connection, ids[node])
                    engine.write("".join(lines_of([(name, record) for record in records[name]], "site")))
        connection.close()
        victoria.show_all()
        yield Filled(victoria, end, records)


@pytest.mark.parametrize(("title", "expression"), TARGETS)
def test_each_expression_has_an_answer_at_every_step(filled: Filled, title: str, expression: str) -> None:
    found = filled.query(expression)
    assert found, f"{title}: {expression}"
    assert all(len(series["values"]) == HOURS for series in found), title


def test_of_two_revisions_the_newer_counts_and_none_twice(filled: Filled) -> None:
    (charts,) = [panel for panel in PANELS if panel["title"] == "CPU use" and len(panel["targets"]) == 1]
    found = {each["metric"]["node"]: each["values"] for each in filled.query(charts["targets"][0]["expr"])}
    for name, records in filled.records.items():
        assert {record.samples for record in records} == {60}
        for at, value in found[name]:
            within = [record.values["cpu_percent"] or 0 for record in records if at - 3600 < record.timestamp <= at]
            assert len(within) == 12
            assert float(value) == pytest.approx(sum(within) / 12)


def test_a_step_of_a_record_shows_each_record(filled: Filled) -> None:
    (found,) = filled.query('last_over_time(minipanel_cpu_percent{node="n1.example"}[5m])', 300)
    shown = [float(value) for _, value in found["values"]]
    assert shown == [record.values["cpu_percent"] for record in filled.records["n1.example"]][-len(shown) :]


def test_each_series_is_one_that_the_panel_archives() -> None:
    expressions = " ".join(expression for _, expression in TARGETS)
    shown = [name for name in SERIES if f"{name}{{" in expressions]
    assert shown == list(SERIES[: SERIES.index(SAMPLES) + 1]), "all but what only incomplete records have"
    assert expressions.count("minipanel_") == sum(expressions.count(f"{name}{{") for name in shown)


def test_the_choices_have_values(filled: Filled) -> None:
    for name, values in (("cluster", {"site"}), ("node", {"n1.example", "n2.example"})):
        query = VARIABLES[name]["query"]["query"]
        assert query.startswith("label_values(minipanel_samples")
        # Without a start it answers for today only.
        asked = {"match[]": "minipanel_samples", "start": "-2d"}
        answer = httpx.get(f"{filled.victoria.url}/api/v1/label/{name}/values", params=asked)
        assert set(answer.json()["data"]) == values


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    assert DASHBOARD["id"] is None, "an id is one installation's own"
    assert (DASHBOARD["uid"], DASHBOARD["schemaVersion"]) == ("minipanel-history", 39)
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert all(panel["interval"] == "5m" for panel in PANELS), "no step is shorter than a record"
    source = {"type": "prometheus", "uid": "${datasource}"}
    asked = [target["datasource"] for panel in PANELS for target in panel["targets"]]
    assert all(each == source for each in [*asked, *(panel["datasource"] for panel in PANELS)])
