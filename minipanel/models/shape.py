"""Structs that hold a value for each metric: written down without them, and completed from the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape", bound=msgspec.Struct)

Field = tuple[str, Any] | tuple[str, Any, Any]
"""A name and a type, and a default where there is one."""


def with_fields(after: str, fields: Iterable[Field]) -> Callable[[type[Shape]], type[Shape]]:
    """Return a decorator that puts more fields into a struct, in the place after one of its own."""

    def complete(kind: type[Shape]) -> type[Shape]:
        own = msgspec.structs.fields(kind)
        place = [field.name for field in own].index(after) + 1
        whole = [_as_declared(field) for field in own]
        whole[place:place] = fields
        struct: Any = msgspec.defstruct(
            kind.__name__,
            whole,
            module=kind.__module__,
            namespace={"__doc__": kind.__doc__},
            frozen=kind.__struct_config__.frozen,
            gc=kind.__struct_config__.gc,
            rename={field.name: field.encode_name for field in own},
        )
        return struct  # type: ignore[no-any-return]

    return complete


def _as_declared(field: msgspec.structs.FieldInfo) -> Field:
    return (field.name, field.type) if field.required else (field.name, field.type, field.default)


def made(kind: type[Shape], *values: Any, **named: Any) -> Shape:
    """Return a struct made of these values, which the type checker knows only in part."""
    return kind(*values, **named)
