"""What a Chinese keyboard types, in the signs that node sets, numbers, times and addresses are written in.

The page reads alike: web/src/search/halfWidth.ts.
"""

from __future__ import annotations

import unicodedata

_SIGNS = str.maketrans("【】〔〕「」、。‐–—−", "[][][],.----")


def half_width(text: str) -> str:
    """Return the text in half-width signs: "！node【０１-０３】、７" -> "!node[01-03],7"."""
    return unicodedata.normalize("NFKC", text).translate(_SIGNS)
