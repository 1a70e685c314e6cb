"""Defines a rule: a name, a severity, parameters, and two pure functions that judge the cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Generic, Protocol, TypeVar

from minipanel.alerts.words import Words
from minipanel.config.kinds import duration
from minipanel.config.section import Key
from minipanel.models.alert import Alert, Bad, Severity
from minipanel.models.cluster import Cluster

For = Annotated[int, Key(duration(0, 86400), "How long it must be so before it opens.", "持续多久后告警。")]
Hold = Annotated[
    int, Key(duration(0, 86400), "How long it must be good before it closes.", "恢复正常并持续多久后结束告警。")
]


class Parameters(Protocol):
    """The parameters of all rules, in seconds. `for_`: how long it must be bad; `hold`: how long good again."""

    @property
    def for_(self) -> int:
        """The alert opens after this long."""

    @property
    def hold(self) -> int:
        """The alert closes after this long."""


P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class Rule(Generic[P]):
    """One rule.

    `find` returns what is bad now, by node id. `is_good` judges a node that was bad: True only if it is good by a
    margin, so that an alert does not come and go; None if nothing is known. `counts_samples`: time is counted in
    samples, so that a few of them never make an alert. `held_back_by`: names of rules that take precedence: a node with
    an alert of theirs gets none of this one. `is_about_panel`: it opens even while the panel itself is in trouble.
    `end_reason`: the reason to give at an alert's end, "" for none. `lasted`: how many seconds what `find` returns has
    been bad, if the rule itself knows that; only without `counts_samples`. `compares_nodes`: whether a node is bad
    depends on other nodes. `still`: the present forecast for a node whose alert is open although `find`
    does not return it.
    """

    name: str
    severity: Severity
    parameters: type[P]
    find: Callable[[P, Cluster], Mapping[int, Bad]]
    is_good: Callable[[P, Cluster, int], bool | None]
    words: Words
    counts_samples: bool = True
    held_back_by: tuple[str, ...] = ()
    is_about_panel: bool = False
    end_reason: Callable[[Cluster, Alert], str] | None = None
    lasted: Callable[[P, Cluster, int], float | None] | None = None
    compares_nodes: bool = False
    still: Callable[[P, Cluster, int], Bad | None] | None = None
