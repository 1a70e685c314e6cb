"""Reads as much of a broken config.toml as possible, for diagnosis. The panel never runs with the result."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from dataclasses import MISSING
from pathlib import Path
from typing import Any, TypeVar

from minipanel.config.reading import read_text
from minipanel.config.section import Section
from minipanel.config.table import Table
from minipanel.config.values import ADMIN, AGENTS, DATABASE, HOSTS, NODES, SERVER, Config, NodeConfig, Rooms
from minipanel.errors import ConfigError

T = TypeVar("T")


def read_what_can_be(path: Path, rooms: Rooms = ()) -> Config:
    """Return the configuration with each valid key, and defaults for the others: "" if a key has no default."""
    path = path.absolute()
    document: dict[str, Any] = {}
    with suppress(ConfigError, ValueError, RecursionError):
        document = tomllib.loads(read_text(path))
    return Config(
        path=path,
        server=_read(SERVER, document, path),
        admin=_read(ADMIN, document, path),
        database=_read(DATABASE, document, path),
        agents=_read(AGENTS, document, path),
        nodes=tuple(_read_nodes(document.get("nodes"), path)),
        hosts=_read(HOSTS, document, path),
        rooms={section.name: _read(section, document, path) for section in rooms},
    )


def _read(section: Section[T], document: object, path: Path) -> T:
    values = document
    for part in section.name.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return _made(section, values if isinstance(values, dict) else {}, path)


def _made(section: Section[T], values: dict[str, object], path: Path) -> T:
    table = Table(path, section.name, values, values)
    found = {}
    for name, (key, default) in section.keys.items():
        found[name] = "" if default is MISSING else default
        with suppress(ConfigError):
            found[name] = table.read(name, key.kind)
    return section.shape(**found)


def _read_nodes(items: object, path: Path) -> list[NodeConfig]:
    tables = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    nodes = [NODES.finish(Table(path, "", {}, ()), _made(NODES, table, path)) for table in tables]
    return [node for node in nodes if node.hostname and node.ip]
