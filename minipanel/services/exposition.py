"""Series in the formats that Prometheus reads: its text format 0.0.4, and OpenMetrics 1.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Format = Literal["text", "openmetrics"]

CONTENT_TYPES: Mapping[Format, str] = {
    "text": "text/plain; version=0.0.4; charset=utf-8",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
}

_SUFFIXES = {"counter": "_total", "info": "_info"}
"""The suffixes of sample names. OpenMetrics names a family without them, the text format with them."""


@dataclass(frozen=True, slots=True)
class Family:
    """The series of one name. `name`: without _total or _info; it ends with `unit` if it has one.

    `lines`: one sample each, ended by a newline.
    """

    name: str
    kind: Literal["gauge", "counter", "histogram", "info"]
    help: str
    lines: Iterable[str]
    unit: str = ""


def exposition(families: Iterable[Family], form: Format) -> bytes:
    """Return the families as the answer to a scrape."""
    head = _openmetrics_head if form == "openmetrics" else _text_head
    end = b"# EOF\n" if form == "openmetrics" else b""
    # Piece by piece: joining and encoding all lines at once would block other threads for 10 ms.
    pieces = ["".join((head(family), *family.lines)).encode() for family in families]
    return b"".join((*pieces, end))


def _text_head(family: Family) -> str:
    # The text format has no type info: there it is a gauge with the value 1.
    kind = "gauge" if family.kind == "info" else family.kind
    name = family.name + _SUFFIXES.get(family.kind, "")
    return f"# HELP {name} {escape_help(family.help)}\n# TYPE {name} {kind}\n"


def _openmetrics_head(family: Family) -> str:
    unit = f"# UNIT {family.name} {family.unit}\n" if family.unit else ""
    # OpenMetrics escapes a help text as it does a label.
    return f"# TYPE {family.name} {family.kind}\n{unit}# HELP {family.name} {escape(family.help)}\n"


def one(name: str, kind: Literal["gauge", "counter"], help: str, value: float, unit: str = "") -> Family:
    """Return a family of one series without labels."""
    return Family(name, kind, help, [f"{name}{_SUFFIXES.get(kind, '')} {value}\n"], unit)


def several(
    name: str,
    kind: Literal["gauge", "counter"],
    help: str,
    labels: Iterable[str],
    values: Iterable[float | None],
    unit: str = "",
) -> Family:
    """Return a family with one series for each label whose value is not None."""
    sample = name + _SUFFIXES.get(kind, "")
    lines = [f"{sample}{own} {value}\n" for own, value in zip(labels, values, strict=True) if value is not None]
    return Family(name, kind, help, lines, unit)


def info(name: str, help: str, labels: Iterable[str]) -> Family:
    """Return an info family, which has all its information in labels."""
    return Family(name, "info", help, [f"{name}_info{own} 1\n" for own in labels])


def histogram(name: str, help: str, unit: str, bounds: Iterable[float], counts: Iterable[int], total: float) -> Family:
    """Return a histogram.

    `counts`: how many values fell between the bounds, the last above all `bounds`; `total`: the sum of the values.
    """
    return Family(name, "histogram", help, list(_histogram_lines(name, bounds, counts, total)), unit)


def _histogram_lines(name: str, bounds: Iterable[float], counts: Iterable[int], total: float) -> Iterator[str]:
    up_to = 0
    for bound, count in zip([*(str(float(bound)) for bound in bounds), "+Inf"], counts, strict=True):
        up_to += count
        yield f'{name}_bucket{{le="{bound}"}} {up_to}\n'
    yield f"{name}_sum {total}\n"
    yield f"{name}_count {up_to}\n"


def labelled(**labels: str) -> str:
    r"""Return labels as they follow a name: node='a"b' -> {node="a\"b"}."""
    return "{" + ",".join([f'{name}="{escape(value)}"' for name, value in labels.items()]) + "}"


def escape(value: str) -> str:
    r"""Return a label's value with \\, " and newlines escaped."""
    # Checked first: hardly any value needs escaping, and replacing took a tenth of an answer's time.
    if '"' in value or "\\" in value or "\n" in value:
        return escape_help(value).replace('"', '\\"')
    return value


def escape_help(text: str) -> str:
    r"""Return a help text with \\ and newlines escaped, for the text format."""
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def wanted_format(accept: str) -> Format:
    """Return the format that an Accept header prefers (RFC 9110, 12.5.1): text unless it asks for OpenMetrics 1.0.

    "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3" -> "openmetrics"
    """
    asked = weights(accept)
    opened = max(asked.get(f"application/openmetrics-text{version}", 0) for version in ("", " 1.0.0"))
    text = max(asked.get(media, 0) for media in ("text/plain", "text/plain 0.0.4", "text/*", "*/*"))
    return "openmetrics" if opened > 0 and opened >= text else "text"


def weights(header: str) -> dict[str, float]:
    """Return the weights in an Accept header, by media type and version.

    "text/plain;version=0.0.4;q=0.5, */*" -> {"text/plain 0.0.4": 0.5, "*/*": 1}
    """
    found: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        options = dict(parameter.partition("=")[::2] for parameter in parameters)
        name = " ".join(filter(None, (name, options.get("version", "").strip('"'))))
        found[name] = max(found.get(name, 0), _weight(options.get("q", "1")))
    return found


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0
    # NaN compares false with everything.
    return weight if 0 <= weight <= 1 else 0
