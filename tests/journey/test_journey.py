"""A sample's whole journey: from /proc through the real agent and the real panel to the API."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig
from minipanel.config.template import render_config
from minipanel.services.tokens import agent_token
from tests.e2e.trial import Trial, children_of, running_trial, wait_for_sample
from tests.munged import running_munged
from tests.panel.example import hash_of
from tests.ports import free_port

CPU_TOLERANCE_PERCENT = 6.0
"""The two 5 s readings begin and end up to 0.1 s apart."""

MEMORY_TOLERANCE_BYTES = 512 * 1024**2
"""What other programs on this machine may take or free between the two readings."""


@pytest.fixture(scope="module", params=["token", "munge"])
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("trial")
    with contextlib.ExitStack() as stack:
        if request.param == "munge":
            prepare_munge(folder, stack.enter_context(running_munged()))
        yield stack.enter_context(running_trial(folder, "--auth", request.param))


def prepare_munge(folder: Path, socket: str) -> None:
    """Leave a configuration that names a munged of the test's own."""
    name = Path("/proc/sys/kernel/hostname").read_text().strip()
    config = Config(
        folder / "config.toml",
        ServerConfig("127.0.0.1", free_port(), "http://127.0.0.1:1", "0123456789abcdef" * 4),
        AdminConfig("miniadmin", hash_of("replaced at the start")),
        DatabaseConfig(folder / "data.db"),
        AgentsConfig("munge", munge_socket=socket),
        (NodeConfig(name, "127.0.0.1", name),),
    )
    config.path.write_text(render_config(config))
    config.path.chmod(0o600)


@pytest.fixture
def client(trial: Trial) -> Iterator[httpx.Client]:
    with trial.client() as client:
        yield client


def test_the_api_returns_what_proc_said(client: httpx.Client) -> None:
    wait_for_sample(client)
    # Between two ticks, psutil measures the same five seconds as the agent.
    begin = int(time.time()) // 5 * 5 + 5
    time.sleep(begin - time.time())
    psutil.cpu_percent()
    time.sleep(begin + 5 - time.time())
    cpu, memory = psutil.cpu_percent(), psutil.virtual_memory()
    node = wait_for_sample(client, after=begin)
    assert node["timestamp"] == begin + 5
    assert node["cpu_percent"] == pytest.approx(cpu, abs=CPU_TOLERANCE_PERCENT)
    assert node["memory_total"] == memory.total
    assert node["memory_used"] == pytest.approx(memory.total - memory.available, abs=MEMORY_TOLERANCE_BYTES)
    assert node["cpu_temp"] is None or -20 <= float(str(node["cpu_temp"])) <= 150
    assert abs(float(str(node["clock_skew_seconds"]))) < 2


def test_samples_come_at_each_multiple_of_five(client: httpx.Client) -> None:
    first = wait_for_sample(client)
    last = wait_for_sample(client, after=int(str(first["timestamp"])) + 5, seconds=20)
    recent = client.get(f"/api/metrics/realtime/{first['id']}").json()["recent"]
    assert {t % 5 for t in recent["timestamp"]} == {0}
    assert int(str(first["timestamp"])) + 5 in recent["timestamp"]
    assert recent["timestamp"] == sorted(set(recent["timestamp"]))
    assert recent["timestamp"][-1] >= int(str(last["timestamp"]))


def test_the_stream_brings_a_snapshot_and_then_new_samples(client: httpx.Client) -> None:
    names = []
    with client.stream("GET", "/api/metrics/stream") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("event: "):
                names.append(line.removeprefix("event: "))
            if names.count("samples") == 2:
                break
    assert names[0] == "snapshot"


def test_the_agent_ends_with_the_panel_and_the_data_are_there_again(tmp_path: Path) -> None:
    with running_trial(tmp_path, "--auth", "token") as trial, trial.client() as client:
        node = wait_for_sample(client)
        children = children_of(trial.process.pid)
        assert children
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    with running_trial(tmp_path, password=None) as again, again.client() as client:
        known = client.get("/api/nodes").json()[0]
        assert known["last_seen"] >= node["timestamp"]
    assert "glass-tower-77" not in again.output


def test_an_agent_of_another_name_is_refused_with_a_sentence(trial: Trial, client: httpx.Client) -> None:
    config = (trial.folder / "config.toml").read_text()
    secret = re.search(r'^secret = "(.+)"', config, re.MULTILINE)
    headers = {"Authorization": f"Bearer {agent_token(secret[1], 'stranger') if secret else 'x' * 43}"}
    body = {
        "node_id": "stranger",
        "timestamp": 0,
        "cpu_percent": 0,
        "memory_total": 1,
        "memory_used": 0,
        "cpu_temp": None,
    }
    answer = client.post("/api/metrics", json=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) in (
        (401, "The token belongs to no node in the panel's configuration."),
        (
            401,
            "The Authorization header begins with 'Bearer'; the panel expects 'Authorization: MUNGE' and a credential.",
        ),
    )
