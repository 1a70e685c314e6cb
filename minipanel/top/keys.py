"""The names of keys, from the bytes that a terminal sends."""

from __future__ import annotations

import codecs

NAMED = {
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\b": "backspace",
    "\x03": "q",
    "\x15": "ctrl-u",
}

_SEQUENCES = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end",
    "5~": "pgup", "6~": "pgdn", "1~": "home", "4~": "end", "7~": "home", "8~": "end",
}  # fmt: skip
"""Keys by what follows ESC [ or ESC O (ECMA-48, xterm)."""

ESC = "\x1b"
_LONGEST_SEQUENCE = 16


class Keys:
    """Turns bytes into the names of keys. A sequence may arrive in parts."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("ignore").decode
        self._rest = ""

    @property
    def is_waiting(self) -> bool:
        """Whether an ESC was read that may be the key itself or begin a sequence."""
        return bool(self._rest)

    def read(self, data: bytes) -> list[str]:
        """Return the keys that have arrived completely: "up", "enter", "?"."""
        text, self._rest = self._rest + self._decode(data), ""
        keys: list[str] = []
        while text:
            if text[0] == ESC:
                key, length = _sequence(text)
                if length == 0:
                    self._rest = text
                    break
            else:
                key, length = NAMED.get(text[0], text[0]), 1
            if key and (len(key) > 1 or key.isprintable()):
                keys.append(key)
            text = text[length:]
        return keys

    def give_up(self) -> list[str]:
        """Stop waiting for more: a lone ESC is the key "esc". Empty if nothing waits."""
        had, self._rest = self._rest, ""
        return ["esc"] if had else []


def _sequence(text: str) -> tuple[str, int]:
    """Return the key of a sequence, "" if it has none here, and the length; 0 if the sequence is not complete yet."""
    if len(text) == 1:
        return "", 0
    if text[1] not in "[O":
        return "esc", 1
    for length in range(3, min(len(text), _LONGEST_SEQUENCE) + 1):
        if text[length - 1].isalpha() or text[length - 1] == "~":
            return _SEQUENCES.get(text[2:length], ""), length
    return "", _LONGEST_SEQUENCE if len(text) >= _LONGEST_SEQUENCE else 0
