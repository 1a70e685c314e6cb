"""The panel as an ASGI application: joins all routes and parts, and starts and stops them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from minipanel import __version__
from minipanel.access.access import Access
from minipanel.alerts.alerts import Alerts
from minipanel.alerts.desk import Desk
from minipanel.archive.archive import Archive
from minipanel.config import Config
from minipanel.errors import PanelError
from minipanel.handlers import (
    access,
    agents,
    alerts,
    auth,
    cluster,
    docs,
    health,
    metrics,
    nodes,
    raster,
    scrape,
    stream,
)
from minipanel.handlers.allowed import allowed_by
from minipanel.handlers.headers import with_safe_headers
from minipanel.handlers.language import spoken
from minipanel.handlers.page import page_routes
from minipanel.handlers.reply import Reply, failure, raw_headers, refusal, reply, send_whole
from minipanel.handlers.request import panel_of, peer_of, prove_client, read_body
from minipanel.models.answers import ErrorAnswer
from minipanel.models.sample import MAX_BODY_BYTES
from minipanel.sentence import Sentence
from minipanel.services.demo_config import is_demo
from minipanel.services.panel import Panel

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"

INGEST = "/api/metrics"
"""The path that agents post samples to."""

ROUTERS = (
    auth.router,
    access.router,
    nodes.router,
    stream.router,
    raster.router,
    cluster.router,
    metrics.router,
    alerts.router,
    scrape.router,
    docs.router,
    health.router,
)
"""Each route declares who may call it, see handlers/guard.py."""


def create_app(config: Config, static: Path = STATIC, panel: Callable[[Config], Panel] = Panel) -> FastAPI:
    """Return the panel as an ASGI application; `app.state.panel` holds its parts.

    The database is opened at once, so that the caller gets the DatabaseError if it can't be used.
    """
    parts = panel(config)
    app = PanelApp(
        title="MiniPanel",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # A redirect would send the browser to any host that its request names.
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.panel = parts
    app.state.access = Access(config, parts.ingest.run, parts.clock)
    parts.on_read(app.state.access.read_config)
    parts.on_reload(app.state.access.reload)
    app.state.alerts = Alerts(parts)
    app.state.desk = Desk(parts, app.state.alerts)
    parts.on_reload(app.state.alerts.reload)
    app.state.archive = Archive(parts)
    parts.on_reload(app.state.archive.reload)
    for router in ROUTERS:
        # Not included: FastAPI would build each route a second time.
        app.router.routes.extend(router.routes)
    app.router.routes.append(Route(INGEST, receive_samples, methods=["POST"]))
    app.state.allowed = allowed_by(app.routes)
    app.router.routes.extend(page_routes(static, is_demo(config)))
    app.openapi = lambda: docs.describe(app)  # type: ignore[method-assign]
    _answer_errors(app)
    return app


class PanelApp(FastAPI):
    """FastAPI, but samples go straight to their handler, as the most frequent requests."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. FastAPI's layers took a fifth of a sample's time on the event loop (measured)."""
        if scope["type"] == "http" and scope["path"] == INGEST and scope["method"] == "POST":
            scope["app"] = self
            answer = await _take_samples(Request(scope, receive))
            if not send_whole(scope, answer):
                await _send(answer, send)
            return
        await super().__call__(scope, receive, with_safe_headers(send))


async def _send(answer: Reply, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": raw_headers(answer)})
    await send({"type": "http.response.body", "body": answer.body})


async def receive_samples(request: Request) -> Response:
    """Store samples, and answer. The route for requests that PanelApp did not handle itself."""
    return _response(await _take_samples(request))


async def _take_samples(request: Request) -> Reply:
    panel, peer = panel_of(request), peer_of(request)
    try:
        agents.check_head(panel, request.headers)
        body = await read_body(request, MAX_BODY_BYTES)
    except PanelError as error:
        return agents.refuse_samples(panel, error, peer)
    answer = await agents.take_samples(panel, request.headers, body, peer)
    if answer.status == 200:
        prove_client(request)
    return answer


def _response(answer: Reply) -> Response:
    return Response(answer.body, answer.status, answer.headers)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    panel: Panel = app.state.panel
    access: Access = app.state.access
    findings: Alerts = app.state.alerts
    archive: Archive = app.state.archive
    try:
        await panel.start()
        await archive.reload(panel.config)
        await access.start()
        await findings.start()
        panel.started()
        yield
    finally:
        await findings.close()
        await archive.close()
        await access.close()
        await panel.close()


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(PanelError, _panel_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


async def _panel_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PanelError)
    return _response(refusal(error, _languages(request)))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentences = {
        404: Sentence("There is nothing at this address."),
        405: Sentence("{method} is not allowed at this address.", method=request.method),
    }
    sentence = spoken(sentences.get(error.status_code, Sentence(error.detail)), _languages(request))
    allowed = request.app.state.allowed.at(request.scope["path"]) if error.status_code == 405 else ""
    headers = {**(error.headers or {}), **({"Allow": allowed} if allowed else {})}
    return _response(reply(error.status_code, ErrorAnswer(sentence), headers))


async def _unexpected_error(request: Request, error: Exception) -> Response:
    return _response(failure(_languages(request)))


def _languages(request: Request) -> str | None:
    return request.headers.get("Accept-Language")
