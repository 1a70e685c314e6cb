"""Declares sections of config.toml: a dataclass whose fields say what each key allows and means.

    @dataclass(frozen=True, slots=True)
    class MailConfig:
        port: Annotated[int, Key(whole_number(1, 65535), "The port of the mail server.", "邮件服务器的端口。")] = 25

    MAIL = Section("mail", MailConfig)

The reader, the first config.toml and the table in docs/reference.md are made from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import Any, Generic, TypeVar, cast, get_type_hints

from minipanel.config.kinds import Kind
from minipanel.config.table import Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """One key. Its default is the field's; or `default`, if the file may leave it out but Python code may not.

    `english`, `chinese`: its meaning; "" if the text of the key before it covers it. `words`: the default in both
    languages, if no value can show it. `example`: the value in the first config.toml for a key that is not set.
    """

    kind: Kind
    english: str = ""
    chinese: str = ""
    default: object = ...
    words: tuple[str, str] = ("none", "无")
    example: str = "…"


@dataclass(frozen=True)
class Section(Generic[T]):
    """One section: its name in the file, and the dataclass that it is read into.

    `finish`: checks the keys together, and returns the final value or raises the ConfigError of Table.error.
    """

    name: str
    shape: type[T]
    finish: Callable[[Table, T], T] = lambda _, value: value

    @cached_property
    def keys(self) -> dict[str, tuple[Key, object]]:
        """Each key with its default, MISSING if the file must have it."""
        hints = get_type_hints(self.shape, include_extras=True)
        shape: Any = self.shape
        keys: list[tuple[str, object, Key]] = [
            (field.name.rstrip("_"), field.default, hints[field.name].__metadata__[0]) for field in fields(shape)
        ]
        return {name: (key, default if key.default is ... else key.default) for name, default, key in keys}

    @property
    def default(self) -> T:
        """The value for a file without this section, if the section may be left out."""
        return self._made({name: default for name, (_, default) in self.keys.items()})

    def read(self, table: Table) -> T:
        """Return the value of the section with this table. Raises ConfigError."""
        values = {
            name: table.read(name, key.kind) if name in table or default is MISSING else default
            for name, (key, default) in self.keys.items()
        }
        return self.finish(table, self._made(values))

    def _made(self, values: dict[str, object]) -> T:
        """Fill in the dataclass. A field whose key is a Python keyword ("for") ends with an underscore."""
        shape: Any = self.shape
        return cast(T, shape(*(values[name] for name in self.keys)))
