"""GET /api/nodes: every node as configured and what its agent last reported. GET /api/groups."""

from __future__ import annotations

from fastapi import Request, Response

from minipanel.errors import NotFound
from minipanel.handlers.answer import answered_with, json_answer
from minipanel.handlers.guard import SCREENS
from minipanel.handlers.request import panel_of
from minipanel.handlers.router import api_router
from minipanel.models.answers import GroupAnswer, NodeAnswer
from minipanel.models.node import Node
from minipanel.models.quote import quote
from minipanel.services.panel import Panel

router = api_router("nodes")


@router.get("/api/nodes", dependencies=[SCREENS], responses=answered_with(list[NodeAnswer]))
async def list_nodes(request: Request) -> Response:
    """Return all nodes, including disabled ones."""
    return json_answer(panel_of(request).live.nodes())


@router.get("/api/groups", dependencies=[SCREENS], responses=answered_with(list[GroupAnswer]))
async def list_groups(request: Request) -> Response:
    """Return all groups of nodes: those of config.toml, then ClusterShell's, then those made from nodes' names."""
    return Response(panel_of(request).groups.answer, media_type="application/json")


def find_node(request: Request, reference: str) -> Node:
    """Return the node with this integer id or hostname. Raises NotFound."""
    return node_named(panel_of(request), reference)


def node_named(panel: Panel, reference: str) -> Node:
    """Return the node with this integer id or hostname. Raises NotFound."""
    node = panel.directory.find(reference)
    if node is None:
        raise NotFound("There is no node {text}.", text=quote(reference))
    return node
