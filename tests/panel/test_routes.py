"""Every route has its guard, and every error has the same shape."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

from tests.panel.example import PASSWORD, bearer, caller

pytestmark = pytest.mark.anyio

OPEN = {
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/kiosk"),
    ("GET", "/api/health"),
    ("GET", "/assets"),
    ("GET", "/{path:path}"),
}
"""What anyone may request: the login, the health check, and the page's own files."""


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(app) as client:
        yield client


def all_routes(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Every method and path that the app answers, also in included routers."""
    for route in routes:
        if isinstance(route, Route):
            yield from ((method, route.path) for method in sorted((route.methods or set()) - {"HEAD"}))
        elif isinstance(route, Mount):
            yield "GET", route.path
        else:
            inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
            assert inner, f"a kind of route that this walk does not know: {route!r}"
            yield from all_routes(list(inner))


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "1", path)


async def test_every_route_that_is_not_open_requires_a_credential(app: FastAPI, client: httpx.AsyncClient) -> None:
    routes = set(all_routes(app.routes))
    assert routes >= OPEN
    assert len(routes - OPEN) >= 11
    for method, path in sorted(routes - OPEN):
        answer = await client.request(method, filled(path))
        assert answer.status_code == 401, f"nobody guards {method} {path}"
        assert answer.json()["error"]


async def test_an_agents_token_opens_no_door_of_users(app: FastAPI, client: httpx.AsyncClient) -> None:
    for method, path in sorted(set(all_routes(app.routes)) - OPEN - {("POST", "/api/metrics")}):
        answer = await client.request(method, filled(path), headers=bearer())
        assert answer.status_code == 401, f"{method} {path}"


async def test_a_session_opens_the_doors_of_users(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
    assert answer.status_code == 200
    for path in ("/api/nodes", "/api/metrics/realtime", "/api/auth/me", "/api/openapi.json", "/api/docs"):
        assert (await client.get(path)).status_code == 200, path


async def test_the_panel_shows_anyone_its_health_and_nothing_else(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/health")
    assert answer.json() == {"status": "ok", "version": "0.1.0", "stored_at": None, "evaluated_at": None}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("POST", "/api/nothing", 404),
        ("GET", "/api", 404),
        ("DELETE", "/api/health", 405),
        ("PUT", "/api/metrics", 405),
        ("GET", "/api/auth/login", 405),
    ],
)
async def test_an_unknown_path_gets_a_sentence(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/api/tokens", "GET, POST"), ("/api/tokens/7", "DELETE"), ("/api/metrics", "POST"), ("/api/health", "GET")],
)
async def test_a_method_that_is_not_possible_is_answered_with_all_that_are(
    client: httpx.AsyncClient, path: str, allowed: str
) -> None:
    answer = await client.options(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


async def test_the_openapi_document_has_the_ingest_and_no_422(client: httpx.AsyncClient) -> None:
    await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
    document = (await client.get("/api/openapi.json")).json()
    assert document["paths"]["/api/metrics"]["post"]["requestBody"]["required"]
    assert "422" not in str(document["paths"])
    references = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert references <= set(document["components"]["schemas"])


async def test_the_openapi_document_says_which_routes_ask_for_a_session(client: httpx.AsyncClient) -> None:
    await client.post("/api/auth/login", json={"username": "miniadmin", "password": PASSWORD})
    document = (await client.get("/api/openapi.json")).json()
    session = [{"session": []}, {"cookie": []}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            is_free = (method.upper(), path) in OPEN | {("POST", "/api/metrics")}
            assert operation.get("security") == (None if is_free else session), f"{method} {path}"
    schemes = document["components"]["securitySchemes"]
    assert (schemes["session"]["scheme"], schemes["cookie"]["name"]) == ("bearer", "minipanel_session")
