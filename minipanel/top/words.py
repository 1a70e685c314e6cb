"""Values, names and ages as the terminal shows them: in the reader's language, in characters that it can show."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from minipanel.models.metrics import Metric
from minipanel.models.quote import escape
from minipanel.translations.language import Translate, is_chinese, speaks_utf8, translator

TITLES = {"cpu_percent": "CPU", "memory_used": "memory", "cpu_temp": "temperature"}
"""The words for metrics; one that is missing here is shown by its name."""

_NAME_CHARACTERS = 80


class Words:
    """How texts are written. `is_ascii`: the terminal may show only ASCII. `is_chinese`: `t` returns Chinese."""

    def __init__(self, t: Translate, is_ascii: bool = False, is_chinese: bool = False) -> None:
        self.t = t
        self.is_chinese = is_chinese
        self.is_ascii = is_ascii

    def title(self, metric: Metric) -> str:
        """Return the word for a metric."""
        return self.t(TITLES.get(metric.name, metric.name))

    def unit(self, metric: Metric) -> str:
        """Return the unit in which nodes are compared."""
        unit = "%" if metric.share else metric.unit
        return unit.replace("°", "") if self.is_ascii else unit

    def value(self, value: float | None, metric: Metric) -> str:
        """58.23 -> 58.2%; "-" for None."""
        if value is None:
            return "-"
        unit = self.unit(metric)
        return f"{value:.1f}{unit}" if unit == "%" else f"{value:.1f} {unit}"

    def end(self, value: float, metric: Metric) -> str:
        """Return an end of a scale, a whole number: 100%"""
        return self.value(value, metric).replace(".0", "")

    def nothing(self, metric: Metric) -> str:
        """Return why a metric has no values."""
        return self.t("no sensor") if metric.unit == "°C" else self.t("no value")

    def sort(self, key: str) -> str:
        """Return the word for a sort key."""
        return self.t(TITLES.get(key, key))

    def plain(self, text: str, limit: int = _NAME_CHARACTERS) -> str:
        """Return a foreign text with its control characters escaped, so that a terminal can't act on them."""
        shown = escape(text, limit)
        return shown.encode("ascii", "backslashreplace").decode() if self.is_ascii else shown

    def skew(self, seconds: float | None) -> str:
        """-0.123 -> -0.1 s; "-" for None."""
        if seconds is None:
            return "-"
        tenths = round(seconds, 1)
        return f"{tenths:+.1f} s" if tenths else "0.0 s"


def words_of(environ: Mapping[str, str] = os.environ) -> Words:
    """Return the words for the language and encoding in this environment."""
    return Words(translator(environ), not speaks_utf8(environ), is_chinese(environ))


def age(seconds: float) -> str:
    """Return an age in its largest fitting unit: 125 -> 2m. A negative age counts as 0."""
    whole = max(0, int(seconds))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def clock_time(unix_seconds: float) -> str:
    """Return a time of day with its zone: 14:05:20 CET"""
    return time.strftime("%H:%M:%S %Z", time.localtime(unix_seconds))
