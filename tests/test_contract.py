"""What others rely on and what must not change: the tables, the routes, and the one shape of every error."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from minipanel.app import create_app
from minipanel.config import load_config
from minipanel.database.schema import migrate

RECORD = (
    "id node_id timestamp cpu_percent memory_total memory_used memory_percent cpu_temp "
    "cpu_percent_max memory_used_max cpu_temp_max samples seen"
)
TABLES = {
    "users": "id username password_hash created_at updated_at",
    "nodes": "id name ip hostname enabled created_at updated_at",
    "system_metrics": RECORD,
    "pending_metrics": RECORD,
}
INDEXES = {"idx_system_metrics_timestamp": ["timestamp"]}
"""The row id is the index of node and time: node_id << 32 | timestamp."""

ANYONE = {("POST", "/api/auth/login"), ("POST", "/api/auth/kiosk"), ("GET", "/api/health")}
AGENTS = {("POST", "/api/metrics")}
SCREENS = {
    ("GET", "/api/auth/me"),
    ("GET", "/api/nodes"),
    ("GET", "/api/groups"),
    ("GET", "/api/metrics/realtime"),
    ("GET", "/api/metrics/stream"),
    ("GET", "/api/metrics/trend"),
    ("GET", "/api/alerts/findings"),
}
"""For users, programs that may read, and wall screens."""
READERS = {
    ("GET", "/api/metrics/realtime/{}"),
    ("GET", "/api/metrics/history"),
    ("GET", "/api/metrics/history/{}"),
    ("GET", "/api/metrics/gaps"),
    ("GET", "/api/metrics/gaps/{}"),
    ("GET", "/api/metrics/spread"),
    ("GET", "/api/metrics/raster"),
    ("GET", "/api/metrics/cluster"),
    ("GET", "/api/alerts"),
    ("GET", "/api/alerts/explain/{}"),
    ("GET", "/api/alerts/channels"),
    ("GET", "/api/alerts/{}"),
    ("GET", "/api/silences"),
    ("GET", "/api/messages"),
}
"""For users, and programs that may read."""
COUNTERS = {("GET", "/metrics")}
"""For users, and programs of either scope."""
PEOPLE = {
    ("POST", "/api/auth/logout"),
    ("GET", "/api/auth/sessions"),
    ("DELETE", "/api/auth/sessions/{}"),
}
"""Only for users, including viewers."""
ADMINS = {
    ("GET", "/api/tokens"),
    ("POST", "/api/tokens"),
    ("DELETE", "/api/tokens/{}"),
    ("GET", "/api/kiosks"),
    ("POST", "/api/kiosks"),
    ("DELETE", "/api/kiosks/{}"),
    ("GET", "/api/audit"),
}
OPERATORS = {
    ("POST", "/api/alerts/ack"),
    ("POST", "/api/alerts/test"),
    ("POST", "/api/silences"),
    ("DELETE", "/api/silences/{}"),
}
"""For admins, and commands on the panel's own machine."""
USERS = SCREENS | READERS | COUNTERS | PEOPLE | ADMINS | OPERATORS
UNDESCRIBED = {("GET", "/api/docs"), ("GET", "/api/openapi.json")}
"""For users too, but not part of the API's document."""

CONFIG = """
[server]
port = 8080
host = "127.0.0.1"
url = "http://127.0.0.1:8080"
jwt_secret = "0123456789abcdef0123456789abcdef"

[admin]
username = "miniadmin"
password_hash = "$2b$04$abcdefghijklmnopqrstuuhyF8S8Qx9hyJ0vJ7M3RkK1uPS5nTn2W"

[database]
path = "{path}"

[agents]
auth = "token"
secret = "fedcba9876543210fedcba9876543210"

[[nodes]]
name = "node001"
ip = "10.0.0.2"
hostname = "node001"
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.replace("{path}", str(tmp_path / "data.db")), "utf-8")
    config.chmod(0o600)
    app = create_app(load_config(config))
    yield app
    app.state.panel.store.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "empty.db"
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, path)
    yield connection
    connection.close()


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_columns_that_others_read(database: sqlite3.Connection, table: str) -> None:
    columns = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
    assert set(TABLES[table].split()) <= columns


@pytest.mark.parametrize("table", ["system_metrics", "pending_metrics"])
def test_times_are_whole_unix_seconds_in_datetime_columns(database: sqlite3.Connection, table: str) -> None:
    types = {row[1]: row[2] for row in database.execute(f"PRAGMA table_info({table})")}
    assert types["timestamp"] == "DATETIME"
    assert types["id"] == "INTEGER"


@pytest.mark.parametrize("index", INDEXES)
def test_an_index_covers_the_columns_that_its_name_says(database: sqlite3.Connection, index: str) -> None:
    assert [row[2] for row in database.execute(f"PRAGMA index_info({index})")] == INDEXES[index]


def test_the_document_describes_every_route_of_the_contract(app: FastAPI) -> None:
    described = {
        (method.upper(), without_names(path))
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert described == ANYONE | AGENTS | USERS


def without_names(path: str) -> str:
    """/api/metrics/history/{node_id} -> /api/metrics/history/{}"""
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_every_route_of_the_api_is_known_to_this_test(app: FastAPI) -> None:
    # HEAD is part of GET; a route without methods is a folder of files.
    served = {
        (method, without_names(route.path))
        for route in iter_route_contexts(app.routes)
        if route.path is not None and route.path.startswith("/api")
        for method in (route.methods or {"ANY"}) - {"HEAD"}
    }
    assert served == {each for each in ANYONE | AGENTS | USERS | UNDESCRIBED if each[1].startswith("/api")}


@pytest.mark.parametrize(("method", "path"), sorted(USERS | UNDESCRIBED | AGENTS))
def test_a_stranger_gets_401_and_a_sentence(app: FastAPI, method: str, path: str) -> None:
    answer = ask(app, method, path.replace("{}", "1"))
    assert answer.status_code == 401
    assert_is_error(answer.json())


def ask(app: FastAPI, method: str, path: str) -> httpx.Response:
    """Return the running app's answer to one request without a body or a session."""

    async def exchange() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://panel") as client,
        ):
            return await client.request(method, path)

    return asyncio.run(exchange())


def assert_is_error(body: object) -> None:
    assert isinstance(body, dict)
    assert list(body) == ["error"]
    assert re.fullmatch(r"[A-Z\[{'\"a-z].+[.!?]", body["error"]), body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/nothing", 404), ("DELETE", "/api/nodes", 405), ("POST", "/api/auth/login", 400)],
)
def test_any_other_error_has_the_same_shape(app: FastAPI, method: str, path: str, status: int) -> None:
    answer = ask(app, method, path)
    assert answer.status_code == status
    assert_is_error(answer.json())


def test_health_is_open_and_says_nothing_else(app: FastAPI) -> None:
    answer = ask(app, "GET", "/api/health")
    assert answer.status_code == 200
    assert sorted(answer.json()) == ["evaluated_at", "status", "stored_at", "version"]


def test_every_operation_of_the_document_names_its_error(app: FastAPI) -> None:
    nameless = [
        f"{method} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if "ErrorAnswer" not in str(operation["responses"].get("default"))
    ]
    assert nameless == []
