"""Edits config.toml: keeps its comments and order, and checks the result before it replaces the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from minipanel.config.blocks import are_sections, with_changed_nodes, with_sections, without_sections
from minipanel.config.reading import check_config, read_text
from minipanel.config.template import render_node, render_user
from minipanel.config.values import Config, NodeConfig, Rooms, UserConfig
from minipanel.config.writing import locked, replace_file
from minipanel.errors import ConfigError

Values = Mapping[str, str | int | list[int] | list[str] | None]


def add_nodes(path: Path, nodes: Sequence[NodeConfig], rooms: Rooms = ()) -> Config:
    """Add nodes at the end of the list. Returns the new configuration.

    Like all functions here, it raises ConfigError if the file is invalid or would become so, and leaves it unchanged.
    In all of them, `rooms` are the sections that rooms declare.
    """

    def add(text: str, old: Config) -> str:
        _refuse_unusual(text, old, "nodes")
        return with_sections(text, "nodes", map(render_node, nodes))

    return _edit(path, add, lambda old: replace(old, nodes=(*old.nodes, *nodes)), rooms)


def remove_nodes(path: Path, hostnames: Collection[str], rooms: Rooms = ()) -> Config:
    """Remove the nodes with these hostnames, written as configured. Returns the new configuration."""

    def remove(text: str, old: Config) -> str:
        _refuse_unusual(text, old, "nodes")
        return without_sections(text, "nodes", lambda index: old.nodes[index].hostname in hostnames)

    def expected(old: Config) -> Config:
        return replace(old, nodes=tuple(node for node in old.nodes if node.hostname not in hostnames))

    return _edit(path, remove, expected, rooms)


def change_nodes(
    path: Path,
    before: Sequence[NodeConfig],
    gone: Collection[str],
    changed: Mapping[str, NodeConfig],
    new: Sequence[NodeConfig],
    rooms: Rooms = (),
) -> Config:
    """Remove, change and add nodes in one step. Returns the new configuration.

    `before`: the nodes that the changes are based on. If the file has others by now, ConfigError is raised. `gone`, and
    the keys of `changed`: hostnames as configured.
    """

    def change(text: str, old: Config) -> str:
        _refuse_unusual(text, old, "nodes")
        if old.nodes != tuple(before):
            raise ConfigError("The nodes in {path} have changed in the meantime; run the command again.", path=path)
        places = {index: changed[node.hostname] for index, node in enumerate(old.nodes) if node.hostname in changed}
        text = with_changed_nodes(text, {index: _difference(old.nodes[index], node) for index, node in places.items()})
        text = without_sections(text, "nodes", lambda index: old.nodes[index].hostname in gone)
        return with_sections(text, "nodes", map(render_node, new)) if new else text

    def expected(old: Config) -> Config:
        kept = [changed.get(node.hostname, node) for node in old.nodes if node.hostname not in gone]
        return replace(old, nodes=(*kept, *new))

    return _edit(path, change, expected, rooms)


def _difference(before: NodeConfig, after: NodeConfig) -> dict[str, str]:
    """Return the keys whose values differ, with the new values. A name that is not set follows the hostname anyway."""
    values = {key: getattr(after, key) for key in ("hostname", "ip", "name")}
    return {key: value for key, value in values.items() if value != getattr(before, key)}


def set_password_hash(path: Path, password_hash: str, rooms: Rooms = ()) -> Config:
    """Set the hash of the administrator's password. Returns the new configuration."""

    def expected(old: Config) -> Config:
        return replace(old, admin=replace(old.admin, password_hash=password_hash))

    return _edit(path, lambda text, _: with_values(text, "admin", {"password_hash": password_hash}), expected, rooms)


def add_user(path: Path, user: UserConfig, rooms: Rooms = ()) -> Config:
    """Add an account after the last one. Returns the new configuration."""

    def add(text: str, old: Config) -> str:
        _refuse_unusual(text, old, "users")
        return with_sections(text, "users", [render_user(user)], after="admin")

    return _edit(path, add, lambda old: replace(old, users=(*old.users, user)), rooms)


def remove_user(path: Path, name: str, rooms: Rooms = ()) -> Config:
    """Remove the account with this name. Returns the new configuration."""

    def remove(text: str, old: Config) -> str:
        _refuse_unusual(text, old, "users")
        return without_sections(text, "users", lambda index: old.users[index].name == name)

    def expected(old: Config) -> Config:
        return replace(old, users=tuple(user for user in old.users if user.name != name))

    return _edit(path, remove, expected, rooms)


def set_user_hash(path: Path, name: str, password_hash: str, rooms: Rooms = ()) -> Config:
    """Set the password hash of one of [[users]]. Returns the new configuration."""

    def change(text: str, old: Config) -> str:
        document = tomlkit.parse(text)
        tables: Any = document["users"]
        for user, table in zip(old.users, tables, strict=True):
            if user.name == name:
                table["password_hash"] = password_hash
        return document.as_string()

    def expected(old: Config) -> Config:
        changed = (replace(user, password_hash=password_hash) if user.name == name else user for user in old.users)
        return replace(old, users=tuple(changed))

    return _edit(path, change, expected, rooms)


def set_values(path: Path, section: str, values: Values, rooms: Rooms = ()) -> Config:
    """Set keys of one section: set_values(path, "server", {"port": 8081}). Returns the new configuration."""
    return _edit(path, lambda text, _: with_values(text, section, values), None, rooms)


def with_values(text: str, section: str, values: Values) -> str:
    """Return the text of a config.toml with keys of one section set, or removed if the value is None.

    Raises TOMLKitError.
    """
    document = tomlkit.parse(text)
    table: Any = document
    for name in section.split("."):
        table = table.setdefault(name, tomlkit.table())
    for key, value in values.items():
        if value is not None:
            table[key] = value
        elif key in table:
            table.remove(key)
    return document.as_string()


def _edit(
    path: Path, change: Callable[[str, Config], str], expected: Callable[[Config], Config] | None, rooms: Rooms
) -> Config:
    """Apply a change, check the result, and compare it with `expected`, if given."""
    path = path.resolve()  # a link stays: the file that it points to is replaced
    with locked(path):
        text = read_text(path)
        old = check_config(text, path, rooms)
        try:
            edited = change(text, old)
        except TOMLKitError as error:
            raise ConfigError(
                "{path} can't be edited automatically ({error}); edit it by hand.", path=path, error=error
            ) from None
        new = check_config(edited, path, rooms)
        if expected is not None and new != expected(old):
            raise ConfigError("{path} can't be edited automatically; edit it by hand.", path=path)
        replace_file(path, edited)
    return new


def _refuse_unusual(text: str, config: Config, name: str) -> None:
    items: Sequence[object] = getattr(config, name)
    if not are_sections(text, name, len(items)):
        raise ConfigError(
            "{path} lists its {items} without [[{section}]] sections; edit it by hand.",
            path=config.path,
            items=name,
            section=name,
        )
