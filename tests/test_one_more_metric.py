"""One more metric takes what CONTRIBUTING.md says: an invented one gets from a node's file to the API and the page."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from minipanel.database.store import Store
from minipanel.models.sample import Sample
from minipanel.services.tokens import agent_token
from tests.panel.commands import ENVIRONMENT, Running, log_in, written_config
from tests.panel.example import PASSWORD, SECRET

ROOT = Path(__file__).resolve().parents[1]
TOKENS = "web/src/assets/tokens.css"
LOAD = 37.5
COLUMNS = ("load_percent", "load_percent_max", "load_percent_samples")

READER = '''"""Load of the last minute, from /proc/loadavg."""


class LoadMeter:
    def __init__(self, root="/"):
        self._path = root.rstrip("/") + "/proc/loadavg"

    def values(self):
        try:
            with open(self._path) as file:
                return [("load_percent", float(file.read().split()[0]))]
        except OSError:
            return [("load_percent", None)]

    def close(self):
        pass
'''
MIGRATION = "-- Adds only: the load.\n" + "".join(
    f"ALTER TABLE {table} ADD COLUMN {column};\n"
    for table in ("system_metrics", "pending_metrics")
    for column in ("load_percent REAL", "load_percent_max REAL", "load_percent_samples INTEGER NOT NULL DEFAULT 0")
)
WORDS = "  metrics: {\n    load_percent: { name: 'Load', is: 'Load of the last minute' },\n"


def add_load(tree: Path) -> None:
    """Do what CONTRIBUTING.md says, and nothing else."""
    (tree / "agent/minipanel_agent/load.py").write_text(READER)
    collector = "agent/minipanel_agent/collector.py"
    patch(tree / collector, "from minipanel_agent.memory", "from minipanel_agent.load import LoadMeter\n", before=True)
    patch(tree / collector, "            Thermometer(root, tell),\n", "            LoadMeter(root),\n")
    patch(
        tree / "minipanel/models/metrics.py",
        'null="without a sensor", averages_over_nodes=False),\n',
        '    Metric("load_percent", "%", "load of a minute", 0, 100, null="where it is unknown", is_late=True),\n',
    )
    migrations = tree / "minipanel/database/migrations"
    number = max(int(path.name[:4]) for path in migrations.glob("*.sql")) + 1
    (migrations / f"{number:04}_load.sql").write_text(MIGRATION)
    for language in ("en", "zh"):
        words = tree / f"web/src/i18n/{language}.ts"
        words.write_text(replaced(words.read_text(), "  metrics: {\n", WORDS))
    colours = (tree / TOKENS).read_text()
    (tree / TOKENS).write_text(colours.replace("  --cpu-temp:", "  --load-percent: #777777;\n  --cpu-temp:"))


def patch(path: Path, beside: str, line: str, before: bool = False) -> None:
    """Insert a line into a file, after or before a text that occurs once."""
    text = path.read_text()
    path.write_text(replaced(text, beside, line + beside if before else beside + line))


def replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    return text.replace(old, new)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with one more metric."""
    tree = tmp_path_factory.mktemp("tree")
    left_out = shutil.ignore_patterns("node_modules", "static", "__pycache__")
    for folder in ("minipanel", "agent", "web", "scripts"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=left_out)
    (tree / "web/node_modules").symlink_to(ROOT / "web/node_modules")
    add_load(tree)
    return tree


def environment(tree: Path) -> dict[str, str]:
    """The variables that make Python use the tree's panel and agent, wherever it is started."""
    path = os.pathsep.join([str(tree), str(tree / "agent"), ENVIRONMENT["PYTHONPATH"]])
    return {**ENVIRONMENT, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


def agent_words(folder: Path, url: str) -> list[str]:
    """Write an agent's configuration and a node's files: the load is invented, the rest is this machine's."""
    proc = folder / "node/proc"
    proc.mkdir(parents=True)
    for name in ("stat", "meminfo"):
        (proc / name).symlink_to(f"/proc/{name}")
    (proc / "loadavg").write_text(f"{LOAD} 0.10 0.05 1/100 4711\n")
    config = folder / "agent.toml"
    config.write_text(
        f'server_url = "{url}"\nnode_id = "node001"\ninterval = 5\nauth = "token"\n'
        f'token = "{agent_token(SECRET, "node001")}"\nspool_path = "{folder}"\n'
    )
    config.chmod(0o600)
    return [sys.executable, "-m", "minipanel_agent", "--config", str(config), "--root", str(folder / "node")]


@contextlib.contextmanager
def running_agent(words: list[str], tree: Path) -> Iterator[None]:
    process = subprocess.Popen(words, env=environment(tree), stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def wait_for(found: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, f"nothing in {seconds} s"
        time.sleep(0.1)
    return value


def test_a_metric_more_goes_from_a_nodes_file_to_the_api(tree: Path, tmp_path: Path) -> None:
    config = written_config(tmp_path)
    last = int(time.time()) // 300 * 300
    # Records from before the update have none.
    store = Store(config.database.path)
    nodes = store.run([store.follow(config.accounts, config.nodes, last)])[0]
    store.run([store.write_samples(nodes[0].id, [Sample("node001", last - 900, 50.0, 8000, 2000, None)], 0)])
    store.close()
    words = agent_words(tmp_path, config.server.url)
    panel = Running("serve", "--config", config.path, log=tmp_path / "serve.log", **environment(tree))
    try:
        panel.wait_for("listens on")
        token = log_in(config.server.url, PASSWORD).json()["token"]
        with httpx.Client(base_url=config.server.url, headers={"Authorization": f"Bearer {token}"}) as client:
            with running_agent(words, tree):
                (node,) = wait_for(lambda: [each for each in realtime(client) if each["load_percent"] is not None])
            assert (node["hostname"], node["load_percent"]) == ("node001", LOAD)
            one = client.get("/api/metrics/realtime/node001").json()
            assert one["recent"]["load_percent"][-1] == LOAD
            assert 'minipanel_node_load_ratio{node="node001"} 0.375\n' in client.get("/metrics").text
            send_older(config.server.url, words, tree, [last - 600, last - 595])
            assert_history(client, last)
            document = client.get("/api/openapi.json").json()["components"]["schemas"]
            assert document["Sample"]["properties"]["load_percent"]["anyOf"][0]["maximum"] == 100
            assert "load_percent" not in document["Sample"]["required"]
        panel.stop()
    finally:
        panel.process.kill()
        panel.process.wait()


def realtime(client: httpx.Client) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = client.get("/api/metrics/realtime").json()["nodes"]
    return nodes


def send_older(url: str, words: list[str], tree: Path, times: list[int]) -> None:
    """Post what the agent measures now, with earlier times, and one sample of an agent that lacks the metric."""
    printed = subprocess.run([*words, "--once"], env=environment(tree), capture_output=True, check=True, timeout=30)
    measured = json.loads(printed.stdout)
    assert measured["load_percent"] == LOAD
    samples = [{**measured, "timestamp": at} for at in times]
    samples.append({**samples[0], "timestamp": times[-1] + 5})
    del samples[-1]["load_percent"]
    headers = {"Authorization": f"Bearer {agent_token(SECRET, 'node001')}"}
    answer = httpx.post(f"{url}/api/metrics", json=samples, headers=headers)
    assert answer.json() == {"status": "ok", "stored": 3, "ignored": 0}, answer.text
    samples[0]["load_percent"] = 101
    answer = httpx.post(f"{url}/api/metrics", json=samples, headers=headers)
    assert answer.json()["error"] == (
        "[0].load_percent is 101; it must be a number from 0 to 100, or null where it is unknown."
    )


def assert_history(client: httpx.Client, last: int) -> None:
    span = f"from={last - 1200}&to={last - 300}"
    history = client.get(f"/api/metrics/history/node001?{span}").json()
    assert history["timestamp"] == [last - 900, last - 600, last - 300]
    assert history["load_percent"] == history["load_percent_max"] == [None, LOAD, LOAD]
    assert history["samples"] == [1, 1, 2]
    head, _, _, row = client.get(f"/api/metrics/history/node001?{span}&format=csv").text.splitlines()
    assert head.endswith(",load_percent,load_percent_max,samples")
    assert row.endswith(f",{LOAD},{LOAD},2")
    spread = client.get(f"/api/metrics/spread?nodes=node001&{span}").json()
    assert spread["load_percent_p50"] == [None, LOAD, LOAD]


def test_a_metric_more_reaches_the_built_page(tree: Path) -> None:
    if not (ROOT / "web/node_modules").exists():
        assert not os.environ.get("CI"), "The packages of web/ are not installed: npm ci in web/ installs them."
        pytest.skip("the packages of web/ are not installed")
    subprocess.run([sys.executable, str(tree / "scripts/page_types.py")], check=True, timeout=60, env=environment(tree))
    assert "name: 'load_percent'" in (tree / "web/src/api/metrics.ts").read_text()
    assert "load_percent_p50: (number | null)[]" in (tree / "web/src/api/schema.ts").read_text()
    for tool in (["vue-tsc", "--noEmit"], ["vite", "build", "--outDir", str(tree / "built")]):
        run_tool(tree / "web", *tool)
    scripts = "".join(path.read_text() for path in (tree / "built/assets").glob("*.js"))
    assert "load_percent" in scripts
    assert "Load of the last minute" in scripts


def run_tool(web: Path, name: str, *words: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [str(web / "node_modules/.bin" / name), *words]
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=web, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
