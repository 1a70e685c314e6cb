"""The OpenAPI document: /api/openapi.json, and the page /api/docs that shows it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, JSONResponse

from minipanel.handlers.answer import answered_with, schema_of, schemas
from minipanel.handlers.guard import READERS
from minipanel.handlers.headers import DOCS_POLICY
from minipanel.handlers.router import REFUSED
from minipanel.models.answers import Stored
from minipanel.models.faults import MAX_SAMPLES
from minipanel.models.sample import Sample

router = APIRouter(include_in_schema=False)

# Swagger UI comes with the built page, as a cluster often has no internet. Scripts are files: inline code is blocked.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>MiniPanel API</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""


@router.get("/api/openapi.json", dependencies=[READERS])
async def read_openapi(request: Request) -> JSONResponse:
    """Return the OpenAPI document."""
    return JSONResponse(request.app.openapi())


@router.get("/api/docs", dependencies=[READERS])
async def read_docs() -> HTMLResponse:
    """Return the page that shows the OpenAPI document."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": DOCS_POLICY})


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the app's routes and of the ingest, which is not a route of FastAPI."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        for operations in document["paths"].values():
            for operation in operations.values():
                # Every route answers bad input with 400 and ErrorAnswer.
                operation["responses"].pop("422", None)
        document["components"]["schemas"] = schemas()
        document["paths"]["/api/metrics"] = {"post": _ingest()}
        app.openapi_schema = document
    return app.openapi_schema


def _ingest() -> dict[str, Any]:
    sample = schema_of(Sample)
    samples = {"type": "array", "items": sample, "minItems": 1, "maxItems": MAX_SAMPLES}
    return {
        "tags": ["agents"],
        "summary": "Store samples of one node",
        "operationId": "receive_samples",
        "parameters": [
            {"required": True, **_header("Authorization", "MUNGE <credential> or Bearer <token>", type="string")},
            _header("X-MiniPanel-Sent", "when the agent sent this, Unix seconds with decimals", type="number"),
            _header(
                "X-MiniPanel-Boot",
                "the node's boot id (/proc/sys/kernel/random/boot_id); explains gaps",
                type="string",
            ),
            _header("X-MiniPanel-Started", "when the agent started, Unix seconds; explains gaps", type="number"),
            _header(
                "X-MiniPanel-Sensor",
                "what cpu_temp comes from, such as coretemp Package id 0; absent without a sensor",
                type="string",
                maxLength=64,
            ),
            _header(
                "X-MiniPanel-Limit",
                "at how many °C that sensor's CPU is too hot, by the kernel; absent where it does not say",
                type="number",
                minimum=50,
                maximum=150,
            ),
            _header(
                "X-MiniPanel-Throttled",
                "how often heat slowed the CPU down in the last minute; absent where it did not",
                type="integer",
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"oneOf": [sample, samples]}}},
        },
        "responses": {
            **answered_with(Stored, "200", description="stored, and safe against a crash of the panel"),
            **REFUSED,
        },
    }


def _header(name: str, description: str, **schema: object) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": schema}
