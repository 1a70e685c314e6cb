"""What the API's routes have in common: how they may refuse, and their names in the OpenAPI document."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.routing import APIRoute

from minipanel.handlers.answer import answered_with
from minipanel.models.answers import ErrorAnswer

REFUSED = answered_with(ErrorAnswer, "default", description="What is wrong, as a sentence")
"""The error that every route may answer with."""


def api_router(tag: str) -> APIRouter:
    """Return a router for routes with this tag. The app takes over its routes as they are."""
    return APIRouter(tags=[tag], responses=REFUSED, generate_unique_id_function=_name)


def _name(route: APIRoute) -> str:
    return route.name
