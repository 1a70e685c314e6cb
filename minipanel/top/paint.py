"""How the named styles look, with the colours that the terminal has. Only this module makes control sequences."""

from __future__ import annotations

from collections.abc import Mapping

from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from minipanel.top.pieces import Line

_Colour = tuple[int, int, int]
_STOPS: dict[str, tuple[_Colour, ...]] = {
    "heat": ((38, 48, 60), (98, 58, 112), (186, 72, 92), (238, 134, 62), (252, 228, 128)),
    "load": ((72, 56, 12), (46, 92, 88), (52, 132, 164), (104, 172, 226), (186, 220, 252)),
}
"""The colours of the page's dark theme (web/src/heatmap/colours.ts). They grow lighter, so they also work in grey."""
_STEPS = 10
_DARK_INK, _LIGHT_INK = "#14181e", "#ffffff"

_FEW_COLOURS = {
    "heat": ("white on blue", "white on magenta", "white on red", "black on yellow", "black on white"),
    "load": ("black on yellow", "black on white", "black on cyan", "white on blue", "white on blue"),
}
_FEW_BARS = {"heat": ("green", "green", "yellow", "red", "red"), "load": ("yellow", "green", "cyan", "cyan", "cyan")}

_STYLES = {
    "": "",
    "bold": "bold",
    "dim": "bright_black",
    "old": "bright_black",
    "label": "",
    "up": "green",
    "down": "bold white on red",
    "never": "yellow",
    "disabled": "bright_black",
    "warn": "yellow",
    "alarm": "bold black on yellow",
    "key": "bold cyan",
    "head": "reverse",
    "head-sorted": "bold reverse",
    "cursor": "reverse",
}

_WITHOUT_COLOURS = {
    "dim": "",
    "old": "dim",
    "up": "",
    "down": "bold reverse",
    "never": "",
    "disabled": "",
    "warn": "bold",
    "alarm": "bold reverse",
    "key": "bold",
    "cursor": "bold reverse underline",
}

Palette = Mapping[str, Style]


class Painter:
    """Turns lines into text with control sequences."""

    def __init__(self, palette: Palette, colours: ColorSystem) -> None:
        self._palette = palette
        self._colours = colours

    def painted(self, line: Line) -> str:
        """Return a line with control sequences. At its end, all styles are reset."""
        return "".join(self._palette[style].render(text, color_system=self._colours) for text, style in line)


def palette(colours: ColorSystem | None) -> dict[str, Style]:
    """Return how each style looks. None: without colours, only with bold, dim, underline and reverse."""
    if colours is None:
        kinds = (f"{bar}{kind}" for kind in _STOPS for bar in ("", "bar-"))
        plain = {f"{kind}{step}": "bold" if step >= 9 else "" for kind in kinds for step in range(_STEPS)}
        return {name: Style.parse(said) for name, said in {**_STYLES, **plain, **_WITHOUT_COLOURS}.items()}
    styles = {name: Style.parse(said) for name, said in _STYLES.items()}
    for kind in _STOPS:
        for step in range(_STEPS):
            styles[f"{kind}{step}"] = _heat(kind, step, colours)
            styles[f"bar-{kind}{step}"] = Style(color=_bar(kind, step, colours))
    return styles


def painter_for(console: Console) -> Painter:
    """Return the painter for a terminal as Rich knows it: by TERM, COLORTERM and NO_COLOR."""
    named = {"standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}
    colours = None if console.no_color else named.get(console.color_system or "")
    return Painter(palette(colours), colours or ColorSystem.STANDARD)


def _heat(kind: str, step: int, colours: ColorSystem) -> Style:
    if colours is ColorSystem.STANDARD:
        return Style.parse(_FEW_COLOURS[kind][step // 2])
    red, green, blue = _mixed(kind, step)
    is_light = 0.299 * red + 0.587 * green + 0.114 * blue > 128  # ITU-R BT.601
    return Style(color=_DARK_INK if is_light else _LIGHT_INK, bgcolor=f"rgb({red},{green},{blue})")


def _bar(kind: str, step: int, colours: ColorSystem) -> str:
    if colours is ColorSystem.STANDARD:
        return _FEW_BARS[kind][step // 2]
    red, green, blue = _mixed(kind, max(2, step))  # a thin bar in the darkest colours would be invisible
    return f"rgb({red},{green},{blue})"


def _mixed(kind: str, step: int) -> _Colour:
    stops = _STOPS[kind]
    place = step / (_STEPS - 1) * (len(stops) - 1)
    index = min(len(stops) - 2, int(place))
    share = place - index
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(stops[index], stops[index + 1], strict=True))
    return red, green, blue
