"""The list of what is measured. Whatever else knows a metric (parsing, SQL, answers, the page) iterates over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

MAX_WHOLE: Final = 2**53
"""Of bytes 8 PiB: up to here every whole number is exact in JavaScript and in a float as well."""

Digits = Literal[0, 2]
"""How many a number has after its point: whole numbers or hundredths, in which sums are kept exact."""


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a sample: a field on the wire. `null` says when there is none, None that there always is one.

    `may_be_absent`: agents older than the metric don't send it. `stem`: its name without a unit, as /metrics has it.
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
        """Return what is allowed, in words: "a number from -20 to 150, or null without a sensor"."""
        kind = "a number" if self.digits else f"a whole number of {self.unit}"
        words = f"{kind} from {self.low} to {self.of_total or self.high}"
        return words if self.null is None else f"{words}, or null {self.null}"

    def accepts(self, value: object) -> bool:
        """Return whether a value from JSON is allowed, apart from its total. True and false are no numbers there."""
        if value is None:
            return self.null is not None
        if isinstance(value, bool) or not isinstance(value, int | float if self.digits else int):
            return False
        # NaN compares false with everything, so it falls out here as well.
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a record, and of the history's answers."""

    name: str
    kind: Literal["total", "mean", "max", "share"]
    digits: Digits
    may_be_null: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is measured. A record holds its mean, and as asked for its maximum and its share of a total.

    `null`: when a sample has none, as "without a sensor"; None if each has one. `of_total`: the name of the whole
    that it is a part of, measured with it; `share`: the column of 100 * mean / total. `averages_over_nodes`: whether
    a mean over several nodes says something. `is_late`: it came with an update, so older agents and records lack it;
    then it must be able to be null, and stands at the end of METRICS. `stem`: its name for Prometheus without a unit,
    where that is not `name` without it.
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
        """Return the name of the column of its maximum."""
        return f"{self.name}_max"

    @property
    def count(self) -> str:
        """Return the column that tells how many samples its mean rests on."""
        return "samples" if self.null is None else f"{self.name}_samples"

    @property
    def comparable(self) -> str:
        """Return the column by which nodes are compared: its share of the total where it is part of one."""
        return self.share or self.name

    @property
    def comparable_limits(self) -> tuple[int, int]:
        """Return the lowest and the highest value of that column; a share is in percent."""
        return (0, 100) if self.share else (self.low, self.high)

    def values(self) -> Iterator[Value]:
        """Yield what a sample holds of it."""
        if self.of_total is not None:
            about = "", 1, self.high, self.digits, self.null, self.is_late
            yield Value(self.of_total, self.unit, *about, stem=self.of_total)
        about = self.meaning, self.low, self.high, self.digits, self.null, self.is_late
        stem = self.stem or self.name.removesuffix("_percent")
        yield Value(self.name, self.unit, *about, self.of_total, stem)

    def columns(self) -> Iterator[Column]:
        """Yield what a record holds of it, in the order of the answers."""
        may_be_null = self.null is not None
        if self.of_total is not None:
            yield Column(self.of_total, "total", self.digits, may_be_null)
        yield Column(self.name, "mean", self.digits, may_be_null)
        if self.has_max:
            yield Column(self.max, "max", self.digits, may_be_null)
        if self.share is not None:
            yield Column(self.share, "share", 2, may_be_null)

    def over_nodes(self) -> Iterator[Column]:
        """Yield what sums it up over several nodes: its share of all totals, or else mean and maximum."""
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
"""What a record holds of them, in the order of the answers."""

READINGS: Final = tuple(column for column in COLUMNS if column.kind != "max")
"""What one sample tells: its numbers, and their shares of a total."""
