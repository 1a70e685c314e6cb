"""Whatever schemathesis requests, the API answers as its own document says."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from minipanel.config import Config
from minipanel.database.store import Store
from tests.e2e.month import explain_gaps, fill_month
from tests.front.served import session, troubled
from tests.panel.commands import ENVIRONMENT, written_config
from tests.panel.example import bearer

EXAMPLES = 60
"""Per route, besides the edge cases of its schema: all runs together take half a minute."""

RUN_SECONDS = 300

UNTOLD = "positive_data_acceptance"
"""No schema can say that `from` comes before `to`, or that a node exists: such a request is refused with a sentence."""

HINTS = "negative_data_rejection"
"""An agent's headers but Authorization explain its samples; what can't be read of them is skipped."""

# Valid values for most requests; schemathesis invents the others.
GOOD_VALUES = """
[dictionaries.node]
values = ["node001", "1", "node002", "node003"]
[dictionaries.nodes]
values = ["node001", "node[001,003]", "node002,node001", "node[001-100000]"]
[dictionaries.period]
values = ["1d", "7d", "1m"]
[dictionaries.time]
values = ["0", "{start}", "{middle}", "{end}"]
[dictionaries.tick]
values = [{end}, {middle}]
[dictionaries.fields]
values = ["cpu_percent", "cpu_temp,samples", "memory_used_max,memory_percent"]
[dictionaries.format]
values = ["json", "csv"]
[parameters]
"path.nodeId" = {{ dictionary = "node", probability = 0.8 }}
"query.nodes" = {{ dictionary = "nodes", probability = 0.8 }}
"query.period" = {{ dictionary = "period", probability = 0.8 }}
"query.from" = {{ dictionary = "time", probability = 0.8 }}
"query.to" = {{ dictionary = "time", probability = 0.8 }}
"query.fields" = {{ dictionary = "fields", probability = 0.8 }}
"query.format" = {{ dictionary = "format", probability = 0.8 }}
"body.node_id" = {{ dictionary = "node", probability = 0.8 }}
"body.timestamp" = {{ dictionary = "tick", probability = 0.8 }}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """A panel with a month of node001's records, and its API's document in a file."""
    folder = tmp_path_factory.mktemp("schema")
    config = written_config(folder)
    Store(config.database.path).close()
    with troubled(config):
        end = int(time.time()) // 300 * 300
        with session(config) as client:
            node = next(each["id"] for each in client.get("/api/nodes").json() if each["hostname"] == "node001")
            (folder / "openapi.json").write_bytes(client.get("/api/openapi.json").content)
        fill_month(config.database.path, node, end - 86_400)
        explain_gaps(config.database.path, node, end - 86_400)
        times = {"start": end - 20 * 86_400, "middle": end - 10 * 86_400, "end": end}
        (folder / "schemathesis.toml").write_text(GOOD_VALUES.format(**times))
        yield config


def ask(config: Config, authorization: str, *words: str, unchecked: str = UNTOLD) -> None:
    """Run schemathesis. Fails with what it found, each with a curl command that shows it."""
    once_more = ["--generation-deterministic"] if os.environ.get("CI") == "true" else ["--generation-database=none"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", config.server.url]
    bounds = ["--max-examples", str(EXAMPLES), "--request-timeout", "5"]
    checks = ["--checks", "all", "--exclude-checks", unchecked, "--no-color", "--output-sanitize", "false"]
    done = subprocess.run(
        [*command, "--header", f"Authorization: {authorization}", *bounds, *checks, *once_more, *words],
        cwd=config.path.parent,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stdout
    print(done.stdout)


def test_every_route_answers_a_logged_in_user_as_documented(config: Config) -> None:
    # The stream has no end, a session that is logged out or ended sees nothing more (schemathesis takes its id from the
    # list), and wrong logins have to wait in the end.
    ending = ["/api/auth/logout", "/api/auth/sessions/{id}"]
    others = ["/api/metrics/stream", "/api/auth/login", "/api/metrics", *ending]
    with session(config) as client:
        ask(config, client.headers["Authorization"], *(word for path in others for word in ("--exclude-path", path)))
        assert client.get("/api/auth/me").status_code == 200


def test_logging_out_answers_as_documented(config: Config) -> None:
    with session(config) as client:
        ask(config, client.headers["Authorization"], "--include-path", "/api/auth/logout")
        assert client.get("/api/auth/me").status_code == 401


def test_ending_sessions_answers_as_documented(config: Config) -> None:
    paths = ["/api/auth/sessions", "/api/auth/sessions/{id}"]
    with session(config) as client:
        ask(config, client.headers["Authorization"], *(word for path in paths for word in ("--include-path", path)))


def test_samples_of_an_agent_are_answered_as_documented(config: Config) -> None:
    ask(config, bearer()["Authorization"], "--include-path", "/api/metrics", unchecked=f"{UNTOLD},{HINTS}")


def test_logins_are_answered_as_documented(config: Config) -> None:
    with session(config) as client:
        ask(config, client.headers["Authorization"], "--include-path", "/api/auth/login")
