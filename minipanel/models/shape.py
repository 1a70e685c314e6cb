"""Adds a field for each metric to structs that are declared without them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape", bound=msgspec.Struct)

Field = tuple[str, Any] | tuple[str, Any, Any]
"""A name, a type and, if the field has one, a default."""


def with_fields(after: str, fields: Iterable[Field]) -> Callable[[type[Shape]], type[Shape]]:
    """Return a decorator that adds fields to a struct, right after its own field named `after`."""

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
    """Return a struct with these values, for structs whose fields the type checker does not know."""
    return kind(*values, **named)
