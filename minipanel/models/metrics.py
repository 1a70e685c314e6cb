"""The list of metrics. All else that handles metrics (parsing, SQL, answers, the page) iterates over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

MAX_WHOLE: Final = 2**53
"""8 PiB, in bytes. JavaScript and floats represent every whole number up to here exactly."""

Digits = Literal[0, 2]
"""Decimal places: 0 for whole numbers, 2 for hundredths. Sums are exact in these."""


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a sample: a field on the wire. `low` and `high`: the values that are allowed.

    `null`: when a sample has none, such as "without a sensor"; None if it always has one. `may_be_absent`: agents older
    than the metric don't send it. `stem`: its name without a unit, for /metrics.
    """

    name: str
    unit: str
    meaning: str
    low: int
    high: int
    digits: Digits
    null: str | None
    may_be_absent: bool
    of_total: str | None = None
    stem: str = ""

    @property
    def allowed(self) -> str:
        """Return the allowed values in words: "a number from -20 to 150, or null without a sensor"."""
        kind = "a number" if self.digits else f"a whole number of {self.unit}"
        words = f"{kind} from {self.low} to {self.of_total or self.high}"
        return words if self.null is None else f"{words}, or null {self.null}"

    def accepts(self, value: object) -> bool:
        """Return whether a value from JSON is allowed, without a look at its total. True and false are not numbers."""
        if value is None:
            return self.null is not None
        if isinstance(value, bool) or not isinstance(value, int | float if self.digits else int):
            return False
        # NaN compares false with everything, so this refuses it too.
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a record, and of the answers about history."""

    name: str
    kind: Literal["total", "mean", "max", "share"]
    digits: Digits
    may_be_null: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. A record holds its mean, and its maximum (`has_max`) and share of a total (`share`) if it has them.

    `null`: when a sample has no value, such as "without a sensor"; None if it always has one. `of_total`: the name of
    the total that it is part of, measured with it; `share`: the column with 100 * mean / total. `averages_over_nodes`:
    whether a mean over several nodes is meaningful. `is_late`: an update added it, so older agents and records lack it;
    then `null` must be set, and the metric must be at the end of METRICS. `stem`: its name without a unit for
    Prometheus, unless that is `name` without "_percent".
    """

    name: str
    unit: str
    meaning: str
    low: int
    high: int
    digits: Digits = 2
    null: str | None = None
    has_max: bool = True
    of_total: str | None = None
    share: str | None = None
    averages_over_nodes: bool = True
    is_late: bool = False
    stem: str | None = None

    @property
    def max(self) -> str:
        """Return the name of the column with its maximum."""
        return f"{self.name}_max"

    @property
    def count(self) -> str:
        """Return the name of the column with the number of samples behind its mean."""
        return "samples" if self.null is None else f"{self.name}_samples"

    @property
    def comparable(self) -> str:
        """Return the name of the column by which nodes are compared: its share if it is part of a total."""
        return self.share or self.name

    @property
    def comparable_limits(self) -> tuple[int, int]:
        """Return the lowest and the highest value of that column; a share is in percent."""
        return (0, 100) if self.share else (self.low, self.high)

    def values(self) -> Iterator[Value]:
        """Yield the metric's numbers in a sample: its total, if it has one, and its value."""
        if self.of_total is not None:
            about = "", 1, self.high, self.digits, self.null, self.is_late
            yield Value(self.of_total, self.unit, *about, stem=self.of_total)
        about = self.meaning, self.low, self.high, self.digits, self.null, self.is_late
        stem = self.stem or self.name.removesuffix("_percent")
        yield Value(self.name, self.unit, *about, self.of_total, stem)

    def columns(self) -> Iterator[Column]:
        """Yield the metric's columns in a record, in the order of the answers."""
        may_be_null = self.null is not None
        if self.of_total is not None:
            yield Column(self.of_total, "total", self.digits, may_be_null)
        yield Column(self.name, "mean", self.digits, may_be_null)
        if self.has_max:
            yield Column(self.max, "max", self.digits, may_be_null)
        if self.share is not None:
            yield Column(self.share, "share", 2, may_be_null)

    def over_nodes(self) -> Iterator[Column]:
        """Yield the columns that sum it up over several nodes: its share of all totals, or else mean and maximum."""
        kinds = {"share"} if self.share else {"mean", "max"} if self.averages_over_nodes else {"max"}
        return (column for column in self.columns() if column.kind in kinds)


METRICS: Final = (
    Metric("cpu_percent", "%", "busy time of all logical CPUs", 0, 100, stem="cpu_usage"),
    Metric(
        "memory_used",
        "bytes",
        "MemTotal - MemAvailable",
        0,
        MAX_WHOLE,
        digits=0,
        of_total="memory_total",
        share="memory_percent",
    ),
    Metric("cpu_temp", "°C", "", -20, 150, stem="cpu_temperature", null="without a sensor", averages_over_nodes=False),
)
"""In the order of samples and answers. The first is in every sample."""

VALUES: Final = tuple(value for metric in METRICS for value in metric.values())
"""The numbers of a sample, in the order of the wire."""

COLUMNS: Final = tuple(column for metric in METRICS for column in metric.columns())
"""The columns of all metrics in a record, in the order of the answers."""

READINGS: Final = tuple(column for column in COLUMNS if column.kind != "max")
"""The values of one sample: its numbers, and their shares of a total."""
