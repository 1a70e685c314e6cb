"""English punctuation in Chinese text: next to a Chinese character, where Chinese has its own marks."""

from __future__ import annotations

import re

_HANZI = r"[\u3400-\u9fff]"

HALF_WIDTH = re.compile(rf"{_HANZI} ?[,;:!?()]|[,;:!?()] ?{_HANZI}")
