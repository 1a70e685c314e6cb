"""The words of findings and messages, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in both languages, with values in {braces}."""

    en: str
    zh: str

    def say(self, language: Language, **values: object) -> str:
        """Return the text with its values."""
        return (self.zh if language == "zh" else self.en).format(**values)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a rule: `is_so`, with {worst}, {limit} and {reason}, and `is_over`.

    `reasons`: the text of each reason that the rule's `find` returns. `next_step`: what one may do; {nodes} is the node
    set. {sensor} is the temperature's sensor, {time} the value as a time of day. `over_reasons`: used instead of
    `is_over` if the end has such a reason. `higher_is_worse`: False if worse means farther beyond the limit.
    `is_forecast`: the value is a forecast, so that the present one is shown, not the worst.
    """

    is_so: Pair
    is_over: Pair
    reasons: Mapping[str, Pair] = field(default_factory=dict)
    next_step: Pair | None = None
    over_reasons: Mapping[str, Pair] = field(default_factory=dict)
    higher_is_worse: bool = False
    is_forecast: bool = False


SEVERITY: Mapping[str, Pair] = {
    "critical": Pair("CRITICAL", "严重"),
    "warning": Pair("WARNING", "警告"),
    "info": Pair("INFO", "提示"),
}
OK = Pair("OK", "恢复")
OTHERS = Pair("{nodes} and {count} others", "{nodes} 及另外 {count} 个节点")
SINCE = Pair(", since {since}", "，自 {since} 起")
LASTED = Pair(", after {lasted}", "，历时 {lasted}")
SENSOR = Pair(" ({sensor})", "（{sensor}）")
UNKNOWN = Pair("reason unknown", "原因未知")
COUNT = Pair(" ({count} nodes)", "（{count} 个节点）")
COUNT_RACKS = Pair(" ({count} nodes, all of {racks})", "（{count} 个节点，即 {racks} 全部）")
TIMES = Pair(", {times} times since {first}", "，自 {first} 起第 {times} 次")
WAS_SO = Pair("; over at {end}", "；已于 {end} 结束")
MORE = Pair("and {count} more: see the page", "另有 {count} 项，详见网页")
LATE = Pair("Some of this could not be sent for {duration}.", "其中部分内容因发送失败延迟了 {duration}。")
TEST = Pair("Test message from MiniPanel, sent by {who}", "MiniPanel 告警测试，由 {who} 发送")
THE_PANEL = Pair("The panel", "面板")


def number(value: float | None) -> str:
    """Return a value as people write it: 96.0 -> "96", 96.25 -> "96.2"."""
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")


def lasted(seconds: int, language: Language) -> str:
    """Return a duration in its two largest units: 6720 -> "1 h 52 min"."""
    units = {"en": (" d", " h", " min", " s"), "zh": (" 天", " 小时", " 分钟", " 秒")}[language]
    days, rest = divmod(max(0, seconds), 86400)
    parts = [days, rest // 3600, rest % 3600 // 60, rest % 60]
    first = next((place for place, part in enumerate(parts) if part), 3)
    shown = [f"{part}{units[first + i]}" for i, part in enumerate(parts[first : first + 2]) if part or i == 0]
    return " ".join(shown)
