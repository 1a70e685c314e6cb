"""Reads one table of config.toml, key by key. Every fault becomes a ConfigError with one sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path

from minipanel.config.kinds import Kind, NotAcceptable
from minipanel.errors import ConfigError
from minipanel.models.quote import SHOWN_CHARACTERS, escape


class Table:
    """The keys of one table. `place`: its place in the file, in words: "[server]", "[[nodes]] number 3"."""

    def __init__(self, path: Path, place: str, values: Mapping[str, object], known: Collection[str]) -> None:
        self.path = path
        self.place = place
        self._values = values
        self._refuse_unknown(known)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def read(self, key: str, kind: Kind) -> object:
        """Return the value of a key. Raises ConfigError if it is missing, or not of this kind."""
        if key not in self._values:
            raise self.missing(key, kind.allowed)
        value = self._values[key]
        try:
            found = kind.parse(value, self.path.parent)
        except NotAcceptable as why:
            what = f"{{key}} in {{place}} {why.words.english}; it must be {{allowed}}"
            raise self.error(what, key=key, place=self.place, allowed=kind.allowed, **why.words.values) from None
        if found is None:
            raise self.error(
                "{key} in {place} is {value}; it must be {allowed}",
                key=key,
                place=self.place,
                value=shown(value),
                allowed=kind.allowed,
            )
        return found

    def missing(self, key: str, allowed: str) -> ConfigError:
        """Return the error for a required key that is missing."""
        return self.error(
            "{key} is missing in {place}; it must be {allowed}", key=key, place=self.place, allowed=allowed
        )

    def error(self, what: str, /, **values: object) -> ConfigError:
        """Return an error that names the file: "{key} in {place} is missing" with its values."""
        return ConfigError(f"{{path}}: {what}.", path=self.path, **values)

    def _refuse_unknown(self, known: Collection[str]) -> None:
        key = next((key for key in self._values if key not in known), None)
        if key is None:
            return
        near = get_close_matches(key, sorted(known), n=1)
        if near:
            sentence = "{path}: unknown key {key} in {place}; did you mean {near}?"
            raise ConfigError(sentence, path=self.path, key=shown(key), place=self.place, near=near[0])
        sentence = "{path}: unknown key {key} in {place}; known there: {known}."
        raise ConfigError(sentence, path=self.path, key=shown(key), place=self.place, known=", ".join(sorted(known)))


def shown(value: object) -> str:
    """Return a value as in TOML, shortened, on one line, with control characters escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"[{escape(', '.join(shown(item) for item in value[:SHOWN_CHARACTERS]))}]"
    if isinstance(value, str):
        return f'"{escape(value)}"'
    if isinstance(value, int) and value.bit_length() > 200:
        return "a very large number"  # Python refuses to print more than 4300 digits
    return escape(str(value))
