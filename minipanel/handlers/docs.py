"""The API's description of itself: /api/openapi.json, and /api/docs to read it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, JSONResponse

from minipanel.models.answers import ErrorAnswer, Stored
from minipanel.models.metrics import VALUES, Value

router = APIRouter(include_in_schema=False)

# Swagger UI comes with the built page, for a cluster often has no internet. Its own scripts only: no inline code.
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


@router.get("/api/openapi.json")
async def read_openapi(request: Request) -> JSONResponse:
    """Return the OpenAPI document."""
    return JSONResponse(request.app.openapi())


@router.get("/api/docs")
async def read_docs() -> HTMLResponse:
    """Return the page that shows the document."""
    return HTMLResponse(_PAGE)


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the app's routes and of the ingest, which is no route of FastAPI's."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = document["components"]["schemas"]
        # Wrong input is answered with 400 and ErrorAnswer on every route.
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
        schemas["Sample"] = _sample()
        schemas["Stored"] = Stored.model_json_schema()
        schemas.setdefault("ErrorAnswer", ErrorAnswer.model_json_schema())
        document["paths"]["/api/metrics"] = {"post": _ingest()}
        app.openapi_schema = document
    return app.openapi_schema


def _sample() -> dict[str, Any]:
    about = {
        "node_id": {"type": "string", "description": "the node's hostname", "maxLength": 253},
        "timestamp": {"type": "integer", "multipleOf": 5, "description": "Unix seconds; the 5 seconds that end here"},
    }
    required = [*about, *(value.name for value in VALUES if not value.may_be_absent)]
    return {"type": "object", "required": required, "properties": about | {each.name: _number(each) for each in VALUES}}


def _number(value: Value) -> dict[str, Any]:
    """Return the schema of one number of a sample."""
    kind = "number" if value.digits else "integer"
    number: dict[str, Any] = {"type": kind, "minimum": value.low, "maximum": value.high}
    words = [value.unit, value.meaning, "" if value.null is None else f"null {value.null}"]
    schema = number if value.null is None else {"anyOf": [number, {"type": "null"}]}
    return {**schema, "description": ", ".join(word for word in words if word)}


def _ingest() -> dict[str, Any]:
    sample = {"$ref": "#/components/schemas/Sample"}
    samples = {"type": "array", "items": sample, "minItems": 1, "maxItems": 1000}
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
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"oneOf": [sample, samples]}}},
        },
        "responses": {
            "200": _content("stored, and safe against a crash of the panel", "Stored"),
            "default": _content("What is wrong, as a sentence", "ErrorAnswer"),
        },
    }


def _header(name: str, description: str, **schema: object) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": schema}


def _content(description: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": description, "content": {"application/json": {"schema": reference}}}
