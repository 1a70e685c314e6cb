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

    def at(self, path: str) -> str:
        """Return the methods at a path as the header Allow has them (RFC 9110, 10.2.1): "GET, POST"; "" for none."""
        found = (methods for pattern, methods in self.methods if pattern.match(path))
        return ", ".join(sorted(frozenset[str]().union(*found)))


def allowed_by(routes: Sequence[BaseRoute]) -> Allowed:
    """Return what these routes, and the routers among them, allow."""
    contexts = [route for route in iter_route_contexts(routes) if route.path is not None]
    return Allowed([(compile_path(str(route.path))[0], frozenset(route.methods or ())) for route in contexts])
