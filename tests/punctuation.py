"""English punctuation in Chinese text: beside a Chinese character, where that has its own."""

from __future__ import annotations

import re

_HANZI = r"[\u3400-\u9fff]"

HALF_WIDTH = re.compile(rf"{_HANZI} ?[,;:!?()]|[,;:!?()] ?{_HANZI}")
