"""Reads and checks config.toml. Every fault is a ConfigError that names file, key, value and what is allowed."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from minipanel.config.section import Section
from minipanel.config.table import Table, shown
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
    Rooms,
    UserConfig,
)
from minipanel.errors import ConfigError
from minipanel.models.group import MAX_GROUPS, MAX_MEMBERS

T = TypeVar("T")


def load_config(path: Path, rooms: Rooms = ()) -> Config:
    """Return the checked configuration in a file. Relative paths in it start at its folder.

    `rooms`: the sections that rooms declare. Raises ConfigError with a sentence that names file, key, value and what is
    allowed, but never a secret's value.
    """
    path = path.absolute()
    return check_config(read_text(path), path, rooms)


def read_text(path: Path) -> str:
    """Return the file's text with its line ends unchanged. Raises ConfigError unless it is a file of UTF-8 text."""
    try:
        if path.is_dir():
            raise ConfigError("{path} is a folder; it must be a TOML file.", path=path)
        if path.exists() and not path.is_file():  # reading a device might never end
            raise ConfigError("{path} is a pipe or a device; it must be a TOML file.", path=path)
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ConfigError(
            "{path} is missing; name the configuration with --config or MINIPANEL_CONFIG.", path=path
        ) from None
    except OSError as error:
        raise ConfigError("{path} can't be read: {reason}.", path=path, reason=error.strerror) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "{path} is not UTF-8 (line {line}); it must be a TOML file in UTF-8.", path=path, line=line
        ) from None
    except ValueError:  # a NUL in the path
        raise ConfigError("{path} can't be the path of a file.", path=repr(str(path))) from None


def check_config(text: str, path: Path, rooms: Rooms = ()) -> Config:
    """Return the checked configuration in a text, as load_config does. `path`: the text's file, absolute."""
    document = _parse(text, path)
    sections: Rooms = (SERVER, ADMIN, DATABASE, AGENTS, HOSTS, *rooms)
    known = {section.name.partition(".")[0] for section in (*sections, NODES, USERS, GROUPS)}
    Table(path, "the file", document, known)

    def read(section: Section[T]) -> T:
        return section.read(_table(document, section, sections, path))

    server, admin = read(SERVER), read(ADMIN)
    return Config(
        path=path,
        server=server,
        admin=admin,
        database=read(DATABASE),
        agents=read(AGENTS),
        nodes=_read_nodes(document, path),
        hosts=read(HOSTS),
        users=_read_users(document, path, admin.username),
        groups=_read_groups(document, path),
        rooms={section.name: read(section) for section in rooms},
    )


def _parse(text: str, path: Path) -> dict[str, object]:
    if text.startswith("\ufeff"):
        raise ConfigError("{path} begins with a byte order mark; save it as UTF-8 without one.", path=path)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError("{path} is not TOML: too many nested brackets.", path=path) from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ConfigError("{path} is not TOML: {error}.", path=path, error=str(error)) from None


def _table(document: dict[str, object], section: Section[Any], sections: Rooms, path: Path) -> Table:
    """Return the table of a section, empty if there is none. Besides its keys it may contain its subsections."""
    values: Any = document
    name = ""
    for part in section.name.split("."):
        name = f"{name}.{part}".lstrip(".")
        values = values.get(part, {}) if isinstance(values, dict) else values
        if not isinstance(values, dict):
            raise ConfigError(
                "{path}: {name} is not a table; it must be a section [{section}].", path=path, name=name, section=name
            )
    below = [other.name[len(name) + 1 :] for other in sections if other.name.startswith(f"{name}.")]
    return Table(path, f"[{name}]", values, [*section.keys, *below])


def _read_nodes(document: dict[str, object], path: Path) -> tuple[NodeConfig, ...]:
    tables = _tables(document, NODES, path)
    nodes = tuple(NODES.read(table) for table in tables)
    for key, value_of in _OF_ONE_NODE.items():
        _refuse_twins(tables, key, [value_of(node) for node in nodes])
    return nodes


def _read_users(document: dict[str, object], path: Path, admin: str) -> tuple[UserConfig, ...]:
    tables = _tables(document, USERS, path)
    users = tuple(USERS.read(table) for table in tables)
    places = {_folded(admin): "[admin]"}
    for table, user in zip(tables, users, strict=True):
        other = places.setdefault(_folded(user.name), table.place)
        if other is not table.place:
            raise table.error(
                "name in {place} is {name}, as in {other}; each user must have its own",
                place=table.place,
                name=shown(user.name),
                other=other,
            )
    return users


def _read_groups(document: dict[str, object], path: Path) -> tuple[GroupConfig, ...]:
    groups: list[GroupConfig] = []
    places: dict[str, str] = {}
    members = 0
    for table in _tables(document, GROUPS, path):
        group = GROUPS.read(table)
        other = places.setdefault(_folded(group.name), table.place)
        if other is not table.place:
            raise table.error(
                "name in {place} is {name}, as in {other}; each group must have its own",
                place=table.place,
                name=shown(group.name),
                other=other,
            )
        groups.append(group)
        members += len(group.nodes)
        if len(groups) > MAX_GROUPS:
            raise table.error(
                "{place} is one too many; at most {most} groups are allowed", place=table.place, most=MAX_GROUPS
            )
        if members > MAX_MEMBERS:
            raise table.error(
                "nodes in {place} makes {members} nodes in all groups; at most {most} are allowed",
                place=table.place,
                members=members,
                most=MAX_MEMBERS,
            )
    return tuple(groups)


def _folded(name: str) -> str:
    """Return a form that is equal for names that people take for the same: Anna, anna."""
    return unicodedata.normalize("NFKC", name).casefold()


def _tables(document: dict[str, object], section: Section[Any], path: Path) -> list[Table]:
    """Return the tables of a list of sections, such as one per [[nodes]]."""
    name, items = section.name, document.get(section.name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        one = name.removesuffix("s")
        raise ConfigError(
            "{path}: {name} is not a list of tables; each {one} must be a section [[{section}]].",
            path=path,
            name=name,
            one=one,
            section=name,
        )
    return [Table(path, f"[[{name}]] number {i}", item, section.keys) for i, item in enumerate(items, 1)]


_OF_ONE_NODE: dict[str, Callable[[NodeConfig], str]] = {
    "hostname": lambda node: node.hostname,
    "name": lambda node: node.name,
    "ip": lambda node: node.ip,
}


def _refuse_twins(tables: list[Table], key: str, values: list[str]) -> None:
    """Raise ConfigError if two nodes share a value. Case does not matter, as in hostnames (RFC 4343)."""
    first: dict[str, Table] = {}
    for table, value in zip(tables, values, strict=True):
        other = first.setdefault(value.lower(), table)
        if other is not table:
            raise table.error(
                "{key} in {place} is {value}, as in {other}; each node must have its own",
                key=key,
                place=table.place,
                value=shown(value),
                other=other.place,
            )
