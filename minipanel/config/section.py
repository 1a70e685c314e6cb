"""How a section of config.toml is declared: a dataclass, each of whose fields says what its key may be and means.

    @dataclass(frozen=True, slots=True)
    class MailConfig:
        port: Annotated[int, Key(whole_number(1, 65535), "The port of the mail server.", "邮件服务器的端口。")] = 25

    MAIL = Section("mail", MailConfig)

Reading, the first config.toml and the table in docs/reference.md follow from it.
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
    """One key. Its default is that of the field, or `default` where only the file may leave it out.

    `english`, `chinese`: what it means; "" where it goes with the key before it. `words`: the default, in both
    languages, where no value says it. `example` stands in the first file for a key that is not set.
    """

    kind: Kind
    english: str = ""
    chinese: str = ""
    default: object = ...
    words: tuple[str, str] = ("none", "无")
    example: str = "…"


@dataclass(frozen=True)
class Section(Generic[T]):
    """One section: its name in the file, the dataclass it is read into, and what its keys demand of each other.

    `finish` returns the final value, or raises the ConfigError of Table.error.
    """

    name: str
    shape: type[T]
    finish: Callable[[Table, T], T] = lambda _, value: value

    @cached_property
    def keys(self) -> dict[str, tuple[Key, object]]:
        """Each key with its default, MISSING where the file must have it."""
        hints = get_type_hints(self.shape, include_extras=True)
        shape: Any = self.shape
        keys: list[tuple[str, object, Key]] = [
            (field.name.rstrip("_"), field.default, hints[field.name].__metadata__[0]) for field in fields(shape)
        ]
        return {name: (key, default if key.default is ... else key.default) for name, default, key in keys}

    @property
    def default(self) -> T:
        """What a file without this section says, where it may be left out."""
        return self._made({name: default for name, (_, default) in self.keys.items()})

    def read(self, table: Table) -> T:
        """Return what the table says. Raises ConfigError."""
        values = {
            name: table.read(name, key.kind) if name in table or default is MISSING else default
            for name, (key, default) in self.keys.items()
        }
        return self.finish(table, self._made(values))

    def _made(self, values: dict[str, object]) -> T:
        """Fill in the dataclass. A field whose key is a word of Python's ("for") has an underscore behind it."""
        shape: Any = self.shape
        return cast(T, shape(*(values[name] for name in self.keys)))
