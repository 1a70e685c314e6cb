"""The panel serves the built page and no other file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from minipanel.handlers.page import NOT_BUILT, page_routes

BASE = "http://panel"


async def post_only(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def as_json(_request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    return JSONResponse({"error": f"status {status}"}, status_code=status)


def app_over(folder: Path) -> Starlette:
    """An app like the panel's own: one route of the API, then the page, errors as JSON."""
    routes = [Route("/api/metrics", post_only, methods=["POST"]), *page_routes(folder)]
    return Starlette(routes=routes, exception_handlers={404: as_json, 405: as_json})


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built page in a folder, beside a file that must not be served."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>MiniPanel</title>", encoding="utf-8")
    (folder / "assets" / "index-abc123.js").write_text("export const answer = 42;\n" * 100, encoding="utf-8")
    (folder / "favicon.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "secret.toml").write_text("jwt_secret = 'x'", encoding="utf-8")
    return folder


def get(folder: Path, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    return asyncio.run(ask(folder, path, method, headers))


async def ask(folder: Path, path: str, method: str, headers: dict[str, str]) -> httpx.Response:
    transport = httpx.ASGITransport(app=app_over(folder))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        return await client.request(method, path, headers=headers)


@pytest.mark.parametrize("path", ["/", "/login", "/realtime/node001", "/history/node001?period=7d", "/apiary"])
def test_every_address_of_the_page_gives_its_index(built: Path, path: str) -> None:
    answer = get(built, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "MiniPanel" in answer.text


def test_the_index_is_always_fetched_again_and_runs_no_foreign_script(built: Path) -> None:
    answer = get(built, "/")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy


def test_a_file_with_its_hash_in_its_name_is_kept_for_good(built: Path) -> None:
    answer = get(built, "/assets/index-abc123.js")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_without_a_hash_is_always_fetched_again(built: Path) -> None:
    answer = get(built, "/favicon.svg")
    assert answer.text == "<svg/>"
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-cache"


def test_a_file_that_did_not_change_is_not_sent_again(built: Path) -> None:
    first = get(built, "/favicon.svg")
    again = get(built, "/favicon.svg", **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_file_is_sent_compressed_to_clients_that_accept_it(built: Path) -> None:
    answer = get(built, "/assets/index-abc123.js", **{"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers.get("content-length", 0)) < 500
    assert answer.text.count("42") == 100


def test_a_file_that_is_not_there_is_a_404_and_not_the_page(built: Path) -> None:
    answer = get(built, "/assets/index-old.js")
    assert answer.status_code == 404
    assert answer.json() == {"error": "status 404"}


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nope", "/api/metrics/nope"])
def test_an_unknown_address_of_the_api_is_not_the_page(built: Path, path: str) -> None:
    answer = get(built, path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "status 404"}


def test_a_wrong_method_at_the_api_stays_a_405(built: Path) -> None:
    assert get(built, "/api/metrics").status_code == 405


def test_an_unknown_address_of_the_api_is_a_404_for_every_method(built: Path) -> None:
    assert get(built, "/api/nope", method="POST").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../secret.toml",
        "/assets/%2e%2e/%2e%2e/secret.toml",
        "/assets/..%2f..%2fsecret.toml",
        "/../secret.toml",
        "/%2e%2e/secret.toml",
        "/assets//etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_folder(built: Path, path: str) -> None:
    answer = get(built, path)
    assert "jwt_secret" not in answer.text
    assert "root:" not in answer.text


def test_a_link_that_leads_out_of_the_folder_is_not_followed(built: Path) -> None:
    (built / "assets" / "out.toml").symlink_to(built.parent / "secret.toml")
    assert get(built, "/assets/out.toml").status_code == 404


def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    answer = get(tmp_path / "static", "/realtime")
    assert answer.status_code == 503
    assert answer.text == NOT_BUILT
    assert "scripts/build" in answer.text


def test_before_the_build_a_file_is_a_404(tmp_path: Path) -> None:
    assert get(tmp_path / "static", "/assets/index-abc123.js").status_code == 404
