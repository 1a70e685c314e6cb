"""Serves the built page: its files, and index.html for every other path outside /api."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from minipanel.handlers.headers import PAGE_POLICY

HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
# A load must show an updated panel at once: index.html names the files of its own build.
CHANGING = {"Cache-Control": "no-cache"}
# The name of a file under assets/ contains the hash of its content.
UNCHANGING = {"Cache-Control": "public, max-age=31536000, immutable"}
NOT_BUILT = "The page has not been built yet: scripts/build makes it.\n"


DEMO_MARKS = ("<html ", "<html data-demo ")
"""Replaced in index.html for a demo, so that the page says everywhere that it is one, even before a login."""


def page_routes(folder: Path, is_demo: bool = False) -> list[BaseRoute]:
    """Return the routes of the page built into `folder`. They must come last; they skip everything below /api."""
    files = _Files(folder, CHANGING)

    async def page(request: Request) -> Response:
        try:
            return await files.get_response(files.get_path(request.scope), request.scope)
        except HTTPException:
            return _index(folder, is_demo)

    compressed = [Middleware(GZipMiddleware, compresslevel=6)]
    return [
        Mount("/assets", app=_Files(folder / "assets", UNCHANGING), middleware=compressed),
        _PageRoute("/{path:path}", page, methods=["GET"], include_in_schema=False, middleware=compressed),
    ]


def _index(folder: Path, is_demo: bool) -> Response:
    """Return index.html, or status 503 if the page is not built. The page's router reads what to show from its URL."""
    index = folder / "index.html"
    if not index.is_file():
        return PlainTextResponse(NOT_BUILT, status_code=503, headers=HEADERS | CHANGING)
    if is_demo:
        return HTMLResponse(index.read_text("utf-8").replace(*DEMO_MARKS, 1), headers=HEADERS | CHANGING)
    return FileResponse(index, headers=HEADERS | CHANGING)


class _Files(StaticFiles):
    """The files of one folder. Before the first build there is no folder, which is not an error."""

    def __init__(self, folder: Path, headers: dict[str, str]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.config_checked = True
        self.headers = HEADERS | headers

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file at `path` inside the folder. Raises HTTPException 404 if there is none."""
        response = await super().get_response(path, scope)
        response.headers.update(self.headers)
        return response


class _PageRoute(Route):
    """Every path outside /api. An unknown path of the API gets the API's own 404."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether this route answers the request."""
        if scope["type"] == "http" and f"{scope['path']}/".startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)
