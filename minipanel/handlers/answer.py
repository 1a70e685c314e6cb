"""Answers as JSON, and their descriptions in the OpenAPI document, both from the same types."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec
from starlette.responses import Response

from minipanel.models import access_answers, alert_answers
from minipanel.models.answers import ANSWERS
from minipanel.models.requests import REQUESTS
from minipanel.models.sample import Sample

_REFERENCE = "#/components/schemas/{name}"

Responses = dict[int | str, dict[str, Any]]


def json_answer(answer: object) -> Response:
    """Return a struct of models/answers, or a list of them, as JSON."""
    return Response(msgspec.json.encode(answer), media_type="application/json")


def answered_with(kind: Any, status: int | str = 200, **about: str) -> Responses:
    """Return the document's description of an answer of this type."""
    return {status: {**about, "content": {"application/json": {"schema": schema_of(kind)}}}}


def asked_with(kind: Any) -> dict[str, Any]:
    """Return the document's description of a request with a JSON body of this type."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema_of(kind)}}}}


def schema_of(kind: Any) -> dict[str, Any]:
    """Return a type's JSON Schema. It refers to those of `schemas`."""
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REFERENCE)
    return schema


def schemas() -> dict[str, Any]:
    """Return the JSON Schemas of all answers, all requests and a sample, by name."""
    _, found = msgspec.json.schema_components(
        [*ANSWERS, *access_answers.ANSWERS, *alert_answers.ANSWERS, *REQUESTS, Sample], ref_template=_REFERENCE
    )
    return {name: {**found[name], "description": cleandoc(found[name]["description"])} for name in sorted(found)}
