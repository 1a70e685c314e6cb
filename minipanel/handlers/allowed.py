"""Which methods an address has: the router names those of one route alone, and POST and GET are two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path


@dataclass(frozen=True, slots=True)
class Allowed:
    """The addresses of these routes, with the methods of each."""

    methods: Sequence[tuple[re.Pattern[str], frozenset[str]]]
    written: Sequence[tuple[str, frozenset[str]]] = ()

    def at(self, path: str) -> str:
        """Return the methods at a path as the header Allow has them (RFC 9110, 10.2.1): "GET, POST"; "" for none.

        What stands written out comes first: /api/alerts/ack is no alert's id.
        """
        whole = [methods for written, methods in self.written if written == path]
        found = whole or (methods for pattern, methods in self.methods if pattern.match(path))
        return ", ".join(sorted(frozenset[str]().union(*found)))


def allowed_by(routes: Sequence[BaseRoute]) -> Allowed:
    """Return what these routes, and the routers among them, allow."""
    contexts = [route for route in iter_route_contexts(routes) if route.path is not None]
    methods = [(str(route.path), frozenset[str](route.methods or ())) for route in contexts]
    return Allowed(
        [(compile_path(path)[0], of_path) for path, of_path in methods],
        [(path, of_path) for path, of_path in methods if "{" not in path],
    )
