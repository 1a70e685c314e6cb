"""Commands whose --help and usage errors are in the reader's language.

Typer writes the English. The Chinese is written here: Typer counts characters, and a Chinese one is two columns wide.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

from minipanel.models.half_width import half_width
from minipanel.translations.columns import width, wrapped
from minipanel.translations.language import is_chinese, say

_COLUMNS = (50, 78)
"""The least and the most columns of a terminal that Typer uses."""

_FIRST_COLUMN = 30

_WHOLE = 400
"""Characters: more than any first sentence has."""

# Commands and contexts are typed Any: their classes are private to Typer.


_PLAIN = {
    "Input should be a valid integer, unable to parse string as an integer": "it must be a whole number.",
    "Input should be a valid number, unable to parse string as a number": "it must be a number.",
}

_TYPED = ("NODESET", "NODE", "ADDRESSES", "ADDRESS", "TIME", "ID", "RULE", "RULES", "N", "PORT")
"""Metavars whose values are made half-width, as a Chinese keyboard types full-width signs. Paths are kept."""


class Command(TyperCommand):
    """One command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line, and make the full-width signs of a Chinese keyboard half-width."""
        left = super().parse_args(ctx, args)
        for parameter in self.params:
            value = ctx.params.get(parameter.name)
            if parameter.metavar in _TYPED and isinstance(value, str):
                ctx.params[parameter.name] = half_width(value)
        return left

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        return _usage(self, ctx) if is_chinese() else super().get_usage(ctx)

    def get_help(self, ctx: Any) -> str:
        """Return what --help prints."""
        return _help(self, ctx) if is_chinese() else super().get_help(ctx)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence, whole: it goes on in the next line where Typer would cut it off."""
        return super().get_short_help_str(max(limit, _WHOLE))


class Group(TyperGroup):
    """Several commands under one name."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence, whole."""
        return super().get_short_help_str(max(limit, _WHOLE))

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        return _usage(self, ctx) if is_chinese() else super().get_usage(ctx)

    def get_help(self, ctx: Any) -> str:
        """Return what --help prints."""
        return _help(self, ctx) if is_chinese() else super().get_help(ctx)


def show_error(error: Any) -> None:
    """Print on stderr why a command line can't be understood. error: a TyperException."""
    context = getattr(error, "ctx", None)
    if not is_chinese():
        if isinstance(getattr(error, "message", None), str):
            error.message = _plain(error.message)
        error.show()
        return
    message = error.format_message()
    if context is not None and message == context.get_help():  # no command was given
        print(message, file=sys.stderr)
        return
    if context is not None:
        print(context.get_usage(), file=sys.stderr)
        print(say(f"Try '{context.command_path} --help' for help."), end="\n\n", file=sys.stderr)
    print(say(f"Error: {message}"), file=sys.stderr)


def _plain(message: str) -> str:
    """Return what Typer says of a value, without the words of the library that checks it."""
    return _PLAIN.get(message, message.removeprefix("Value error, "))


def _usage(command: Any, context: Any) -> str:
    pieces = [say(piece) for piece in command.collect_usage_pieces(context)]
    return say(f"Usage: {' '.join([context.command_path, *pieces])}")


def _help(command: Any, context: Any) -> str:
    columns = max(min(shutil.get_terminal_size().columns - 2, _COLUMNS[1]), _COLUMNS[0])
    parts = [[_usage(command, context)]]
    if command.help:
        parts.append([f"  {line}" for line in wrapped(say(command.help), columns - 2)])
    parameters = command.get_params(context)
    for title, kind in (("Arguments:", "argument"), ("Options:", "option")):
        rows = [_record(each, context) for each in parameters if each.param_type_name == kind and not each.hidden]
        parts += [[say(title), *_listed(rows, columns)]] if rows else []
    rows = [(name, _short(say(each.help))) for name, each in _commands(command, context)]
    parts += [[say("Commands:"), *_listed(rows, columns)]] if rows else []
    return "\n\n".join("\n".join(part) for part in parts)


def _commands(command: Any, context: Any) -> list[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        return []
    named = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    return [(name, each) for name, each in named if each is not None and not each.hidden]


def _short(meaning: str) -> str:
    """Return the first sentence."""
    first, stop, _ = meaning.partition("。")
    return first + stop


def _record(parameter: Any, context: Any) -> tuple[str, str]:
    """Return a parameter's syntax, and its help with its default and limits in brackets."""
    written, english = parameter.get_help_record(context)
    if parameter.param_type_name == "argument":
        written = written.partition(" <")[0]  # without its type: the help says more
    meaning = parameter.help or ""
    extras = english.removeprefix(meaning).strip().removeprefix("[").removesuffix("]")
    if not extras:
        return written, say(meaning)
    said = "；".join(say(extra) for extra in extras.split("; "))
    return written, f"{say(meaning)}[{said}]"


def _listed(rows: Sequence[tuple[str, str]], columns: int) -> Iterable[str]:
    """Yield rows as lines: the name, and its help beside it."""
    first_column = min(max(width(first) for first, _ in rows), _FIRST_COLUMN) + 2
    for first, second in rows:
        lines = wrapped(second, max(columns - first_column - 2, 10))
        if width(first) + 2 > first_column:
            yield f"  {first}"
            first = ""
        yield f"  {first}{' ' * (first_column - width(first))}{lines[0]}".rstrip()
        yield from (f"  {' ' * first_column}{line}" for line in lines[1:])
