"""`minipanel try --demo`: a simulated cluster in its own folder, with stories that are visible at once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import httpx
import pytest

from minipanel.config.template import render_config
from minipanel.database.evidence import last_run
from minipanel.demo.nodes import SimulatedNodes
from minipanel.demo.stories import HEAT, HOARDER, LEAK, POWER, SWITCH
from minipanel.models.hour import DAY_SECONDS
from minipanel.models.span import Span
from minipanel.sections import load_config
from minipanel.services.demo_config import DEMO, is_demo_address
from minipanel.trial.demo import with_demo
from tests.e2e.fleet import configured
from tests.panel.commands import Running, log_in, run, running
from tests.ports import free_port

NODES = 16
READY = "The page is up."
PASSWORD = "glass-tower-77"
PATIENCE_SECONDS = 60
NOW = 1_790_000_100


class Demo:
    """A folder and a port for a demo, which a test may start several times."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "demo"
        self.config_path = self.folder / "config.toml"
        self.log = folder / "terminal"
        self.port = free_port()
        self.token = ""
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> AbstractContextManager[Running]:
        words = ("--dir", str(self.folder), "--port", str(self.port), "--password", PASSWORD)
        return running("try", "--demo", *options, *words, log=self.log)

    def since(self) -> int:
        return load_config(self.config_path).of(DEMO).since

    def get(self, path: str) -> httpx.Response:
        self.token = self.token or log_in(self.url, PASSWORD).json()["token"]
        answer = httpx.get(f"{self.url}{path}", headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Running]]:
    demo = Demo(tmp_path_factory.mktemp("demo"))
    with demo.start(str(NODES)) as panel:
        panel.wait_for(READY, PATIENCE_SECONDS)
        yield demo, panel
        panel.stop()


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


def states(demo: Demo) -> dict[str, str]:
    return {node["hostname"]: node["state"] for node in demo.get("/api/metrics/realtime").json()["nodes"]}


def test_one_command_brings_a_cluster_with_a_month_of_past_that_reports(demo: tuple[Demo, Running]) -> None:
    trial, panel = demo
    assert f"  demo      {NODES} simulated nodes beside this machine" in panel.output
    nodes = SimulatedNodes(NODES, trial.since())
    silent, (leaking,) = set(nodes.named(SWITCH)), nodes.named(LEAK)
    wait_for(lambda: {name for name in nodes.names if states(trial)[name] == "up"} == set(nodes.names) - silent)
    assert all(states(trial)[name] == "down" for name in silent)
    assert len(states(trial)) == NODES + 1  # this machine is there too
    past = trial.get(f"/api/metrics/history/{leaking}?period=1m").json()
    assert len(past["timestamp"]) > 8000
    assert past["memory_percent"][-1] > 95
    assert len(trial.get(f"/api/metrics/history/{leaking}?period=1y").json()["timestamp"]) > 600
    # The newest hour comes from the nodes, as if the panel had been away.
    wait_for(lambda: len(trial.get(f"/api/metrics/realtime/{leaking}").json()["recent"]["timestamp"]) > 700)


def test_gaps_have_their_reasons(demo: tuple[Demo, Running]) -> None:
    trial, _ = demo
    nodes = SimulatedNodes(NODES, trial.since())
    powerless = nodes.named(POWER)[0]
    wanted = {("node_away", 9 * 3600), ("panel_away", 3 * 3600)}

    def found() -> set[tuple[str, int]]:
        gaps = trial.get(f"/api/metrics/gaps/{powerless}?period=1m").json()["gaps"]
        return {(gap["reason"], gap["to"] - gap["from"]) for gap in gaps}

    wait_for(lambda: found() == wanted)  # until its newest hour has come there is one more


def test_every_page_says_that_it_is_a_demo(demo: tuple[Demo, Running]) -> None:
    trial, _ = demo
    for path in ("/", "/login", "/history/r01n01"):
        assert "<html data-demo " in httpx.get(f"{trial.url}{path}").text


def test_a_roll_out_onto_simulated_nodes_is_refused(demo: tuple[Demo, Running]) -> None:
    trial, _ = demo
    done = run("rollout", "--config", trial.config_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{trial.config_path} belongs to a demo: agents can't be installed on simulated nodes.\n"


def test_a_second_start_continues_or_makes_the_past_again(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    with demo.start("2") as panel:
        panel.wait_for(READY, PATIENCE_SECONDS)
        assert "Making a month of history for 2 simulated nodes" in panel.output
        panel.stop()
    config, first = load_config(demo.config_path), demo.since()
    assert with_demo(config, None) == config
    # As if it had stopped long ago.
    with closing(sqlite3.connect(demo.folder / "data.db")) as connection, connection:
        connection.execute("UPDATE panel_runs SET started_at = started_at - 7200, last_alive_at = last_alive_at - 7200")
    assert with_demo(config, 2).of(DEMO).since >= first
    assert last_run(config.database.path) > first - 7200
    # More nodes: a different cluster.
    larger = with_demo(load_config(demo.config_path), 3)
    assert [is_demo_address(node.ip) for node in larger.nodes] == [False, True, True, True]
    with demo.start() as panel:
        panel.wait_for(READY, PATIENCE_SECONDS)
        assert "  demo      3 simulated nodes" in panel.output
        panel.stop()


def test_a_demo_and_real_nodes_never_share_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    config, database = folder / "config.toml", folder / "data.db"
    written = render_config(configured(folder, [], free_port()))
    config.write_text(written)
    database.write_bytes(b"real")
    sentence = f"{folder} holds the data of real nodes; name another folder for the demo with --dir.\n"
    assert run("try", "--demo", "20", "--dir", folder).stderr == sentence
    config.unlink()
    assert run("try", "--demo", "--dir", folder).stderr == sentence
    assert database.read_bytes() == b"real"
    config.write_text(f"{written}\n[demo]\nsimulated = 2\n")
    refused = run("try", "--dir", folder)
    assert refused.stderr == f"{folder} holds a demo; add --demo, or name another folder with --dir.\n"
    with_demo = config.read_text()
    sentence = f"{config} belongs to a demo: its nodes are simulated and can't be changed.\n"
    for words in (["sync", "--yes"], ["sync", "--dry-run"], ["add", "node9", "10.0.0.9"], ["remove", "node9"]):
        assert run("nodes", *words, "--config", config).stderr == sentence
    assert config.read_text() == with_demo


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--demo", "0"), "--demo is 0; it must be a whole number of nodes from 1 to 2000."),
        (("--demo", "2001"), "--demo is 2001; it must be a whole number of nodes from 1 to 2000."),
        (("20",), "20 is the number of a demo's nodes; give --demo with it."),
        (("--demo", "--auth", "munge"), "--auth munge can't be combined with --demo: its nodes report with tokens."),
    ],
)
def test_an_impossible_demo_is_one_sentence_and_nothing_is_made(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = run("try", *words, "--dir", tmp_path / "demo")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{sentence}\n")
    assert not (tmp_path / "demo" / "config.toml").exists()


@pytest.mark.parametrize("count", [1, 2, 3, 7, 16, 40, 200, 333])
def test_a_nodes_spans_never_overlap_and_leave_out_only_what_is_planted(count: int) -> None:
    nodes = SimulatedNodes(count, NOW // 300 * 300)
    assert len(set(nodes.names)) == count
    for place in range(0, count, max(1, count // 8)):
        at, missing = nodes.begin, 0
        for span in nodes.spans(place):
            assert span.begin >= at
            missing += span.begin - at
            at = span.end
            if at > nodes.since:
                break
        away = [story for story in nodes.stories.values() if story.name not in (HEAT, LEAK, HOARDER)]
        planted = sum(min(story.end, NOW) - story.begin for story in away if place in story.places)
        assert missing <= planted <= 2 * DAY_SECONDS


def test_a_span_cut_in_two_has_the_same_values() -> None:
    whole = Span(0, 3000, (10, 90), (20, 40), (30, 60))
    first, last = whole.outside([(600, 1500)])
    assert (first.begin, first.end, last.begin, last.end) == (0, 600, 1500, 3000)
    for part, at in ((first, 300), (last, 2400)):
        assert part.values_at(at, 0) == whole.values_at(at, 0)
