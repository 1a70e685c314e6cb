"""Converts the full-width characters that a Chinese keyboard types to half-width ones, for node sets and numbers.

The page does the same: web/src/search/halfWidth.ts.
"""

from __future__ import annotations

import unicodedata

_SIGNS = str.maketrans("【】〔〕「」、。‐–—−", "[][][],.----")


def half_width(text: str) -> str:
    """Return the text in half-width characters: "！node【０１-０３】、７" -> "!node[01-03],7"."""
    return unicodedata.normalize("NFKC", text).translate(_SIGNS)
