"""One table of config.toml, read key by key; whatever is wrong becomes a ConfigError of one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeGuard

from minipanel.errors import ConfigError
from minipanel.models.quote import SHOWN_CHARACTERS, escape


class Table:
    """The keys of one table. `place` is how a person finds it: "[server]", "[[nodes]] number 3"."""

    def __init__(self, path: Path, place: str, values: Mapping[str, object], keys: Iterable[str]) -> None:
        self.path = path
        self.place = place
        self._values = values
        self._refuse_unknown(sorted(keys))

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def whole_number(self, key: str, low: int, high: int, default: int, step: int = 1) -> int:
        """Return a whole number from low to high, a multiple of step."""
        value = self._values.get(key, default)
        if is_whole(value) and low <= value <= high and value % step == 0:
            return value
        kind = "a whole number" if step == 1 else f"a multiple of {step}"
        raise self.wrong(key, f"{kind} from {low} to {high}")

    def number(self, key: str, low: int, high: int, default: int) -> float:
        """Return a number from low to high, with or without decimals."""
        value = self._values.get(key, default)
        if (is_whole(value) or isinstance(value, float)) and low <= value <= high:
            return value
        raise self.wrong(key, f"a number from {low} to {high}")

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._values.get(key, default)
        if isinstance(value, bool):
            return value
        raise self.wrong(key, "true or false")

    def text(self, key: str, allowed: str, default: str | None = None) -> str:
        """Return a non-empty text without control characters. `allowed` ends the sentence when it is not one."""
        value = self._values.get(key, default)
        if value is None:
            raise self.missing(key, allowed)
        if isinstance(value, str) and value and value.isprintable():
            return value
        raise self.wrong(key, allowed)

    def secret(self, key: str, bytes_at_least: int) -> str:
        """Return a secret of so many bytes of UTF-8 or more. No error shows its value."""
        allowed = f"text of at least {bytes_at_least} random bytes"
        if key not in self._values:
            raise self.missing(key, allowed)
        value = self._values[key]
        if not isinstance(value, str):
            raise self.error(f"{key} in {self.place} is not text; it must be {allowed}")
        size_bytes = len(value.encode())
        if size_bytes < bytes_at_least:
            raise self.error(f"{key} in {self.place} has {size_bytes} bytes; it must be {allowed}")
        return value

    def file_path(self, key: str, default: str | None = None) -> Path:
        """Return an absolute path; one that is not is taken from the folder of the configuration file."""
        return self.path.parent / self.text(key, "the path of a file", default)

    def items(self, key: str, allowed: str, default: list[object]) -> list[object]:
        """Return an array."""
        value = self._values.get(key, default)
        if isinstance(value, list):
            return value
        raise self.wrong(key, allowed)

    def wrong(self, key: str, allowed: str) -> ConfigError:
        """Return the error for a value that is there and not acceptable."""
        return self.error(f"{key} in {self.place} is {shown(self._values.get(key))}; it must be {allowed}")

    def missing(self, key: str, allowed: str) -> ConfigError:
        """Return the error for a key that must be there."""
        return self.error(f"{key} is missing in {self.place}; it must be {allowed}")

    def error(self, what: str) -> ConfigError:
        """Return an error that names the file."""
        return ConfigError(f"{self.path}: {what}.")

    def _refuse_unknown(self, keys: list[str]) -> None:
        for key in self._values:
            if key in keys:
                continue
            near = get_close_matches(key, keys, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known there: {', '.join(keys)}."
            raise ConfigError(f"{self.path}: unknown key {shown(key)} in {self.place}; {hint}")


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether a value is a whole number. TOML's true and false are none, though Python's bool is an int."""
    return isinstance(value, int) and not isinstance(value, bool)


def shown(value: object) -> str:
    """Return a value as TOML would write it, short, on one line, control characters escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"[{escape(', '.join(shown(item) for item in value[:SHOWN_CHARACTERS]))}]"
    if isinstance(value, str):
        return f'"{escape(value)}"'
    if isinstance(value, int) and value.bit_length() > 200:
        return "a very large number"  # Python writes no decimal number of more than 4300 digits
    return escape(str(value))
