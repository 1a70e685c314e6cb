"""Writes the first config.toml: every key of the panel's own sections, with a comment that explains it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from minipanel.config.section import Section
from minipanel.config.values import (
    ADMIN,
    AGENTS,
    DATABASE,
    GROUPS,
    HOSTS,
    NODES,
    SERVER,
    USERS,
    Config,
    GroupConfig,
    NodeConfig,
    UserConfig,
)
from minipanel.models.nodeset import fold

T = TypeVar("T")


Keys = tuple[Section[Any], Mapping[str, object]]


def render_config(config: Config, rooms: Iterable[Keys] = ()) -> str:
    """Return the text of a config.toml for `config`. Reading it gives an equal Config.

    `rooms`: sections of rooms to add, each with the values of the keys to write.
    """
    folder = config.path.parent
    sections = [
        _INTRODUCTION,
        _section(SERVER, config.server, folder),
        _section(ADMIN, config.admin, folder),
        *(render_user(user) for user in config.users),
        _section(DATABASE, config.database, folder),
        _section(AGENTS, config.agents, folder),
        # Only if something is ignored, to keep the file of a small cluster short.
        *([_section(HOSTS, config.hosts, folder)] if config.hosts.ignore else []),
        *(_keys(section, values, folder) for section, values in rooms),
        _NODES,
        *(render_node(node) for node in config.nodes),
        *(_group(group) for group in config.groups),
    ]
    return "\n".join(sections)


def render_node(node: NodeConfig) -> str:
    """Return one [[nodes]] section. There are many, so it has no comments."""
    return _item(NODES, node)


def render_user(user: UserConfig) -> str:
    """Return one [[users]] section."""
    return _item(USERS, user)


def _group(group: GroupConfig) -> str:
    keys = {"name": group.name, "nodes": fold(group.nodes)}
    return _joined([f"[[{GROUPS.name}]]", *(f"{key} = {as_toml(value, Path())}" for key, value in keys.items())])


def _item(section: Section[T], item: T) -> str:
    lines = [f"{key} = {as_toml(getattr(item, key), Path())}" for key in section.keys if getattr(item, key) != ()]
    return _joined([f"[[{section.name}]]", *lines])


def _section(section: Section[T], value: T, folder: Path) -> str:
    return _keys(section, {name: getattr(value, name) for name in section.keys}, folder)


def _keys(section: Section[Any], values: Mapping[str, object], folder: Path) -> str:
    lines = [f"[{section.name}]"]
    for name, said in values.items():
        key = section.keys[name][0]
        lines += [f"# {key.english}"] if key.english else []
        lines.append(f'# {name} = "{key.example}"' if said is None else f"{name} = {as_toml(said, folder)}")
    return _joined(lines)


def as_toml(value: object, folder: Path) -> str:
    """Return a value as TOML. A path below config.toml's folder becomes relative to it, so that both can be moved."""
    match value:
        case bool():
            return "true" if value else "false"
        case Path():
            return _text(str(value.relative_to(folder) if value.is_relative_to(folder) else value))
        case str():
            return _text(value)
        case tuple():
            return f"[{', '.join(as_toml(item, folder) for item in value)}]"
    return str(value)


def _text(value: str) -> str:
    """Return a TOML basic string. TOML allows all of JSON's escapes; only DEL must be escaped and is not in JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


_INTRODUCTION = """\
# MiniPanel's configuration. The panel reads it at its start and on `systemctl reload minipanel` (SIGHUP);
# port, host, TLS and database take effect at the next start. It holds secrets: keep it readable for the panel alone.
"""

_NODES = """\
# One [[nodes]] for each node: `hostname` is what its agent calls itself, `name` what people read (the hostname where
# it is left out), `ip` its address. `minipanel nodes sync`, `add` and `remove` edit this list.
"""
