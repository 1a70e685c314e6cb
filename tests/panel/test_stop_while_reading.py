"""A panel that stops while much of its history is read ends soon, and closes nothing that a reader uses."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import httpx
import pytest

from minipanel.config import Config, NodeConfig
from minipanel.config.template import render_config
from minipanel.database.store import Store
from minipanel.models.record import record_id
from tests.e2e.month import DAY, put_records, record
from tests.panel.commands import STOP_SECONDS, log_in, running_panel, written_config
from tests.panel.example import PASSWORD

NODES = 30
QUESTIONS = (
    "spread?nodes=n[1-30]&period=7d",
    "history?nodes=n[1-30]&period=1m",
    "history?nodes=n[1-30]&period=1m&format=csv",
    "gaps?nodes=n[1-30]&period=1m",
)
READERS = 40


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A panel of thirty nodes, each with a month of records."""
    config = written_config(tmp_path_factory.mktemp("month"))
    nodes = tuple(NodeConfig(f"n{k}", f"10.0.1.{k}", f"n{k}") for k in range(1, NODES + 1))
    config = replace(config, nodes=nodes)
    config.path.write_text(render_config(config))
    Store(config.database.path).close()
    end = int(time.time()) // 300 * 300
    month = [(t, record(0, t)) for t in range(end - 30 * DAY + 300, end + 1, 300)]
    with contextlib.closing(sqlite3.connect(config.database.path)) as connection:
        for node in range(1, NODES + 1):
            put_records(connection, [row | {"id": record_id(node, at), "node_id": node} for at, row in month])
        connection.commit()
    return config


@pytest.mark.parametrize("questions", [QUESTIONS[:1], QUESTIONS], ids=["spread", "all"])
def test_a_stop_while_much_is_read_is_soon_and_in_good_order(config: Config, questions: Sequence[str]) -> None:
    with running_panel(config) as panel, asked(config, questions) as answers:
        time.sleep(1.5)
        panel.stop()
        assert "can't be used" not in panel.output
        assert "ERROR" not in panel.output
    assert set(answers) <= {"200", "503", "cut off"}
    assert set(answers) != {"200"}, "nothing was read at the stop"


@contextlib.contextmanager
def asked(config: Config, questions: Sequence[str]) -> Iterator[list[str]]:
    """Send many requests at once while the block runs, and yield the results."""
    token = log_in(config.server.url, PASSWORD).json()["token"]
    answers: list[str] = []
    urls = [f"{config.server.url}/api/metrics/{questions[k % len(questions)]}" for k in range(READERS)]
    readers = [threading.Thread(target=ask, args=(url, token, answers)) for url in urls]
    for reader in readers:
        reader.start()
    try:
        yield answers
    finally:
        for reader in readers:
            reader.join()


def ask(url: str, token: str, answers: list[str]) -> None:
    """Send requests until the panel is gone."""
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=STOP_SECONDS * 6) as client:
        while True:
            try:
                answers.append(str(client.get(url).status_code))
            except httpx.ConnectError:
                return
            except httpx.TransportError:
                answers.append("cut off")
