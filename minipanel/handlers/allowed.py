"""Finds all methods of a path. The router knows those of one route only, and GET and POST are two routes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path


@dataclass(frozen=True, slots=True)
class Allowed:
    """The paths of some routes, with the methods of each. `written`: the paths without parameters."""

    methods: Sequence[tuple[re.Pattern[str], frozenset[str]]]
    written: Sequence[tuple[str, frozenset[str]]] = ()

    def at(self, path: str) -> str:
        """Return the methods of a path in the form of the header Allow (RFC 9110, 10.2.1): "GET, POST"; "" for none.

        A path without parameters counts first: the "ack" of /api/alerts/ack is not an alert's id.
        """
        whole = [methods for written, methods in self.written if written == path]
        found = whole or (methods for pattern, methods in self.methods if pattern.match(path))
        return ", ".join(sorted(frozenset[str]().union(*found)))


def allowed_by(routes: Sequence[BaseRoute]) -> Allowed:
    """Return the paths and methods of these routes, and of the routers among them."""
    contexts = [route for route in iter_route_contexts(routes) if route.path is not None]
    methods = [(str(route.path), frozenset[str](route.methods or ())) for route in contexts]
    return Allowed(
        [(compile_path(path)[0], of_path) for path, of_path in methods],
        [(path, of_path) for path, of_path in methods if "{" not in path],
    )
