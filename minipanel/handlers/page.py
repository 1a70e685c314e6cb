"""Serve the built page: its files as they are, and index.html for every address the page's own router knows."""

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
# An update of the panel must be seen at the next load: index.html names the files of its own build.
CHANGING = {"Cache-Control": "no-cache"}
# A file under assets/ has the hash of its content in its name.
UNCHANGING = {"Cache-Control": "public, max-age=31536000, immutable"}
NOT_BUILT = "The page has not been built yet: scripts/build makes it.\n"


DEMO_MARKS = ("<html ", "<html data-demo ")
"""What in index.html tells the page that it shows a demo, and must say so everywhere: also before a login."""


def page_routes(folder: Path, is_demo: bool = False) -> list[BaseRoute]:
    """Return the routes of the page built into `folder`. They stand last, and leave everything below /api alone."""
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
    """Return the page itself, which then reads from its address what to show."""
    index = folder / "index.html"
    if not index.is_file():
        return PlainTextResponse(NOT_BUILT, status_code=503, headers=HEADERS | CHANGING)
    if is_demo:
        return HTMLResponse(index.read_text("utf-8").replace(*DEMO_MARKS, 1), headers=HEADERS | CHANGING)
    return FileResponse(index, headers=HEADERS | CHANGING)


class _Files(StaticFiles):
    """The files of one folder. It is not there before the first build, and that is no error of the panel."""

    def __init__(self, folder: Path, headers: dict[str, str]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.config_checked = True
        self.headers = HEADERS | headers

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file at `path` inside the folder. Raises HTTPException 404 where there is none."""
        response = await super().get_response(path, scope)
        response.headers.update(self.headers)
        return response


class _PageRoute(Route):
    """Every address but those of the API: an unknown one of these stays the API's own 404."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether this route takes the request."""
        if scope["type"] == "http" and f"{scope['path']}/".startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)
